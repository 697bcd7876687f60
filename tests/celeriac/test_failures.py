"""`app.failures`: what failed is listed, sent again, or struck off."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from celeriac import chain, chord, group, states
from celeriac.exceptions import PublishError
from celeriac.task import Task
from celeriac.testing import Crash, Twin
from tests.celeriac.office import Office, call, put, queued, row_of


class Broken(Office):
    """An office where `mend` fails until the world is mended."""

    def __init__(self) -> None:
        super().__init__()
        self.mended, self.runs = False, Counter[str]()
        self.total = self.app.task(name="office.total")(lambda numbers: sum(numbers))

        @self.app.task(name="office.mend", bind=True)
        def mend(task: Task, value: int = 1) -> int:
            self.runs[f"{task.request.id} {task.request.retries}"] += 1
            if not self.mended:
                raise OSError("broken")
            return value

        self.mend = mend

    def listed(self) -> list[str]:
        return [row.id for row in self.app.failures.list()]


@pytest.fixture
def office() -> Broken:
    return Broken()


def retried(office: Broken, twin: Twin, task_id: str) -> None:
    office.mended = True
    office.app.failures.retry(task_id)
    twin.run()


def test_the_newest_failure_comes_first_over_all_days_that_are_kept(office: Broken, twin: Twin) -> None:
    for day in range(4):
        office.mend.apply_async(task_id=f"day-{day}")
        twin.run()
        twin.now += timedelta(days=4)
    assert office.listed() == ["day-3", "day-2", "day-1"]
    today = twin.now.date()
    days = office.app.failures.list(since=today - timedelta(days=9), until=today - timedelta(days=6))
    assert [row.id for row in days] == ["day-2"]


def test_what_is_retried_runs_once_more_and_leaves_the_list(office: Broken, twin: Twin) -> None:
    result = office.mend.apply_async([7], task_id="a")
    twin.run()
    office.app.failures.retry("a")
    assert (result.state, office.listed()) == (states.PENDING, ["a"])
    retried(office, twin, "a")
    assert (result.get(timeout=0), office.listed()) == (7, [])
    assert office.runs == {"a 0": 1, "a 1": 1}


def test_what_fails_again_is_in_the_list_again(office: Broken, twin: Twin) -> None:
    office.mend.apply_async(task_id="a")
    for _ in range(3):
        twin.run()
        office.app.failures.retry("a")
    twin.run()
    assert office.listed() == ["a"]
    assert office.runs == {f"a {number}": 1 for number in range(4)}


def test_a_result_that_nobody_wanted_is_not_kept_waiting_in_the_list(office: Broken, twin: Twin) -> None:
    office.mend.apply_async(task_id="a", ignore_result=True)
    twin.run()
    retried(office, twin, "a")
    assert office.listed() == []


def test_a_crash_between_the_two_steps_of_a_retry_leaves_it_in_the_list_and_a_second_one_sends_it(
    office: Broken,
) -> None:
    def fault(what: str) -> None:
        if what.startswith("send") and armed:
            armed.clear()
            raise Crash(what)

    armed: list[bool] = []
    with Twin(office.app, fault=fault) as twin:
        office.mend.apply_async(task_id="a")
        twin.run()
        armed.append(True)
        with pytest.raises(Crash):
            office.app.failures.retry("a")
        assert (office.listed(), queued(twin)) == (["a"], [])
        retried(office, twin, "a")
        assert (row_of(twin, "a").state, office.listed()) == (states.SUCCESS, [])


def test_retrying_twice_runs_once(office: Broken, twin: Twin) -> None:
    office.mend.apply_async(task_id="a")
    twin.run()
    office.mended = True
    office.app.failures.retry("a")
    office.app.failures.retry("a")
    twin.run()
    assert office.runs == {"a 0": 1, "a 1": 1}


def test_a_copy_of_the_attempt_that_failed_does_not_run_beside_the_new_one(office: Broken, twin: Twin) -> None:
    office.mend.apply_async(task_id="a")
    copy = twin.broker.messages["office"][0].body
    twin.run()
    office.mended = True
    office.app.failures.retry("a")
    put(twin, copy)
    twin.run()
    assert office.runs == {"a 0": 1, "a 1": 1}


def test_the_rest_of_a_chain_runs_after_the_link_that_was_retried(office: Broken, twin: Twin) -> None:
    last = chain(office.mend.s(3), office.work.s(), office.note.s()).delay()
    assert last.parent is not None
    assert last.parent.parent is not None
    twin.run()
    assert (last.state, last.parent.state) == (states.FAILURE, states.FAILURE)
    retried(office, twin, last.parent.parent.id)
    assert (office.app.AsyncResult(last.id).get(timeout=0), office.listed()) == (3, [])


CANVASES = [
    lambda office: chord([office.mend.s(1), office.work.s(2)], office.total.s()),
    lambda office: chain(group(office.mend.s(1), office.work.s(2)), office.total.s(), office.note.s()),
    lambda office: chord([chain(office.mend.s(1), office.work.s()), office.work.s(2)], office.total.s()),
    lambda office: chord([group(office.mend.s(1), office.work.s(2))], office.note.s() | office.work.s()),
]


@pytest.mark.parametrize("canvas", CANVASES)
def test_the_body_of_a_chord_runs_after_the_member_that_was_retried(office: Broken, twin: Twin, canvas: Any) -> None:
    result = canvas(office).delay()
    failed = next(message.id for message in queued(twin) if message.task == "office.mend")
    twin.run()
    assert result.state == states.FAILURE
    retried(office, twin, failed)
    assert office.app.AsyncResult(result.id).get(timeout=0) in (3, [1, 2])
    assert office.listed() == []


def test_what_never_ran_cannot_be_retried_and_says_which_task_can(office: Broken, twin: Twin) -> None:
    last = chain(office.mend.s(3), office.work.s()).delay()
    body = chord([office.mend.s(1)], office.total.s()).delay()
    twin.run()
    assert last.parent is not None
    with pytest.raises(ValueError, match=f"retry the task before it, {last.parent.id}"):
        office.app.failures.retry(last.id)
    with pytest.raises(ValueError, match="retry those that failed"):
        office.app.failures.retry(body.id)


def test_what_is_dropped_leaves_the_list_and_stays_a_failure(office: Broken, twin: Twin) -> None:
    result = office.mend.apply_async(task_id="a")
    twin.run()
    office.app.failures.drop("a")
    assert (result.state, office.listed()) == (states.FAILURE, [])
    with pytest.raises(OSError, match="broken"):
        result.get(timeout=0)
    for again in (office.app.failures.drop, office.app.failures.retry):
        with pytest.raises(ValueError, match="not among the failures"):
            again("a")


@pytest.mark.parametrize("task_id", ["nobody", "done", ""])
def test_what_has_not_failed_can_be_neither_retried_nor_dropped(office: Broken, twin: Twin, task_id: str) -> None:
    office.work.apply_async([1], task_id="done")
    twin.run()
    for order in (office.app.failures.drop, office.app.failures.retry):
        with pytest.raises(ValueError, match="not among the failures"):
            order(task_id)


def test_a_text_that_a_new_version_can_read_runs_when_it_is_sent_again(office: Broken, twin: Twin) -> None:
    put(twin, '{"v":2,"id":"a","task":"office.work"}')
    twin.run()
    assert office.listed() == ["a"]
    office.app.failures.retry("a")
    twin.broker.messages["office"][0].body = call(1).replace(id="a").dumps()  # as a new version would read it
    twin.run()
    assert (row_of(twin, "a").state, office.listed()) == (states.SUCCESS, [])


def test_a_text_that_nobody_can_read_comes_back_to_the_list(office: Broken, twin: Twin) -> None:
    put(twin, "no json")
    twin.run()
    (first,) = office.listed()
    office.app.failures.retry(first)
    assert office.listed() == []
    twin.run()
    (second,) = office.listed()
    assert second != first


def test_a_failure_whose_queue_is_gone_stays_as_it_is(office: Broken, twin: Twin) -> None:
    office.mend.apply_async(task_id="a")
    twin.run()
    twin.broker.queues = {"other": "memory://other"}
    with pytest.raises(KeyError):
        office.app.failures.retry("a")
    assert row_of(twin, "a").state == states.FAILURE


def test_what_sqs_refuses_stays_in_the_list(office: Broken, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    office.mend.apply_async(task_id="a")
    twin.run()
    monkeypatch.setattr(twin.broker, "send_batch", lambda queue, entries: {entry.id: "down" for entry in entries})
    monkeypatch.setattr("time.sleep", lambda _s: None)
    with pytest.raises(PublishError):
        office.app.failures.retry("a")
    assert office.listed() == ["a"]
