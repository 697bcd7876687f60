"""What dies in a queue: it has a row that says why, what follows a failure follows, and nothing is lost on the way."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celeriac import chain, chord, group, states
from celeriac.dead_letters import DEAD, DeadLetters
from celeriac.exceptions import OperationalError
from celeriac.row import Row
from celeriac.services import Services
from celeriac.testing import Crash, MemoryBackend, MemoryBroker, MemoryBucket, Twin
from tests.celeriac.office import Office, call, error_of, put, queued, row_of
from tests.celeriac.test_worker import POISON

ARN = f"arn:aws:sqs:us-east-1:000000000000:office{DEAD}"


def buried(twin: Twin, *bodies: str, **more: Any) -> list[str]:
    """Hand dead letters to the function; returns what it gives back."""
    records = [
        {"messageId": f"dead-{number}", "body": body, "eventSourceARN": ARN, **more}
        for number, body in enumerate(bodies)
    ]
    answer = DeadLetters.of(twin.services)({"Records": records})
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def listed(office: Office) -> list[Row]:
    return list(office.app.failures.list())


# What is recorded


def test_a_message_that_no_worker_ended_is_a_failure_that_says_so(office: Office, twin: Twin) -> None:
    assert buried(twin, call(1).dumps()) == []
    row = row_of(twin, "id-1")
    kind, text = error_of(twin, "id-1")
    assert (row.state, row.queue, kind) == (states.FAILURE, "office", "WorkerLostError")
    assert "out of memory" in text
    assert [row.id for row in listed(office)] == ["id-1"]


def test_a_firing_that_its_schedule_could_not_deliver_says_what_the_scheduler_says(office: Office, twin: Twin) -> None:
    told = {"ERROR_CODE": "AccessDenied", "ERROR_MESSAGE": "not you"}
    buried(twin, call(1).dumps(), messageAttributes={name: {"stringValue": text} for name, text in told.items()})
    assert error_of(twin, "id-1")[1] == "a schedule could not deliver it: AccessDenied: not you"


@pytest.mark.parametrize("poison", POISON, ids=lambda text: text[:60] or "nothing")
def test_what_cannot_be_read_is_kept_whole_and_says_why(office: Office, twin: Twin, poison: str) -> None:
    assert buried(twin, poison) == []
    (row,) = listed(office)
    assert (row.state, row.queue) == (states.FAILURE, "office")
    assert json.loads(row.message or "null") == poison
    assert json.loads(row.error or "null")["exc_type"] == "DecodeError"


def test_a_text_that_names_an_id_is_the_failure_of_that_task(office: Office, twin: Twin) -> None:
    result = office.app.AsyncResult("a")
    buried(twin, '{"v":2,"id":"a","task":"office.work"}')
    assert (result.state, row_of(twin, "a").name) == (states.FAILURE, "office.work")


def test_a_text_whose_id_is_taken_is_kept_under_that_of_sqs(office: Office, twin: Twin) -> None:
    office.work.apply_async([1], task_id="a")
    twin.run()
    buried(twin, '{"v":2,"id":"a"}')
    assert row_of(twin, "a").state == states.SUCCESS
    assert [row.id for row in listed(office)] == ["dead-0"]


@settings(max_examples=200, deadline=None)
@given(body=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=50) | st.sampled_from(POISON))
def test_whatever_the_text_is_it_is_listed_once_and_taken_off_the_queue(body: str) -> None:
    office = Office()
    with Twin(office.app) as twin:
        assert buried(twin, body) == []
        assert len(listed(office)) == 1


def test_a_text_that_looks_like_a_reference_is_not_followed(office: Office, twin: Twin) -> None:
    twin.payloads.write("results/secret", b'"treasure"')
    buried(twin, "s3:results/secret")
    (row,) = listed(office)
    assert json.loads(twin.backend.filled(row).message or "null") == "s3:results/secret"


def test_a_long_text_is_kept_whole_too(office: Office, twin: Twin) -> None:
    buried(twin, "x" * 100_000)
    (row,) = listed(office)
    assert json.loads(twin.backend.filled(row).message or "null") == "x" * 100_000


# What the table says already


def test_a_letter_whose_task_has_an_outcome_changes_nothing(office: Office, twin: Twin) -> None:
    office.work.apply_async([1], task_id="id-1")
    twin.run()
    before = row_of(twin, "id-1")
    assert buried(twin, call(1).dumps()) == []
    assert row_of(twin, "id-1") == before


def test_a_letter_that_a_later_attempt_overtook_changes_nothing(office: Office, twin: Twin) -> None:
    twin.backend.record(Row.of(call(1), states.RETRY, attempt=1, message=call(1, retries=1).dumps()))
    twin.backend.record(Row.of(call(1, retries=1), states.SUCCESS, result="1"))
    assert buried(twin, call(1).dumps()) == []
    assert row_of(twin, "id-1").state == states.SUCCESS


def test_a_retry_that_was_recorded_and_not_sent_is_sent(office: Office, twin: Twin) -> None:
    twin.backend.record(Row.of(call(1), states.RETRY, attempt=1, message=call(1, retries=1).dumps()))
    buried(twin, call(1).dumps())
    assert [(message.id, message.retries) for message in queued(twin)] == [("id-1", 1)]


def test_a_revoked_task_that_dies_is_revoked(office: Office, twin: Twin) -> None:
    office.app.control.revoke("id-1")
    buried(twin, call(1).dumps())
    assert row_of(twin, "id-1").state == states.REVOKED


# What follows


def test_those_who_wait_for_a_task_that_died_are_told(office: Office, twin: Twin) -> None:
    last = chain(office.work.s(1), office.work.s(), office.work.s()).apply_async(link_error=office.note.s())
    body = chord([office.work.s(1), office.work.s(2)], office.note.s()).delay()
    dead = [message for message in queued(twin) if message.args == [1]]
    assert len(dead) == 2
    twin.broker.messages["office"][:] = [item for item in twin.broker.messages["office"] if '"args":[2]' in item.body]
    assert buried(twin, *(message.dumps() for message in dead)) == []
    twin.run()
    assert (last.state, body.state) == (states.FAILURE, states.FAILURE)
    assert dead[0].id in office.ran


def test_what_cannot_follow_is_no_reason_to_keep_the_letter(office: Office, twin: Twin) -> None:
    assert buried(twin, call(1, link_error=[{"task": "nowhere.at_all", "args": [], "kwargs": {}}]).dumps()) == []
    assert row_of(twin, "id-1").state == states.FAILURE


# Trouble


class Down(MemoryBackend):
    """A table that refuses to write one task's outcome."""

    def _record(self, row: Row) -> Row | None:
        if row.id == "id-1":
            raise OperationalError("throttled")
        return super()._record(row)


def test_a_letter_that_cannot_be_recorded_stays_in_its_queue_and_holds_up_no_other(office: Office) -> None:
    payloads = MemoryBucket()
    backend = Down(payloads)
    handler = DeadLetters.of(Services(MemoryBroker(payloads, ["office"]), backend))
    records = [
        {"messageId": f"dead-{number}", "body": call(number).dumps(), "eventSourceARN": ARN} for number in (1, 2)
    ]
    assert handler({"Records": records}) == {"batchItemFailures": [{"itemIdentifier": "dead-1"}]}
    assert set(backend.rows) == {"id-2"}


class DiesAt:
    """A fault: the function's process dies before one step, once."""

    def __init__(self, step: int) -> None:
        self.left = step

    def __call__(self, what: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crash(what)


def ends_after_a_crash_at(step: int) -> tuple[list[str], bool]:
    """What the table says of a chord one of whose members died, and whether there was such a step."""
    office, fault = Office(), DiesAt(step)
    with Twin(office.app) as twin:
        chord([office.work.s(1), office.work.s(2)], office.note.s()).delay()
        record = {"messageId": "dead-0", "body": twin.broker.messages["office"].pop().body, "eventSourceARN": ARN}
        twin.fault = fault
        for _ in range(2):  # SQS delivers again what was not deleted
            with suppress(Crash):
                DeadLetters.of(twin.services)({"Records": [record]})
        twin.fault = None
        twin.run()
        return sorted(row.state for row, _ in twin.backend.rows.values()), fault.left <= 0


def test_a_crash_at_any_step_loses_no_letter_and_none_of_those_who_wait() -> None:
    step, is_step = 1, True
    while is_step:
        ends, is_step = ends_after_a_crash_at(step)
        assert ends == [states.FAILURE, states.FAILURE, states.SUCCESS]
        step += 1
    assert step > 4


# Processes that die


@pytest.mark.parametrize("death", [Crash("killed"), MemoryError()], ids=["killed", "out of memory"])
def test_a_task_that_dies_at_every_delivery_is_listed_and_can_be_sent_again(
    office: Office, twin: Twin, death: BaseException
) -> None:
    @office.app.task(name="office.dies")
    def dies() -> str:
        if office.ran:
            return "alive"
        raise death

    result = dies.delay()
    twin.run()
    assert [row.id for row in listed(office)] == [result.id]
    office.ran.append("mended")
    office.app.failures.retry(result.id)
    twin.run()
    assert (result.state, result.result, listed(office)) == (states.SUCCESS, "alive", [])


def test_a_process_that_dies_as_it_tells_of_a_last_delivery_is_told_of_all_the_same(office: Office) -> None:
    def fault(what: str) -> None:
        if "FAILURE" in what and len(told) < 1:
            told.append(what)
            raise Crash(what)

    told: list[str] = []
    office.app.task(name="office.dies")(lambda: (_ for _ in ()).throw(Crash("killed")))
    with Twin(office.app, fault=fault) as twin:
        result = office.app.send_task("office.dies")
        twin.run()
        assert told
        assert result.state == states.FAILURE
        assert error_of(twin, result.id)[0] == "WorkerLostError"


def test_groups_of_dead_letters_are_as_good_as_single_ones(office: Office, twin: Twin) -> None:
    result = group(office.work.s(number) for number in range(5)).delay()
    bodies = [item.body for item in twin.broker.messages["office"]]
    twin.broker.messages["office"].clear()
    assert buried(twin, *bodies) == []
    assert result.failed()
    assert {row.id for row in listed(office)} == {child.id for child in result.children}


def test_poison_in_a_living_queue_ends_in_the_list(office: Office, twin: Twin) -> None:
    put(twin, "no json")
    twin.run()
    (row,) = listed(office)
    assert json.loads(row.message or "null") == "no json"
