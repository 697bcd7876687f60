"""The promise, tested by killing the worker before every single step it takes: nothing is lost, nothing runs twice to
the end, nothing fails in silence. `docs/architecture.md` names the invariants; each has its test here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celeriac import Celeriac, chain, chord, group, states
from celeriac.result import AsyncResult
from celeriac.task import Task
from celeriac.testing import Crash, Twin

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Office:
    """An app whose tasks count their runs."""

    def __init__(self) -> None:
        self.app = app = Celeriac("office")
        self.runs = runs = Counter[str]()

        @app.task(name="office.add")
        def add(x: int, y: int) -> int:
            runs["add"] += 1
            return x + y

        @app.task(name="office.hire")
        def hire() -> str:
            runs["hire"] += 1
            add.delay(20, 1)
            return "hired"

        @app.task(name="office.flaky", bind=True, max_retries=3, default_retry_delay=60)
        def flaky(task: Task) -> str:
            runs[f"flaky {task.request.retries}"] += 1
            if task.request.retries < 2:
                raise task.retry(exc=OSError("not yet"))
            return "done"

        @app.task(name="office.fail")
        def fail() -> None:
            runs["fail"] += 1
            raise ValueError("never works")

        @app.task(name="office.mourn")
        def mourn(task_id: str) -> str:
            runs["mourn"] += 1
            return f"{task_id} is gone"

        @app.task(name="office.total")
        def total(numbers: list[Any]) -> int:
            runs["total"] += 1
            return sum(sum(number) if isinstance(number, list) else number for number in numbers)

        self.total = total

        @app.task(name="office.roll")
        def roll() -> int:
            runs["roll"] += 1
            return runs["roll"]

        self.roll = roll
        self.add, self.hire, self.flaky, self.fail, self.mourn = add, hire, flaky, fail, mourn


class DiesBefore:
    """A fault: the process dies before the step of this number, once."""

    def __init__(self, step: int) -> None:
        self.step, self.count, self.armed = step, 0, False

    def __call__(self, what: str) -> None:
        if self.armed:
            self.count += 1
            if self.count == self.step:
                raise Crash(what)


Story = Callable[[Office], list[AsyncResult]]


def a_task(office: Office) -> list[AsyncResult]:
    return [office.add.delay(1, 2)]


def a_chain(office: Office) -> list[AsyncResult]:
    last = chain(office.add.s(1, 2), office.add.s(10), office.add.s(100)).delay()
    assert last.parent is not None
    assert last.parent.parent is not None
    return [last.parent.parent, last.parent, last]


def a_task_that_sends_another(office: Office) -> list[AsyncResult]:
    return [office.hire.delay()]


def a_task_that_retries(office: Office) -> list[AsyncResult]:
    return [office.flaky.delay()]


def a_failure_with_an_error_callback(office: Office) -> list[AsyncResult]:
    return [office.fail.s().on_error(office.mourn.s()).delay()]


def a_chain_that_breaks(office: Office) -> list[AsyncResult]:
    last = chain(office.fail.s(), office.add.si(1, 2), office.add.s(3)).delay()
    assert last.parent is not None
    return [last, last.parent]


def a_chord(office: Office) -> list[Any]:
    return [chord([office.add.s(number, 1) for number in range(3)], office.total.s()).delay()]


def a_chord_in_the_middle_of_a_chain(office: Office) -> list[Any]:
    last = chain(
        office.add.s(1, 2), group(office.add.s(10), office.add.s(20)), office.total.s(), office.add.s(5)
    ).delay()
    return [last, last.parent]


def a_chord_of_chords(office: Office) -> list[Any]:
    inner = chord([office.add.s(1, 1), office.add.s(2, 2)], office.total.s())
    return [
        chord([inner, chain(office.add.s(1, 1), group(office.add.s(5), office.add.s(6)))], office.total.s()).delay()
    ]


def a_chord_with_a_member_that_fails(office: Office) -> list[Any]:
    body = chain(office.total.s(), office.add.s(1)).on_error(office.mourn.s())
    return [chord([office.add.s(1, 1), office.fail.s()], body).delay()]


STORIES: list[Story] = [
    a_chord,
    a_chord_in_the_middle_of_a_chain,
    a_chord_of_chords,
    a_chord_with_a_member_that_fails,
    a_task,
    a_chain,
    a_task_that_sends_another,
    a_task_that_retries,
    a_failure_with_an_error_callback,
    a_chain_that_breaks,
]


@dataclass
class Ending:
    """How a story ended, read while its twin still stands."""

    outcomes: list[tuple[str, str]]
    rows: Counter[tuple[str | None, str]]
    runs: Counter[str]
    left_over: list[str]

    @classmethod
    def of(cls, office: Office, twin: Twin, results: list[AsyncResult]) -> Ending:
        rows = [twin.backend.get(task_id) for task_id in list(twin.backend.rows)]
        letters = [*twin.broker.messages.values(), *twin.dead_letters.values()]
        return cls(
            outcomes=[(result.state, UUID.sub("…", repr(result.result))) for result in results],
            rows=Counter((row.name, row.state) for row in rows if row),
            runs=office.runs,
            left_over=[message.body for queue in letters for message in queue],
        )


def play(story: Story, step: int, *, batch_size: int = 10) -> Ending:
    """Play a story, with a worker that dies before that step of its (0: never)."""
    office, fault = Office(), DiesBefore(step)
    with Twin(office.app, fault=fault, batch_size=batch_size) as twin:
        results = story(office)
        fault.armed = True
        twin.run()
        fault.armed = False
        return Ending.of(office, twin, results)


def steps_of(story: Story) -> range:
    office, fault = Office(), DiesBefore(0)
    with Twin(office.app, fault=fault) as twin:
        story(office)
        fault.armed = True
        twin.run()
    return range(1, fault.count + 1)


def every_death() -> Iterator[Any]:
    for story in STORIES:
        for step in steps_of(story):
            yield pytest.param(story, step, id=f"{story.__name__}-dies-before-step-{step}")


@pytest.mark.parametrize(("story", "step"), list(every_death()))
def test_a_crash_between_any_two_steps_changes_no_outcome(story: Story, step: int) -> None:
    """Invariants 1, 2 and 3: accepted tasks end, the outcome is that of a quiet run, and follow-ups happen once."""
    quiet, crashed = play(story, 0), play(story, step)

    assert crashed.outcomes == quiet.outcomes
    assert all(state in states.READY_STATES for state, _ in crashed.outcomes)
    assert crashed.rows == quiet.rows
    assert not crashed.left_over


@pytest.mark.parametrize(("story", "step"), list(every_death()))
def test_a_crash_repeats_no_task_but_the_one_in_hand(story: Story, step: int) -> None:
    """Invariant 4: what has a recorded outcome never runs again, so one crash costs one run at the most."""
    quiet, crashed = play(story, 0, batch_size=1), play(story, step, batch_size=1)

    assert crashed.runs - quiet.runs in [Counter(), *(Counter([name]) for name in quiet.runs)]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
@settings(max_examples=40, deadline=None)
@given(chance=st.randoms(use_true_random=False), concurrency=st.integers(1, 3), batch_size=st.integers(1, 4))
def test_duplicate_deliveries_in_any_number_and_order_change_no_outcome(
    story: Story, chance: Random, concurrency: int, batch_size: int
) -> None:
    """Invariant 5: of all copies of an attempt one is recorded."""
    quiet, office = play(story, 0), Office()
    dice = Random(chance.random())  # noqa: S311 - its own, for it is thrown in the worker's threads
    with Twin(office.app, concurrency=concurrency, batch_size=batch_size) as twin:
        send = twin.broker.send_batch

        def send_copies(queue: str, entries: Any) -> dict[str, str]:
            copies = [*entries, *dice.choices(entries, k=dice.randrange(4))]
            return send(queue, dice.sample(copies, k=len(copies)))

        results = story(office)
        twin.broker.send_batch = send_copies  # type: ignore[method-assign]  # SQS as it may be, not as it mostly is
        twin.run()
        ending = Ending.of(office, twin, results)
    assert (ending.outcomes, ending.rows, ending.runs) == (quiet.outcomes, quiet.rows, quiet.runs)


@pytest.mark.parametrize("step", range(1, 12))
@pytest.mark.parametrize("batch_size", [1, 10])
def test_what_follows_an_outcome_is_what_was_recorded(step: int, batch_size: int) -> None:
    """Invariant 2 for a task that returns something else each time: its successor never sees an unrecorded result."""
    office, fault = Office(), DiesBefore(step)
    with Twin(office.app, fault=fault, batch_size=batch_size) as twin:
        last = chain(office.roll.s(), office.add.s(0)).delay()
        fault.armed = True
        twin.run()
        fault.armed = False
        assert last.parent is not None
        assert last.get(timeout=0) == last.parent.get(timeout=0)


def test_a_process_that_always_dies_leaves_a_dead_letter_and_harms_no_other_task() -> None:
    """Invariant 6: what no worker can answer for is kept for people, with its message whole."""
    office = Office()

    def dies_with_the_second(what: str) -> None:
        if "FAILURE" in what:
            raise Crash(what)

    with Twin(office.app, fault=dies_with_the_second, batch_size=1, max_receives=3) as twin:
        fine, lost = office.add.delay(1, 2), office.fail.delay()
        twin.run()
        assert fine.get(timeout=0) == 3
        assert lost.id in twin.dead_letters["office"][0].body
        assert twin.dead_letters["office"][0].receives == 3


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("killers", [1, 2])
def test_a_task_that_kills_its_worker_takes_no_other_task_along(killers: int, concurrency: int) -> None:
    """Invariant 7: what may have killed a worker runs alone, so the rest of its batch ends as if it were not there."""
    office = Office()

    @office.app.task(name="office.kill")
    def kill() -> None:
        raise Crash("as kill -9 would")

    with Twin(office.app, concurrency=concurrency) as twin:
        results = [office.add.delay(number, 1) for number in range(6)]
        deadly = [kill.delay() for _ in range(killers)]
        results += [office.add.delay(number, 1) for number in range(6, 20)]
        twin.run()
        assert [result.get(timeout=0) for result in results] == list(range(1, 21))
        assert sorted(twin.broker.open(item.body, "").id for item in twin.dead_letters["office"]) == sorted(
            result.id for result in deadly
        )
