"""Tasks that are revoked: before they begin, between two attempts, and while they run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from celeriac import chain, chord, clock, group, signals, states
from celeriac.exceptions import ChordError, TaskRevokedError, Terminated
from celeriac.task import Task
from celeriac.testing import Twin
from tests.celeriac.office import Office


def test_a_task_that_is_revoked_before_it_begins_never_runs(office: Office, twin: Twin) -> None:
    result = office.work.delay(1)
    result.revoke()
    twin.run()
    assert (office.ran, result.state) == ([], states.REVOKED)
    with pytest.raises(TaskRevokedError, match="revoked"):
        result.get(timeout=0)


@pytest.mark.parametrize("terminate", [False, True])
def test_a_group_is_revoked_with_all_that_is_in_it(office: Office, twin: Twin, terminate: bool) -> None:
    result = group(office.work.s(1), chord([office.work.s(2)], office.work.si(3)), office.work.s(4)).delay()
    twin.invoke("office")  # 1, 2 and 4 have run
    late = group(office.work.s(5), office.work.s(6)).delay()
    late.revoke(terminate=terminate)
    twin.run()
    late.revoke(wait=True, timeout=0.1)
    assert sorted(office.ran) == [1, 2, 3, 4]
    assert [member.state for member in late] == [states.REVOKED, states.REVOKED]
    assert result.successful()


def test_a_caller_sees_at_once_that_a_task_is_revoked(office: Office, twin: Twin) -> None:
    result = office.work.delay(1)
    assert result.state == states.PENDING
    result.revoke()
    assert (result.state, result.ready(), result.successful(), result.failed()) == ("REVOKED", True, False, False)
    assert isinstance(result.result, TaskRevokedError)
    assert twin.backend.rows[result.id][0].state == states.PENDING, "what is seen is not recorded yet"


def test_an_id_may_be_revoked_before_it_is_sent_and_long_before_it_is_due(office: Office, twin: Twin) -> None:
    office.app.control.revoke(["one", "nobody"])
    result = office.work.apply_async((1,), task_id="one", eta=clock.now() + timedelta(days=365))
    twin.run()
    assert (office.ran, result.state) == ([], states.REVOKED)


def test_a_task_that_is_due_later_is_revoked_without_waiting_for_its_time(office: Office, twin: Twin) -> None:
    result = office.work.apply_async((1,), countdown=3600)
    result.revoke()
    twin.run(until=clock.now() + timedelta(minutes=20))
    assert twin.backend.rows[result.id][0].state == states.REVOKED
    assert not twin.broker.messages["office"]


def test_what_has_ended_is_not_revoked(office: Office, twin: Twin) -> None:
    result = office.work.delay(1)
    twin.run()
    result.revoke(terminate=True)
    assert (result.get(timeout=0), result.state) == (1, states.SUCCESS)


def test_the_chain_of_a_revoked_task_is_abandoned(office: Office, twin: Twin) -> None:
    last = chain(office.work.s(1), office.note.s(), office.note.s()).delay()
    last.parent.parent.revoke()
    twin.run()
    assert (office.ran, last.parent.parent.state) == ([], states.REVOKED)
    assert (last.parent.state, last.state) == (states.FAILURE, states.FAILURE)
    with pytest.raises(TaskRevokedError):
        last.get(timeout=0)


def test_a_chord_is_told_of_a_member_that_is_revoked(office: Office, twin: Twin) -> None:
    result = chord([office.work.s(1), office.work.s(2)], office.note.s()).delay()
    result.parent.results[0].revoke()
    twin.run()
    assert office.ran == [2]
    assert isinstance(result.result, ChordError)


def test_a_retry_in_waiting_is_revoked(office: Office, twin: Twin) -> None:
    attempts: list[int] = []

    @office.app.task(name="office.again", bind=True)
    def again(task: Task) -> None:
        attempts.append(task.request.retries)
        raise task.retry(countdown=60)

    result = again.delay()
    twin.run(until=clock.now() + timedelta(seconds=30))
    assert result.state == states.RETRY
    result.revoke()
    assert isinstance(result.result, TaskRevokedError)
    twin.run()
    assert (attempts, result.state) == ([0], states.REVOKED)


def test_a_task_that_is_revoked_as_it_runs_goes_on_and_its_retry_does_not(office: Office, twin: Twin) -> None:
    attempts: list[int] = []

    @office.app.task(name="office.again", bind=True)
    def again(task: Task) -> None:
        attempts.append(task.request.retries)
        office.app.control.revoke(str(task.request.id))
        task.update_state(state="PROGRESS", meta={"done": 1})
        raise task.retry(countdown=60)

    result = again.delay()
    twin.run()
    assert (attempts, result.state) == ([0], states.REVOKED)


def test_a_running_task_that_is_revoked_keeps_its_state_and_its_result(office: Office, twin: Twin) -> None:
    seen: list[str] = []

    @office.app.task(name="office.followed", bind=True, track_started=True)
    def followed(task: Task) -> str:
        result = office.app.AsyncResult(str(task.request.id))
        result.revoke()
        seen.append(result.state)
        return "done"

    result = followed.delay()
    twin.run()
    assert (seen, result.get(timeout=0)) == ([states.STARTED], "done")


@pytest.mark.parametrize("is_tracked", [True, False])
def test_a_running_task_that_is_terminated_notices_when_it_tells_of_itself(
    office: Office, twin: Twin, is_tracked: bool
) -> None:
    cleaned: list[bool] = []

    @office.app.task(name="office.long", bind=True, track_started=is_tracked, autoretry_for=(Exception,))
    def long(task: Task) -> str:
        office.app.control.terminate(str(task.request.id))
        try:
            task.update_state(state="PROGRESS", meta={"done": 1})
        finally:
            cleaned.append(True)
        return "never"

    last = chain(long.si(), office.note.s()).delay()
    twin.run()
    assert (cleaned, office.ran, last.parent.state, last.state) == ([True], [], states.REVOKED, states.FAILURE)
    with pytest.raises(Terminated, match="terminated"):
        last.parent.get(timeout=0)


def test_a_terminated_task_that_goes_on_regardless_has_its_result(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.deaf", bind=True)
    def deaf(task: Task) -> str:
        office.app.control.revoke(str(task.request.id), terminate=True)
        return "done"

    result = deaf.delay()
    twin.run()
    assert result.get(timeout=0) == "done"


def test_signals_tell_whether_a_task_expired_was_revoked_or_terminated(office: Office, twin: Twin) -> None:
    told: list[tuple[Any, ...]] = []

    def note(sender: Any, request: Any, terminated: bool, expired: bool, **_: Any) -> None:
        told.append((sender.name, request.id, terminated, expired))

    @office.app.task(name="office.long", bind=True)
    def long(task: Task) -> None:
        office.app.control.terminate(str(task.request.id))
        task.update_state(state="PROGRESS")

    signals.task_revoked.connect(note)
    try:
        office.work.apply_async(task_id="revoked").revoke()
        office.work.apply_async(task_id="expired", expires=clock.now() - timedelta(seconds=1))
        long.apply_async(task_id="terminated")
        twin.run()
    finally:
        signals.task_revoked.disconnect(note)
    assert sorted(told, key=lambda item: item[1]) == [
        ("office.work", "expired", False, True),
        ("office.work", "revoked", False, False),
        ("office.long", "terminated", True, False),
    ]


def test_revoking_waits_for_the_end_if_it_is_to(office: Office, twin: Twin) -> None:
    assert twin
    result = office.work.delay(1)
    result.revoke(wait=True, timeout=1)
    assert result.ready()


def test_a_receipt_stays_one_when_its_task_is_revoked(office: Office, twin: Twin) -> None:
    result = office.work.delay(1)
    [waiting] = twin.broker.messages["office"]
    twin.backend.accept(twin.broker.open(waiting.body, ""))
    result.revoke()
    twin.run()
    row = twin.backend.get(result.id)
    assert row is not None
    assert (row.state, row.name, row.mark) == (states.REVOKED, "office.work", None)
