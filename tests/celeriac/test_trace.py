"""One task run: from a message to the row that says what became of it."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from celeriac import Celeriac, clock, limits, states
from celeriac import trace as tracing
from celeriac.context import Context
from celeriac.exceptions import Ignore, Reject, Retry
from celeriac.message import Message
from celeriac.row import Row
from celeriac.task import Task
from celeriac.testing import Twin
from celeriac.trace import failed, trace

app = Celeriac("office")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def traced(body: Callable[..., Any], *args: Any, retries: int = 0, **options: Any) -> Row:
    """The row of a task with this body, bound."""
    office = Celeriac("office")
    task = office.task(name="office.work", bind=True, **options)(body)
    message = Message(id="id-1", task=task.name, args=list(args), queue="office", retries=retries, root_id="root-1")
    with Twin(office):
        return trace(task, Context.of(message))


def error_of(row: Row) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(row.error or "null")
    return record


def test_the_core_of_the_library_stays_under_forty_lines() -> None:
    assert len(inspect.getsource(tracing.trace).splitlines()) < 40


def test_what_a_task_returns_is_its_result() -> None:
    row = traced(lambda _task, x, y: {"sum": x + y}, 1, 2)
    assert (row.id, row.state, row.result, row.attempt) == ("id-1", states.SUCCESS, '{"sum":3}', 0)
    assert (row.name, row.queue, row.root_id) == ("office.work", "office", "root-1")
    assert (row.error, row.message) == (None, None)


def test_the_row_knows_when_the_task_ran() -> None:
    moments = iter([NOON, NOON + timedelta(seconds=3)])
    task = app.task(name="office.timed")(lambda: None)
    with clock.running_on(lambda: next(moments)):
        row = trace(task, Context.of(Message(id="id-1", task="office.timed")))
    assert (row.started_at, row.done_at) == (NOON, NOON + timedelta(seconds=3))


def test_what_a_task_raises_is_its_failure_with_the_whole_message() -> None:
    def work(_task: Task, x: int) -> None:
        raise ValueError("no", x)

    row = traced(work, 5, retries=2)
    assert (row.state, row.attempt, row.result) == (states.FAILURE, 2, None)
    assert (error_of(row)["exc_type"], error_of(row)["exc_message"]) == ("ValueError", ["no", 5])
    assert Message.loads(row.message or "") == Message(
        id="id-1", task="office.work", args=[5], queue="office", retries=2, root_id="root-1"
    )


def test_a_failure_can_be_sent_again_at_once() -> None:
    row = failed(Message(id="id-1", task="a.work", eta=NOON), ValueError())
    assert Message.loads(row.message or "").eta is None


def test_a_failure_keeps_the_arguments_as_they_were_sent() -> None:
    def work(_task: Task, items: list[object]) -> None:
        items.pop()
        items.append(object())
        raise ValueError("half way")

    row = traced(work, [1, 2])
    assert error_of(row)["exc_type"] == "ValueError"
    assert Message.loads(row.message or "").args == [[1, 2]]


def test_a_result_that_json_cannot_carry_is_a_failure_that_says_where() -> None:
    row = traced(lambda _task: {"sizes": [{1}]})
    assert row.state == states.FAILURE
    assert error_of(row)["exc_type"] == "EncodeError"
    assert error_of(row)["exc_message"] == ["JSON cannot carry {1} (set) at value['sizes'][0]"]


def test_wrong_arguments_are_a_failure() -> None:
    row = traced(lambda _task: None, 1, 2)
    assert (row.state, error_of(row)["exc_type"]) == (states.FAILURE, "TypeError")


def test_a_system_exit_is_a_failure_and_not_the_end_of_the_worker() -> None:
    def work(_task: Task) -> None:
        raise SystemExit(3)

    row = traced(work)
    assert (row.state, error_of(row)["exc_type"], error_of(row)["exc_message"]) == (states.FAILURE, "SystemExit", [3])


def test_recursion_without_end_is_a_failure() -> None:
    def work(task: Task) -> None:
        work(task)

    assert error_of(traced(work))["exc_type"] == "RecursionError"


def test_a_retry_names_the_attempt_that_follows() -> None:
    def work(task: Task, _x: int) -> None:
        raise task.retry(exc=OSError("busy"), countdown=60)

    row = traced(work, 1, retries=1)
    assert (row.state, row.attempt, row.attempted) == (states.RETRY, 2, 1)
    assert error_of(row)["exc_type"] == "OSError"
    assert Message.loads(row.message or "").retries == 2


def test_a_retry_without_a_reason_is_recorded_with_itself() -> None:
    def work(task: Task) -> None:
        raise task.retry()

    assert error_of(traced(work))["exc_type"] == "Retry"


def test_a_retry_with_arguments_that_json_cannot_carry_is_a_failure() -> None:
    def work(task: Task) -> None:
        raise task.retry(args=[object()])

    row = traced(work)
    assert (row.state, error_of(row)["exc_type"]) == (states.FAILURE, "EncodeError")


def test_a_retry_that_does_not_say_what_to_repeat_is_a_failure() -> None:
    def work(_task: Task) -> None:
        raise Retry("by hand")

    row = traced(work)
    assert (row.state, error_of(row)["exc_type"]) == (states.FAILURE, "Retry")


def test_ignore_leaves_no_outcome() -> None:
    def work(_task: Task) -> None:
        raise Ignore

    assert traced(work).state == states.IGNORED


def test_reject_is_a_failure_with_its_reason() -> None:
    def work(_task: Task) -> None:
        raise Reject("not mine")

    row = traced(work)
    assert (row.state, error_of(row)["exc_type"]) == (states.FAILURE, "Reject")
    assert error_of(row)["exc_message"] == ["not mine", False]


def test_reject_with_requeue_wants_the_message_back() -> None:
    def work(_task: Task) -> None:
        raise Reject("later", requeue=True)

    with pytest.raises(Reject, match="reject requeue=True: later"):
        traced(work)


def test_the_tasks_that_a_task_sent_are_its_children_even_if_it_fails() -> None:
    def work(task: Task) -> None:
        task.app.send_task("office.other", task_id="c-1")
        task.app.send_task("office.other", task_id="c-2")
        raise ValueError

    assert traced(work).children == ("c-1", "c-2")


def test_a_row_lists_no_more_children_than_dynamodb_has_room_for() -> None:
    def work(task: Task) -> None:
        for number in range(limits.ROW_CHILDREN + 5):
            task.app.send_task("office.other", task_id=f"c-{number}")

    row = traced(work)
    assert row.state == states.SUCCESS
    assert len(row.children) == limits.ROW_CHILDREN


def test_time_limits_of_the_message_are_kept() -> None:
    def work() -> None:
        while True:
            pass

    task = app.task(name="office.endless")(work)
    row = trace(task, Context.of(Message(id="id-1", task="office.endless", time_limit=0.02)))
    assert error_of(row)["exc_type"] == "TimeLimitExceeded"
    row = trace(task, Context.of(Message(id="id-1", task="office.endless", soft_time_limit=0.02, time_limit=5)))
    assert error_of(row)["exc_type"] == "SoftTimeLimitExceeded"


def test_a_task_keeps_its_limits_when_its_sender_knows_only_its_name() -> None:
    def work() -> None:
        time.sleep(10)

    task = app.task(name="office.sleeps", time_limit=0.05)(work)
    row = trace(task, Context.of(Message(id="by-name", task="office.sleeps")))
    assert error_of(row)["exc_type"] == "TimeLimitExceeded"
