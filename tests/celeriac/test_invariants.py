"""The promise, tested by killing the worker before every single step it takes: nothing is lost, nothing runs twice to
the end, nothing fails in silence. `docs/architecture.md` names the invariants; each has its test here."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celeriac import Celeriac, chain, chord, group, pace, states
from celeriac.exceptions import ChordError, Ignore, WorkerLostError
from celeriac.result import AsyncResult
from celeriac.row import Row
from celeriac.serialization import dumps
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

        @app.task(name="office.write")
        def write(length: int) -> str:
            runs["write"] += 1
            return "x" * length

        @app.task(name="office.weigh")
        def weigh(text: str) -> int:
            runs["weigh"] += 1
            return len(text)

        self.total, self.write, self.weigh = total, write, weigh

        @app.task(name="office.roll")
        def roll() -> int:
            runs["roll"] += 1
            return runs["roll"]

        @app.task(name="office.stop", bind=True, default_retry_delay=60)
        def stop(task: Task) -> None:
            runs[f"stop {task.request.retries}"] += 1
            app.control.revoke(str(task.request.id))
            raise task.retry()

        @app.task(name="office.slow", rate_limit="10/m")
        def slow(number: int) -> int:
            runs["slow"] += 1
            return number

        @app.task(name="office.engage")
        def engage() -> str:
            runs["engage"] += 1
            add.apply_async((20, 2), unique_for=3600)
            return "engaged"

        self.roll, self.stop, self.slow, self.engage = roll, stop, slow, engage
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


def a_chain_of_long_results(office: Office) -> list[Any]:
    last = chain(office.write.s(20_000), office.weigh.s()).delay()
    return [last, last.parent]


def a_chord_with_a_member_that_is_revoked(office: Office) -> list[Any]:
    body = chain(office.total.s(), office.add.s(1)).on_error(office.mourn.s())
    result = chord([office.add.s(1, 1), chain(office.add.s(2, 2), office.add.s(3))], body).delay()
    last = result.parent.parent.results[1] if result.parent.parent else result.parent.results[1]
    last.parent.revoke()
    return [result, last, last.parent]


def a_task_that_is_revoked_before_its_retry(office: Office) -> list[Any]:
    last = chain(office.stop.s(), office.add.si(1, 2)).delay()
    return [last, last.parent]


def a_task_that_sends_one_that_is_there_once(office: Office) -> list[Any]:
    return [office.engage.delay()]


def a_chord_of_tasks_with_a_rate(office: Office) -> list[Any]:
    return [chord([office.slow.s(number) for number in range(3)], office.total.s()).delay()]


STORIES: list[Story] = [
    a_task_that_sends_one_that_is_there_once,
    a_chord_of_tasks_with_a_rate,
    a_chord_with_a_member_that_is_revoked,
    a_task_that_is_revoked_before_its_retry,
    a_chain_of_long_results,
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


def quietly(story: Story, batch_size: int = 10) -> Ending:
    """The ending of a story without a death. It is always the same, so it is played once."""
    return _played_once(story, batch_size, pace.QUICK_S)


@cache
def _played_once(story: Story, batch_size: int, _quick_s: float) -> Ending:
    return play(story, 0, batch_size=batch_size)


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


DEATHS = list(every_death())


@pytest.fixture(params=[pace.QUICK_S, math.inf], ids=["cold", "warm"])
def held_back(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that knows of no task yet that it is quick, and one that sends what follows together."""
    monkeypatch.setattr(pace, "QUICK_S", request.param)


@pytest.mark.usefixtures("held_back")
@pytest.mark.parametrize(("story", "step"), DEATHS)
def test_a_crash_between_any_two_steps_changes_no_outcome(story: Story, step: int) -> None:
    """Invariants 1, 2 and 3: accepted tasks end, the outcome is that of a quiet run, and follow-ups happen once."""
    quiet, crashed = quietly(story), play(story, step)

    assert crashed.outcomes == quiet.outcomes
    assert all(state in states.READY_STATES for state, _ in crashed.outcomes)
    assert crashed.rows == quiet.rows
    assert not crashed.left_over


@pytest.mark.parametrize(("story", "step"), DEATHS)
def test_a_crash_repeats_no_task_but_the_one_in_hand(story: Story, step: int) -> None:
    """Invariant 4: what has a recorded outcome never runs again, so one crash costs one run at the most."""
    quiet, crashed = quietly(story, batch_size=1), play(story, step, batch_size=1)

    assert crashed.runs - quiet.runs in [Counter(), *(Counter([name]) for name in quiet.runs)]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
@settings(max_examples=40, deadline=None)
@given(chance=st.randoms(use_true_random=False), concurrency=st.integers(1, 3), batch_size=st.integers(1, 4))
def test_duplicate_deliveries_in_any_number_and_order_change_no_outcome(
    story: Story, chance: Random, concurrency: int, batch_size: int
) -> None:
    """Invariant 5: of all copies of an attempt one is recorded."""
    quiet, office = quietly(story), Office()
    dice = Random(chance.random())
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
    """Invariant 6: what no worker can answer for is recorded as lost, and kept for people with its message whole."""
    office = Office()

    @office.app.task(name="office.kill")
    def kill() -> None:
        raise Crash("as kill -9 would")

    with Twin(office.app, batch_size=1, max_receives=3) as twin:
        fine, lost = office.add.delay(1, 2), kill.delay()
        twin.run()
        assert fine.get(timeout=0) == 3
        assert lost.id in twin.dead_letters["office"][0].body
        assert twin.dead_letters["office"][0].receives == 3
        assert isinstance(lost.result, WorkerLostError)


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


@pytest.mark.parametrize("length", [10, 20_000])
def test_a_copy_that_comes_too_late_changes_nothing_that_was_recorded(length: int) -> None:
    """Invariant 3 for results of any length: the copy that loses has touched nothing that the row refers to."""
    office = Office()
    row = Row(id="one", state=states.SUCCESS, result=dumps("first" * length))
    with Twin(office.app) as twin:
        twin.backend.record(row)
        assert twin.backend.record(row.replace(result=dumps("other" * length))) == row
        assert twin.backend.get("one") == row


def test_a_task_that_asks_for_a_retry_without_raising_is_retried() -> None:
    office = Office()
    seen: list[int] = []

    @office.app.task(name="office.calm", bind=True)
    def calm(task: Task) -> str:
        seen.append(task.request.retries)
        if task.request.retries < 2:
            task.retry(throw=False, countdown=1)
        return "done"

    with Twin(office.app) as twin:
        result = calm.delay()
        twin.run()
        assert (result.get(timeout=0), seen) == ("done", [0, 1, 2])


@pytest.mark.parametrize("state", [states.SUCCESS, states.FAILURE])
def test_an_outcome_that_a_task_declares_before_it_is_ignored_counts(state: str) -> None:
    office = Office()

    @office.app.task(name="office.declare", bind=True)
    def declare(task: Task) -> None:
        record = {"exc_type": "KeyError", "exc_module": "builtins", "exc_message": ["lost"]}
        task.update_state(state=state, meta=record)
        raise Ignore

    with Twin(office.app) as twin:
        last = chain(declare.s(), office.mourn.s()).delay()
        twin.run()
        assert last.parent.state == state
        assert last.state == (states.SUCCESS if state == states.SUCCESS else states.FAILURE)
        if state == states.FAILURE:
            assert isinstance(last.parent.result, KeyError)


def test_a_state_that_one_task_declares_of_another_takes_nothing_from_it() -> None:
    office = Office()

    @office.app.task(name="office.watch", bind=True, max_retries=1)
    def watch(task: Task, other: str) -> None:
        if task.request.retries == 0:
            raise task.retry(countdown=0)
        task.update_state(task_id=other, state="QUEUED", meta={"by": "watch"})

    with Twin(office.app, batch_size=1) as twin:
        watch.delay("later")
        twin.run()
        assert office.app.AsyncResult("later").state == "QUEUED"
        later = office.add.apply_async((1, 2), task_id="later")
        twin.run()
        assert later.get(timeout=0) == 3


@pytest.mark.parametrize("place", ["chain", "link", "chord", "group"])
def test_chunks_may_stand_where_any_canvas_may(place: str) -> None:
    office = Office()
    parts = office.add.chunks([(number, 1) for number in range(4)], 2)
    with Twin(office.app) as twin:
        if place == "link":
            office.add.apply_async((1, 2), link=parts)
        else:
            canvas = {"chain": chain(office.add.s(1, 2), parts), "chord": chord([office.add.s(1, 1)], parts)}
            (group(office.add.s(1, 1), parts) if place == "group" else canvas[place]).delay()
        twin.run()
        assert not twin.dead_letters
    assert office.runs["add"] >= 4
    assert len(twin.backend.rows) >= 3


def test_a_message_whose_arguments_are_gone_still_fails_its_chord() -> None:
    office = Office()
    with Twin(office.app) as twin:
        result = chord([office.add.s(1, 1), office.write.s("x" * 600_000)], office.total.s()).delay()
        twin.payloads.objects.clear()
        twin.run()
        assert isinstance(result.result, ChordError)


@pytest.mark.parametrize("how", ["replace", "delay"])
@pytest.mark.parametrize("step", range(1, 25))
def test_a_task_that_makes_another_canvas_each_time_it_runs_ends_with_one_of_them(how: str, step: int) -> None:
    """Invariant 2 for a canvas: of an attempt that died half way, nothing is mixed with what the next one sends."""
    office, fault = Office(), DiesBefore(step)

    @office.app.task(name="office.plan", bind=True)
    def plan(task: Task) -> Any:
        office.runs["plan"] += 1
        whole = chord([office.add.s(office.runs["plan"] * 100, number) for number in range(3)], office.total.s())
        return task.replace(whole) if how == "replace" else whole.delay()

    with Twin(office.app, fault=fault) as twin:
        result = plan.delay()
        fault.armed = True
        twin.run()
        fault.armed = False
        last = result if how == "replace" else result.children[0]
        assert last.get(timeout=0) in {303, 603}
        assert not twin.dead_letters
