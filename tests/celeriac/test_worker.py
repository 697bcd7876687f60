"""The Lambda worker: an SQS event in, what must be delivered again out."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celeriac import chain, states
from celeriac.exceptions import OperationalError
from celeriac.row import Row
from celeriac.services import Services
from celeriac.task import Task
from celeriac.testing import MemoryBackend, MemoryBroker, MemoryBucket, Twin
from tests.celeriac.office import KIB, Office, Remaining, call, invoked, put, queued, row_of

# What cannot be read

POISON = [
    "",
    "no json",
    "[]",
    "null",
    '{"v":2,"id":"a","task":"office.work"}',
    '{"v":1,"id":"","task":"office.work"}',
    '{"v":1,"id":"\\ud800","task":"office.work"}',
    '{"v":1,"id":"a"}',
    '{"v":1,"id":"a","task":"office.work","args":[NaN]}',
    '{"v":1,"id":"a","task":"office.work","args":[1e999]}',
    '{"v":1,"id":"a","task":"office.work","payload":"results/secret"}',
    "[" * 5000,
]


@pytest.mark.parametrize("poison", POISON, ids=lambda text: text[:60] or "nothing")
@pytest.mark.usefixtures("twin")
def test_what_cannot_be_read_is_given_back_and_the_others_are_unharmed(office: Office, poison: str) -> None:
    assert invoked(office.app, call(1), poison, call(2)) == ["sqs-1"]
    assert office.ran == [1, 2]


def test_what_cannot_be_read_is_a_dead_letter_in_the_end(office: Office, twin: Twin) -> None:
    for poison in POISON:
        put(twin, poison)
    results = [office.work.delay(number) for number in range(5)]
    twin.run()
    assert [result.get(timeout=0) for result in results] == [*range(5)]
    assert sorted(letter.body for letter in twin.dead_letters["office"]) == sorted(POISON)
    assert {letter.receives for letter in twin.dead_letters["office"]} == {twin.max_receives}


def test_a_message_of_a_newer_producer_runs_and_its_retry_keeps_what_is_new(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.again", bind=True, default_retry_delay=10)
    def again(task: Task) -> None:
        raise task.retry()

    assert invoked(office.app, '{"v":1,"id":"a","task":"office.again","queue":"office","flavour":{"x":1}}') == []
    assert [message.extra for message in queued(twin)] == [{"flavour": {"x": 1}}]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
signature_like = st.fixed_dictionaries(
    {"task": st.sampled_from(["office.note", "office.absent", "other.task", ""])},
    optional={
        "args": json_values,
        "kwargs": json_values,
        "options": json_values | st.fixed_dictionaries({}, optional={"countdown": json_values, "link": json_values}),
        "immutable": json_values,
        "subtask_type": st.sampled_from([None, "chain", "group"]),
    },
)


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["chain", "link", "link_error"], st.lists(signature_like, max_size=2))
    )
)
def test_whatever_signatures_a_message_carries_its_task_runs_once_and_has_an_outcome(wild: dict[str, Any]) -> None:
    office, runs = Office(), []
    office.app.task(name="office.wild")(lambda: runs.append(1))
    with Twin(office.app) as twin:
        put(twin, json.dumps({"v": 1, "id": "wild", "task": "office.wild", **wild}))
        twin.run()
        assert runs == [1]
        assert row_of(twin, "wild").ready


# Trouble with AWS


class Unwilling(MemoryBackend):
    """A table that refuses to write one task's outcome, so many times."""

    def __init__(self, task_id: str, times: int) -> None:
        super().__init__(MemoryBucket())
        self.task_id, self.times = task_id, times

    def _record(self, row: Row) -> Row | None:
        if row.id == self.task_id and self.times:
            self.times -= 1
            raise OperationalError("throttled")
        return super()._record(row)


def test_trouble_with_one_row_costs_its_message_a_redelivery_and_no_other(office: Office) -> None:
    backend = Unwilling("id-2", times=1)
    office.app.connect(Services(MemoryBroker(backend.payloads, ["office"]), backend))
    assert invoked(office.app, call(1), call(2), call(3)) == ["sqs-1"]
    assert invoked(office.app, call(2)) == []
    assert office.ran == [1, 2, 3, 2]
    assert {row.state for row, _ in backend.rows.values()} == {states.SUCCESS}


# Time


def test_a_task_that_is_due_later_is_sent_back_with_its_time(office: Office, twin: Twin) -> None:
    eta = twin.now + timedelta(minutes=5)
    early = call(1, eta=eta)
    assert invoked(office.app, early) == []
    assert (office.ran, queued(twin)) == ([], [early])
    assert twin.broker.messages["office"][0].visible_at == eta


def test_a_task_never_starts_early_not_even_by_a_blink(office: Office, twin: Twin) -> None:
    due_at = twin.now + timedelta(microseconds=1)
    assert invoked(office.app, call(1, eta=due_at)) == []
    assert office.ran == []
    twin.run()
    assert (office.ran, twin.now >= due_at) == ([1], True)


def test_without_a_scheduler_a_delay_of_hours_is_made_of_hops_and_none_of_them_counts_as_a_failed_receive(
    office: Office, twin: Twin
) -> None:
    twin.broker.scheduler = None
    started = twin.now
    result = office.work.apply_async((1,), countdown=10 * 3600)
    twin.run()
    assert result.get(timeout=0) == 1
    assert twin.now - started == timedelta(hours=10)
    assert len([step for step in twin.steps if step.startswith("send")]) == 40
    assert not twin.dead_letters["office"]


def test_what_an_invocation_has_no_time_for_is_sent_back_as_new_messages(office: Office, twin: Twin) -> None:
    batch = [call(number) for number in range(4)]
    assert invoked(office.app, *batch, left_s=Remaining(60, 60, 60, 1.9)) == []
    assert office.ran == [0, 1]
    assert queued(twin) == batch[2:]
    assert {letter.receives for letter in twin.broker.messages["office"]} == {0}, "their receives start over"


@pytest.mark.usefixtures("twin")
def test_the_first_task_runs_however_little_time_is_left_or_none_ever_would(office: Office) -> None:
    assert invoked(office.app, call(1), call(2), left_s=Remaining(0.1)) == []
    assert office.ran == [1]


def test_a_task_with_a_time_limit_begins_only_where_its_limit_fits(office: Office, twin: Twin) -> None:
    batch = [call(1), call(2, time_limit=15.0), call(3)]
    assert invoked(office.app, *batch, left_s=Remaining(60, 60, 10)) == []
    assert office.ran == [1, 3]
    assert queued(twin) == [batch[1]]


def test_a_limit_near_the_functions_own_does_not_make_batches_of_one(office: Office, twin: Twin) -> None:
    assert invoked(office.app, *[call(number, time_limit=59.0) for number in range(4)], left_s=Remaining(60)) == []
    assert office.ran == [0, 1, 2, 3]
    assert queued(twin) == []


def test_the_longest_task_so_far_tells_how_much_time_the_next_one_wants(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.slow")
    def slow(_number: int) -> None:
        twin.now += timedelta(seconds=20)

    batch = [call(1, "office.slow"), call(2)]
    assert invoked(office.app, *batch, left_s=Remaining(40, 20)) == []
    assert (office.ran, queued(twin)) == ([], [batch[1]])


# Copies


@pytest.mark.usefixtures("twin")
def test_copies_of_a_message_in_one_batch_run_once(office: Office) -> None:
    follower = dict(office.note.s("after"))
    assert invoked(office.app, call(1), call(2), call(1), call(1, link=[follower])) == []
    assert office.ran == [1, 2]


@pytest.mark.parametrize("ignored", [True, False])
def test_a_copy_repeats_the_follow_ups_of_its_original_with_the_same_ids(
    office: Office, twin: Twin, ignored: bool
) -> None:
    message = call(1, ignore_result=ignored, link=[dict(office.note.s("after"))])
    assert invoked(office.app, message, message) == []
    first, second = queued(twin)
    assert first == second
    twin.run()
    assert office.ran == [1, 1]


def test_a_copy_of_an_earlier_attempt_does_nothing(office: Office, twin: Twin) -> None:
    invoked(office.app, call(1, retries=1))
    assert invoked(office.app, call(1, retries=0, link=[dict(office.note.s())])) == []
    assert (office.ran, queued(twin)) == ([1], [])


# Side by side


def test_tasks_that_wait_run_side_by_side_and_each_sees_its_own_request(office: Office) -> None:
    barrier = threading.Barrier(4, timeout=60)

    @office.app.task(name="office.meet", bind=True)
    def meet(task: Task, number: int) -> tuple[int, str | None, int]:
        barrier.wait()
        return number, task.request.id, threading.get_ident()

    with Twin(office.app, concurrency=4) as twin:
        results = [meet.delay(number) for number in range(8)]
        twin.run()
        told = [result.get(timeout=0) for result in results]
    assert [(number, task_id) for number, task_id, _ in told] == [(n, result.id) for n, result in enumerate(results)]
    assert len({thread for _, _, thread in told}) == 4
    assert threading.get_ident() not in {thread for _, _, thread in told}


def test_a_failure_beside_others_is_only_its_own(office: Office) -> None:
    barrier = threading.Barrier(3, timeout=60)

    @office.app.task(name="office.meet")
    def meet(number: int) -> int:
        barrier.wait()
        if number == 1:
            raise ValueError("no")
        return number

    with Twin(office.app, concurrency=3) as twin:
        results = [meet.delay(number) for number in range(3)]
        twin.run()
        assert [result.state for result in results] == [states.SUCCESS, states.FAILURE, states.SUCCESS]


# What is large


def test_large_arguments_travel_through_the_bucket(office: Office, twin: Twin) -> None:
    result = office.work.delay({"text": "x" * 700 * KIB})
    assert [key[:-16] for key in twin.payloads.objects] == [f"messages/{result.id}-"]
    assert len(twin.broker.messages["office"][0].body) < KIB
    twin.run()
    assert office.ran == [{"text": "x" * 700 * KIB}]


def test_large_results_travel_through_the_bucket(office: Office, twin: Twin) -> None:
    long = office.app.task(name="office.long")(lambda: "x" * 20 * KIB)
    result = long.apply_async(link=office.note.s())
    twin.run()
    assert result.get(timeout=0) == "x" * 20 * KIB
    assert office.ran == ["x" * 20 * KIB], "and are handed on whole"
    [(row, _)] = [entry for entry in twin.backend.rows.values() if entry[0].id == result.id]
    assert (row.result or "")[:-16] == f"s3:results/{result.id}/0/result-"


def test_a_copy_hands_a_large_result_on_as_well(office: Office, twin: Twin) -> None:
    office.app.task(name="office.long")(lambda _: "x" * 20 * KIB)
    message = call(1, "office.long", chain=[dict(office.note.s())])
    invoked(office.app, message)
    invoked(office.app, message)
    first, second = queued(twin)
    assert first == second
    assert first.args == ["x" * 20 * KIB]


def test_a_chain_hands_large_results_on(office: Office, twin: Twin) -> None:
    grow = office.app.task(name="office.grow")(lambda text: text * 10)
    result = chain(grow.s("x" * 10 * KIB), grow.s(), office.note.s()).delay()
    twin.run()
    assert len(result.get(timeout=0)) == 1000 * KIB
