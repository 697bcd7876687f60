"""Any canvas, whatever is nested in what: every leaf runs, every join fires once, results are in order.

An oracle says what a canvas must return: a function of two dozen lines that knows nothing of messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from celeriac import Celeriac, chain, chord, group
from celeriac.canvas import Signature
from celeriac.result import AsyncResult
from celeriac.testing import Crash, Twin


@dataclass(frozen=True)
class Leaf:
    """A task that tells its label and what it was given. It may take nothing, be retried, fail, or be linked to."""

    label: int
    immutable: bool = False
    retries: int = 0
    links: int = 0
    fails: bool = False


@dataclass(frozen=True)
class Growing:
    """A task that adds another one to the chord whose header it is in."""

    label: int


@dataclass(frozen=True)
class Swap:
    """A task that a canvas takes the place of."""

    part: Any


@dataclass(frozen=True)
class Map:
    """Calls in one message."""

    labels: tuple[int, ...]


@dataclass(frozen=True)
class Chain:
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Group:
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Chord:
    """A header and a body; the header may be made by a generator, and may grow."""

    parts: tuple[Any, ...]
    body: Any
    lazy: bool = False


def expected(shape: Any, value: Any = None) -> Any:
    """What a shape returns when it is called with a value."""
    if isinstance(shape, Leaf):
        return [shape.label, None if shape.immutable else value]
    if isinstance(shape, Growing):
        return [shape.label, value]
    if isinstance(shape, Swap):
        return expected(shape.part)
    if isinstance(shape, Map):
        return [[label, None] for label in shape.labels]
    if isinstance(shape, Chain):
        for part in shape.parts:
            value = expected(part, value)
        return value
    members = unrolled(shape.parts)
    results = [expected(part, value) for part in members]
    if isinstance(shape, Group):
        return results
    results += [[part.label + 100, None] for part in members if isinstance(part, Growing)]
    return expected(shape.body, results)


def unrolled(parts: tuple[Any, ...]) -> list[Any]:
    """A group directly in a group is part of it."""
    return [inner for part in parts for inner in (unrolled(part.parts) if isinstance(part, Group) else [part])]


def inside(shape: Any) -> Iterator[Any]:
    """A shape and all that is in it."""
    yield shape
    for value in (getattr(shape, item.name) for item in fields(shape)):
        for part in value if isinstance(value, tuple) else (value,):
            if not isinstance(part, int):
                yield from inside(part)


def runs_of(shape: Any) -> int:
    """How often a shape has something painted, not counting calls that share a message."""
    painted = [1 + part.retries if isinstance(part, Leaf) else 2 * isinstance(part, Growing) for part in inside(shape)]
    return sum(painted)


labels = st.integers(0, 9)
plain = st.builds(Leaf, labels, st.booleans(), st.integers(0, 1), st.integers(0, 2))
leaf = st.one_of(plain, plain, st.lists(labels, min_size=1, max_size=3).map(lambda them: Map(tuple(them))))


def several(inner: Any) -> Any:
    return st.lists(inner, min_size=2, max_size=3).map(tuple)


def nested(inner: Any) -> Any:
    """Canvases of canvases; one member of a header may add to it, for several would do so in any order."""
    header = st.tuples(several(inner), st.one_of(st.just(()), st.tuples(st.builds(Growing, labels))))
    return st.one_of(
        several(inner).map(Chain),
        several(inner).map(Group),
        st.builds(lambda parts, body, lazy: Chord(parts[0] + parts[1], body, lazy), header, inner, st.booleans()),
        st.builds(Swap, inner),
    )


shapes = st.recursive(leaf, nested, max_leaves=10)


class Studio:
    """An app with a task that tells what it was called with, and counts."""

    def __init__(self) -> None:
        self.app = Celeriac("studio")
        self.runs, self.notes, self.swaps = Counter[Any](), Counter[Any](), list[Any]()
        self.unstamped, self.mourned = list[Any](), Counter[str]()

        @self.app.task(bind=True, name="studio.paint", max_retries=1, default_retry_delay=0)
        def paint(task: Any, *args: Any, retries: int = 0, grows: bool = False, fails: bool = False) -> Any:
            request, (*value, label) = task.request, args
            if not request.called_directly:
                self.runs[request.id, request.retries] += 1
                self.unstamped += [] if request.stamps == {"by": "me"} or label >= 100 else [label]
            if grows:
                task.add_to_chord(paint.s(label + 100))
            if request.retries < retries:
                raise task.retry()
            if fails:
                raise OSError(label)
            return [label, value[0] if value else None]

        @self.app.task(name="studio.note", bind=True)
        def note(task: Any, _value: Any, link: int) -> None:
            self.notes[task.request.parent_id, link] += 1

        @self.app.task(name="studio.mourn")
        def mourn(task_id: str) -> None:
            self.mourned[task_id] += 1

        @self.app.task(bind=True, name="studio.swap")
        def swap(task: Any, *args: Any) -> Any:
            return task.replace(self.canvas(self.swaps[args[-1]]))

        self.paint, self.note, self.swap, self.mourn = paint, note, swap, mourn

    def canvas(self, shape: Any) -> Any:
        if isinstance(shape, Leaf):
            call = self.paint.s(shape.label, retries=shape.retries, fails=shape.fails).set(immutable=shape.immutable)
            for link in range(shape.links):
                call.link(self.note.s(link))
            return call.on_error(self.mourn.s())
        if isinstance(shape, Growing):
            return self.paint.s(shape.label, grows=True)
        if isinstance(shape, Map):
            return self.paint.map(shape.labels)
        if isinstance(shape, Swap):
            self.swaps += [] if shape.part in self.swaps else [shape.part]
            return self.swap.s(self.swaps.index(shape.part))
        parts = (self.canvas(part) for part in shape.parts)
        if isinstance(shape, Chord):
            return chord(parts if shape.lazy else [*parts], self.canvas(shape.body), app=self.app)
        return chain(*parts, app=self.app) if isinstance(shape, Chain) else group(*parts, app=self.app)

    def started(self, shape: Any) -> Any:
        canvas: Signature = self.canvas(shape)
        if not any(getattr(part, "lazy", False) for part in inside(shape)):
            canvas.stamp(by="me")
        else:
            self.unstamped = Unasked()  # a stamp would make the generator's tasks at once
        return canvas.delay()


class Unasked(list[Any]):
    def __iadd__(self, _more: Any) -> Unasked:  # type: ignore[misc]  # takes note of nothing
        return self


def settled(result: Any) -> Any:
    """The value of a result, which may be a group's."""
    return result.get(timeout=0) if isinstance(result, AsyncResult) else [settled(inner) for inner in result]


def links_of(shape: Any) -> int:
    return sum(part.links for part in inside(shape) if isinstance(part, Leaf))


@settings(max_examples=100, deadline=None)
@given(shape=shapes, batch_size=st.integers(1, 10))
@example(shape=Chord((Chain((Leaf(1), Group((Leaf(2), Leaf(3))))), Leaf(4)), Leaf(5)), batch_size=10)
@example(shape=Chain((Group((Leaf(1), Leaf(2))), Group((Leaf(3), Leaf(4))), Leaf(5))), batch_size=10)
@example(shape=Swap(Swap(Group((Leaf(1), Leaf(2))))), batch_size=1)
def test_any_canvas_returns_what_it_says(shape: Any, batch_size: int) -> None:
    studio = Studio()
    with Twin(studio.app, batch_size=batch_size) as twin:
        result = studio.started(shape)
        twin.run()
        assert settled(result) == expected(shape)
        assert not twin.dead_letters
    assert set(studio.runs.values()) <= {1}
    assert (len(studio.runs), sum(studio.notes.values())) == (runs_of(shape), links_of(shape))
    assert (studio.unstamped, studio.mourned) == ([], Counter())


@settings(max_examples=100, deadline=None)
@given(
    shape=shapes,
    deaths=st.sets(st.integers(1, 120), max_size=4),
    copies=st.integers(1, 3),
    dice=st.randoms(use_true_random=False),
)
def test_crashes_copies_and_any_order_change_nothing(shape: Any, deaths: set[int], copies: int, dice: Random) -> None:
    studio, steps = Studio(), iter(range(1, 10**9))
    armed = [False]

    def fault(what: str) -> None:
        if armed[0] and next(steps) in deaths:
            raise Crash(what)

    with Twin(studio.app, fault=fault, max_receives=20) as twin:
        result = studio.started(shape)
        send = twin.broker.send_batch
        left = [30]  # a copy of a task that has ended sends copies of what follows it: without an end they multiply

        def send_copies(queue: str, entries: Any) -> dict[str, str]:
            left[0] -= 1
            copied = list(entries) * (copies if left[0] > 0 else 1)
            return send(queue, dice.sample(copied, len(copied)))

        twin.broker.send_batch = send_copies  # type: ignore[method-assign]  # SQS as it may be, not as it mostly is
        armed[0] = True
        twin.run()
        armed[0] = False
        assert settled(result) == expected(shape)
    assert (len(studio.runs), len(studio.notes)) == (runs_of(shape), links_of(shape))
    assert sum(studio.runs.values()) <= runs_of(shape) + 10 * len(deaths), "a crash repeats no more than its batch"


@settings(max_examples=60, deadline=None)
@given(shape=nested(leaf), where=st.integers(0, 9), batch_size=st.integers(1, 10))
def test_where_a_task_fails_nobody_waits_for_ever(shape: Any, where: int, batch_size: int) -> None:
    studio, broken = Studio(), spoiled(shape, Leaf(7, fails=True), where)
    with Twin(studio.app, batch_size=batch_size) as twin:
        result = studio.started(broken)
        twin.run()
        assert all(handle.ready() for handle in handles(result))
        assert not any(twin.broker.messages.values())
        assert not twin.dead_letters
    assert studio.mourned
    assert set(studio.mourned.values()) == {1}


def spoiled(shape: Any, bad: Leaf, where: int) -> Any:
    """A shape with another leaf in the place of one of its parts."""
    if isinstance(shape, Swap):
        return Swap(bad)
    parts = list(shape.parts)
    parts[where % len(parts)] = bad
    return type(shape)(tuple(parts), *([shape.body] if isinstance(shape, Chord) else []))


def handles(result: Any) -> Iterator[Any]:
    """The handle and all those before it."""
    while result is not None:
        yield from result if hasattr(result, "results") else [result]
        result = result.parent
