"""Any canvas, whatever is nested in what: every leaf runs, every join fires once, results are in order.

An oracle says what a canvas must return: a function of a dozen lines that knows nothing of messages.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from celeriac import Celeriac, chain, chord, group
from celeriac.result import AsyncResult
from celeriac.testing import Crash, Twin


@dataclass(frozen=True)
class Leaf:
    label: int


@dataclass(frozen=True)
class Chain:
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Group:
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Chord:
    parts: tuple[Any, ...]
    body: Any


def expected(shape: Any, value: Any = None) -> Any:
    """What a shape returns when it is called with a value."""
    if isinstance(shape, Leaf):
        return [shape.label, value]
    if isinstance(shape, Chain):
        for part in shape.parts:
            value = expected(part, value)
        return value
    if isinstance(shape, Group):
        return [expected(part, value) for part in unrolled(shape.parts)]
    return expected(shape.body, [expected(part, value) for part in unrolled(shape.parts)])


def unrolled(parts: tuple[Any, ...]) -> list[Any]:
    """A group directly in a group is part of it."""
    return [inner for part in parts for inner in (unrolled(part.parts) if isinstance(part, Group) else [part])]


def leaves(shape: Any) -> int:
    """How many tasks a shape runs."""
    if isinstance(shape, Leaf):
        return 1
    inner = sum(leaves(part) for part in shape.parts)
    return inner + (leaves(shape.body) if isinstance(shape, Chord) else 0)


shapes = st.recursive(
    st.integers(0, 9).map(Leaf),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Chain(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Group(tuple(parts))),
        st.builds(Chord, st.lists(inner, min_size=2, max_size=3).map(tuple), inner),
    ),
    max_leaves=12,
)


class Studio:
    """An app with one task, which tells what it was called with, and counts."""

    def __init__(self) -> None:
        self.app = Celeriac("studio")
        self.runs = Counter[str]()

        @self.app.task(bind=True, name="studio.paint")
        def paint(task: Any, *args: Any) -> Any:
            self.runs[task.request.id] += 1
            *value, label = args
            return [label, value[0] if value else None]

        self.paint = paint

    def canvas(self, shape: Any) -> Any:
        if isinstance(shape, Leaf):
            return self.paint.s(shape.label)
        parts = [self.canvas(part) for part in shape.parts]
        if isinstance(shape, Chord):
            return chord(parts, self.canvas(shape.body), app=self.app)
        return chain(*parts, app=self.app) if isinstance(shape, Chain) else group(*parts, app=self.app)


def settled(result: Any) -> Any:
    """The value of a result, which may be a group's."""
    return result.get(timeout=0) if isinstance(result, AsyncResult) else [settled(inner) for inner in result]


@settings(max_examples=150, deadline=None)
@given(shape=shapes, batch_size=st.integers(1, 10))
@example(shape=Chord((Chain((Leaf(1), Group((Leaf(2), Leaf(3))))), Leaf(4)), Leaf(5)), batch_size=10)
@example(shape=Chain((Group((Leaf(1), Leaf(2))), Group((Leaf(3), Leaf(4))), Leaf(5))), batch_size=10)
def test_any_canvas_returns_what_it_says(shape: Any, batch_size: int) -> None:
    studio = Studio()
    with Twin(studio.app, batch_size=batch_size) as twin:
        result = studio.canvas(shape).delay()
        twin.run()
        assert settled(result) == expected(shape)
    assert set(studio.runs.values()) == {1}
    assert len(studio.runs) == leaves(shape)


@settings(max_examples=150, deadline=None)
@given(shape=shapes, deaths=st.sets(st.integers(1, 120), max_size=4), copies=st.integers(1, 3))
def test_crashes_and_copies_change_nothing(shape: Any, deaths: set[int], copies: int) -> None:
    studio, steps = Studio(), iter(range(1, 10**9))
    armed = [False]

    def fault(what: str) -> None:
        if armed[0] and next(steps) in deaths:
            raise Crash(what)

    with Twin(studio.app, fault=fault, max_receives=20) as twin:
        result = studio.canvas(shape).delay()
        send = twin.broker.send_batch
        left = [30]  # a copy of a task that has ended sends copies of what follows it: without an end they multiply

        def send_copies(queue: str, entries: Any) -> dict[str, str]:
            left[0] -= 1
            return send(queue, list(entries) * (copies if left[0] > 0 else 1))

        twin.broker.send_batch = send_copies  # type: ignore[method-assign]  # SQS as it may be, not as it mostly is
        armed[0] = True
        twin.run()
        armed[0] = False
        assert settled(result) == expected(shape)
    assert len(studio.runs) == leaves(shape)
    assert sum(studio.runs.values()) <= leaves(shape) + 10 * len(deaths), "a crash repeats no more than its batch"
