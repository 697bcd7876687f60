"""One attempt at one task: what it becomes, and what of that is recorded."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from celeriac import Celeriac, states
from celeriac.exceptions import Ignore, Reject, TaskRevokedError
from celeriac.message import Message
from celeriac.services import Services
from celeriac.task import Task
from celeriac.testing import MemoryBackend, MemoryBroker, MemoryBucket, Twin
from tests.celeriac.office import KIB, Office, call, error_of, invoked, put, row_of

# Outcomes


def test_a_batch_is_worked_through_and_nothing_of_it_comes_back(office: Office, twin: Twin) -> None:
    assert invoked(office.app, *(call(number) for number in range(5))) == []
    assert office.ran == [0, 1, 2, 3, 4]
    assert [row_of(twin, f"id-{number}").result for number in range(5)] == ["0", "1", "2", "3", "4"]


@pytest.mark.usefixtures("twin")
def test_an_empty_batch_asks_nothing_of_the_table(office: Office) -> None:
    assert invoked(office.app) == []


def test_an_unknown_task_is_recorded_with_the_names_that_are_known(office: Office, twin: Twin) -> None:
    assert invoked(office.app, call(1, "office.absent"), call(2)) == []
    kind, text = error_of(twin, "id-1")
    assert kind == "NotRegistered"
    assert text == "no task 'office.absent' here; registered are: office.note, office.work"
    assert row_of(twin, "id-2").state == states.SUCCESS


def test_a_task_that_expired_is_revoked_and_does_not_run(office: Office, twin: Twin) -> None:
    result = office.work.apply_async((1,), expires=60, countdown=120)
    twin.run()
    assert (office.ran, result.state) == ([], states.REVOKED)
    with pytest.raises(TaskRevokedError, match="expired"):
        result.get(timeout=0)


def test_a_task_that_runs_before_it_expires_runs(office: Office, twin: Twin) -> None:
    result = office.work.apply_async((1,), expires=121, countdown=120)
    twin.run()
    assert result.get(timeout=0) == 1


def test_a_task_whose_payload_is_gone_is_a_failure_that_says_so(office: Office, twin: Twin) -> None:
    result = office.work.delay("x" * 600 * KIB)
    twin.payloads.objects.clear()
    office.work.delay(2)
    twin.run()
    assert error_of(twin, result.id)[0] == "PayloadGone"
    assert "the arguments of this task are gone" in error_of(twin, result.id)[1]
    assert office.ran == [2]
    assert not twin.dead_letters["office"]


def test_what_a_message_does_not_know_of_its_queue_its_worker_does(office: Office, twin: Twin) -> None:
    """A schedule's message names no queue; it may be retried and sent back all the same."""
    attempts: list[int] = []

    @office.app.task(name="office.again", bind=True, default_retry_delay=10)
    def again(task: Task) -> str:
        attempts.append(task.request.retries)
        if not task.request.retries:
            raise task.retry()
        return str(task.request.delivery_info["routing_key"])

    put(twin, '{"v":1,"id":"scheduled-1","task":"office.again"}')
    put(
        twin,
        json.dumps({"v": 1, "id": "later", "task": "office.work", "eta": (twin.now + timedelta(hours=1)).isoformat()}),
    )
    twin.run()
    assert attempts == [0, 1]
    assert row_of(twin, "scheduled-1").result == '"office"'
    assert row_of(twin, "later").state == states.SUCCESS


# Steering


def test_ignore_records_nothing_and_sends_nothing(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.ignored")
    def ignored() -> None:
        raise Ignore

    result = ignored.apply_async(link=office.note.si(1), link_error=office.note.si(2))
    twin.run()
    assert (office.ran, result.state) == ([], states.PENDING)
    assert not twin.broker.messages["office"]


def test_ignore_leaves_a_state_of_the_tasks_own_as_it_is(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.ignored", bind=True)
    def ignored(task: Task) -> None:
        task.update_state(state="PARKED", meta={"by": "ada"})
        raise Ignore

    result = ignored.delay()
    twin.run()
    assert (result.state, result.info) == ("PARKED", {"by": "ada"})


def test_reject_is_a_failure_and_its_message_is_kept_with_it(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.rejected")
    def rejected(_x: int) -> None:
        raise Reject("not mine")

    result = rejected.apply_async((5,), link_error=office.note.si("called"))
    twin.run()
    assert (result.state, office.ran) == (states.FAILURE, ["called"])
    assert Message.loads(row_of(twin, result.id).message or "").args == [5]
    assert not twin.dead_letters["office"]


def test_reject_with_requeue_is_delivered_again_until_it_is_a_dead_letter(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.rejected")
    def rejected() -> None:
        office.ran.append("rejected")
        raise Reject("later", requeue=True)

    result, other = rejected.delay(), office.work.delay(1)
    twin.run()
    assert office.ran.count("rejected") == twin.max_receives - 1
    assert (result.state, other.get(timeout=0)) == (states.FAILURE, 1)
    assert error_of(twin, result.id)[0] == "WorkerLostError"
    assert result.id in twin.dead_letters["office"][0].body


def test_a_task_that_wants_its_message_back_may_succeed_next_time(office: Office, twin: Twin) -> None:
    redelivered: list[bool] = []

    @office.app.task(name="office.second_time", bind=True)
    def second_time(task: Task) -> int:
        redelivered.append(task.request.delivery_info["redelivered"])
        if not redelivered[-1]:
            raise Reject(requeue=True)
        return 5

    result, began_at = second_time.delay(), twin.now
    twin.run()
    assert (result.get(timeout=0), redelivered) == (5, [False, True])
    assert twin.now == began_at  # at once, not after the visibility timeout


def test_a_system_exit_ends_the_task_and_not_the_worker(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.leave")
    def leave() -> None:
        raise SystemExit(3)

    assert invoked(office.app, call(1), Message(id="exit", task="office.leave"), call(2)) == []
    assert (office.ran, row_of(twin, "exit").state) == ([1, 2], states.FAILURE)


class Unheard(BaseException):
    """What no worker may take for an outcome, such as the end of a process."""


def test_what_is_no_exception_ends_the_invocation_and_what_was_recorded_stays(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.end_all")
    def end_all() -> None:
        raise Unheard

    batch = [call(1), Message(id="end", task="office.end_all"), call(2)]
    with pytest.raises(Unheard):
        invoked(office.app, *batch)
    assert (office.ran, twin.backend.get("end")) == ([1], None)
    with pytest.raises(Unheard):
        invoked(office.app, *batch)
    assert office.ran == [1], "the outcome stands"


# Queues of others


def on_worker(worker: str, app: Celeriac) -> MemoryBackend:
    """Connect an app as the worker's own function is: with its own queue and none other."""
    payloads = MemoryBucket()
    backend = MemoryBackend(payloads)
    app.connect(Services(MemoryBroker(payloads, [worker], worker), backend))
    return backend


@pytest.mark.parametrize("place", ["chain", "link"])
def test_a_follow_up_to_a_queue_of_others_fails_the_task_and_names_the_line_to_add(office: Office, place: str) -> None:
    backend = on_worker("office", office.app)
    following = {"task": "notify.send_email", "options": {"task_id": "id-2"}}
    assert invoked(office.app, call(1).replace(**{place: [following]})) == []
    row = backend.get("id-1")
    assert row is not None
    assert (row.state, row.result) == (states.FAILURE, None)
    record = json.loads(row.error or "")
    assert record["exc_type"] == "QueueNotFound"
    assert record["exc_message"] == [
        "office may not send to 'notify': add uses = [\"notify\"] to functions/office/worker.toml"
    ]
    if place == "chain":
        assert backend.rows["id-2"][0].state == states.FAILURE, "whoever waits for the end learns of it"


def test_an_error_callback_in_a_queue_of_others_does_not_hide_why_the_task_failed(office: Office) -> None:
    backend = on_worker("office", office.app)

    @office.app.task(name="office.fails")
    def fails(_number: int) -> None:
        raise ValueError("the reason")

    message = call(1, "office.fails", link_error=[{"task": "notify.send_email"}])
    following = {"task": "office.note", "options": {"task_id": "id-2"}}
    assert invoked(office.app, message.replace(chain=[following])) == ["sqs-0"], "nobody could be told: a dead letter"
    for task_id in ("id-1", "id-2"):
        row = backend.rows[task_id][0]
        assert (row.state, json.loads(row.error or "")["exc_message"]) == (states.FAILURE, ["the reason"])


def test_a_task_that_sends_to_a_queue_of_others_fails_with_the_line_to_add(office: Office) -> None:
    backend = on_worker("office", office.app)

    @office.app.task(name="office.tell")
    def tell() -> None:
        office.app.send_task("notify.send_email")

    assert invoked(office.app, Message(id="id-1", task="office.tell")) == []
    assert 'add uses = [\\"notify\\"] to functions/office/worker.toml' in (backend.rows["id-1"][0].error or "")


def test_a_retry_to_a_queue_of_others_fails_the_task(office: Office) -> None:
    backend = on_worker("office", office.app)

    @office.app.task(name="office.again", bind=True)
    def again(task: Task) -> None:
        raise task.retry(queue="notify")

    assert invoked(office.app, Message(id="id-1", task="office.again")) == []
    assert backend.rows["id-1"][0].state == states.FAILURE


def test_a_follow_up_that_cannot_be_fails_the_task_before_it_once(office: Office, twin: Twin) -> None:
    wrong = {"task": "office.note", "options": {"countdown": 1, "priority": -9}}
    assert invoked(office.app, call(1, chain=[wrong])) == []
    assert (office.ran, error_of(twin, "id-1")[0]) == ([1], "ImproperlyConfigured")


# Results that nobody wants


@pytest.mark.parametrize("by", ["task", "call", "app"])
def test_an_ignored_result_writes_nothing(by: str) -> None:
    app = Celeriac("office", task_ignore_result=by == "app")
    work = app.task(name="office.work", ignore_result=True if by == "task" else None)(lambda: 5)
    with Twin(app) as twin:
        result = work.apply_async(ignore_result=True if by == "call" else None)
        twin.run()
        assert twin.backend.rows == {}
        assert result.state == states.PENDING
        assert not [step for step in twin.steps if step.startswith("record")]


def test_the_call_may_want_a_result_that_the_task_ignores(office: Office, twin: Twin) -> None:
    quiet = office.app.task(name="office.quiet", ignore_result=True)(lambda: 5)
    result = quiet.apply_async(ignore_result=False)
    twin.run()
    assert result.get(timeout=0) == 5


def test_a_failure_is_recorded_even_where_results_are_ignored(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.fails", ignore_result=True)
    def fails() -> None:
        raise ValueError("no")

    result = fails.delay()
    twin.run()
    assert result.state == states.FAILURE


def test_what_follows_an_ignored_result_is_sent(office: Office, twin: Twin) -> None:
    quiet = office.app.task(name="office.quiet", ignore_result=True)(lambda x: x + 1)
    quiet.apply_async((1,), link=office.note.s("linked"))
    twin.run()
    assert office.ran == [2]


def test_an_ignored_result_closes_the_row_of_its_retry(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.flaky", bind=True, ignore_result=True, default_retry_delay=1)
    def flaky(task: Task) -> None:
        if not task.request.retries:
            raise task.retry()

    result = flaky.delay()
    twin.run()
    assert result.state == states.SUCCESS


def test_an_ignored_result_closes_its_receipt(office: Office, twin: Twin) -> None:
    message = call(1, ignore_result=True)
    twin.backend.accept(message)
    assert invoked(office.app, message) == []
    assert row_of(twin, "id-1").state == states.SUCCESS


def test_the_start_of_a_task_whose_result_is_ignored_is_not_tracked(office: Office, twin: Twin) -> None:
    quiet = office.app.task(name="office.quiet", ignore_result=True, track_started=True)(lambda: 5)
    result = quiet.delay()
    twin.run()
    assert result.state == states.PENDING, "rather than STARTED for ever"


def test_the_start_of_a_task_is_tracked_on_demand(office: Office, twin: Twin) -> None:
    seen: list[str] = []

    @office.app.task(name="office.tracked", bind=True, track_started=True)
    def tracked(task: Task) -> None:
        seen.append(task.AsyncResult(str(task.request.id)).state)

    result = tracked.delay()
    twin.run()
    assert (seen, result.state) == ([states.STARTED], states.SUCCESS)
