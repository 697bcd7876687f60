"""What every backend promises: of one attempt one outcome stands, and what stands can be read."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from celeriac import clock, marks, states
from celeriac.join import Join, Place
from celeriac.message import Message
from celeriac.row import Row, headings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TASK = Message(id="id-1", task="a.work", queue="a", root_id="root-1", parent_id="parent-1")


def success(result: str = "1", attempt: int = 0, task: Message = TASK) -> Row:
    return Row.of(task, states.SUCCESS, result=result, attempt=attempt, children=("c1", "c2"), done_at=clock.now())


def failure(attempt: int = 0, task: Message = TASK) -> Row:
    return Row.of(
        task, states.FAILURE, error='{"exc_type":"E"}', message=task.dumps(), attempt=attempt, done_at=clock.now()
    )


def retry(attempt: int = 0) -> Row:
    return Row.of(TASK, states.RETRY, error='{"exc_type":"E"}', message="{}", attempt=attempt + 1)


def test_an_unknown_task_has_no_row(engine: Any) -> None:
    assert engine.backend.get("nobody") is None
    assert engine.backend.get_many(["nobody"]) == {}


@pytest.mark.parametrize("row", [success(), failure(), retry()], ids=lambda row: row.state)
def test_an_outcome_is_read_as_it_was_written(engine: Any, row: Row) -> None:
    assert engine.backend.record(row) == row
    assert engine.backend.get("id-1") == row
    assert engine.backend.get_many(["id-1", "nobody", "id-1"]) == {"id-1": row}


@pytest.mark.parametrize("first", [success("1"), failure()], ids=lambda row: row.state)
@pytest.mark.parametrize("second", [success("2"), failure(), retry()], ids=lambda row: row.state)
def test_the_first_outcome_stands(engine: Any, first: Row, second: Row) -> None:
    engine.backend.record(first)
    assert engine.backend.record(second) == first
    assert engine.backend.get("id-1") == first


def test_a_retry_stands_in_the_way_of_its_own_attempt(engine: Any) -> None:
    engine.backend.record(retry(0))
    assert engine.backend.record(success("late", attempt=0)) == retry(0)


def test_the_attempt_that_follows_a_retry_may_end_it(engine: Any) -> None:
    engine.backend.record(retry(0))
    ended = success("2", attempt=1)
    assert engine.backend.record(ended) == ended
    assert engine.backend.get("id-1") == ended, "nothing of the retry is left"


def test_an_earlier_attempt_never_overwrites_a_later_one(engine: Any) -> None:
    engine.backend.record(retry(3))
    assert engine.backend.record(failure(attempt=1)) == retry(3)


def test_progress_is_seen_and_an_outcome_replaces_it(engine: Any) -> None:
    row = Row.of(TASK, "PROGRESS", meta='{"done":1}', started_at=NOON)
    assert engine.backend.progress(row)
    assert engine.backend.get("id-1") == row
    assert engine.backend.progress(Row.of(TASK, "PROGRESS", meta='{"done":2}'))
    assert engine.backend.get("id-1") == row.replace(meta='{"done":2}'), "what the new row is silent about stays"
    ended = success()
    engine.backend.record(ended)
    assert engine.backend.get("id-1") == ended


@pytest.mark.parametrize("standing", [success(), failure(), retry()], ids=lambda row: row.state)
def test_progress_of_an_attempt_that_is_over_is_refused(engine: Any, standing: Row) -> None:
    engine.backend.record(standing)
    assert not engine.backend.progress(Row.of(TASK, "PROGRESS", meta="{}"))
    assert engine.backend.get("id-1") == standing


def test_a_receipt_says_pending_until_there_is_an_outcome(engine: Any) -> None:
    engine.backend.accept(TASK)
    assert engine.backend.get("id-1") == Row.of(TASK, states.PENDING)
    ended = success()
    engine.backend.record(ended)
    engine.backend.accept(TASK)
    assert engine.backend.get("id-1") == ended


@pytest.mark.parametrize("kib", [7, 9, 600])
def test_a_result_of_any_length_comes_back(engine: Any, kib: int) -> None:
    long = success('"' + "x" * kib * 1024 + '"')
    assert engine.backend.record(long) == long
    assert engine.backend.get("id-1") == long
    assert engine.backend.record(success("other")) == long


def test_rows_read_for_the_fence_are_filled_on_demand(engine: Any) -> None:
    long = success('"' + "x" * 20_000 + '"')
    engine.backend.record(long)
    assert engine.backend.filled(engine.backend.get_many(["id-1"])["id-1"]) == long


def test_a_hundred_and_more_rows_are_read_together(engine: Any) -> None:
    rows = {f"id-{number}": success(task=TASK.replace(id=f"id-{number}")) for number in range(120)}
    for row in rows.values():
        engine.backend.record(row)
    assert engine.backend.get_many(rows) == rows


def test_a_forgotten_task_has_no_row_and_may_run_again(engine: Any) -> None:
    engine.backend.record(success("1"))
    engine.backend.forget("id-1")
    assert engine.backend.get("id-1") is None
    engine.backend.forget("id-1")
    again = success("2")
    assert engine.backend.record(again) == again


def test_a_row_past_its_time_counts_as_gone_before_it_is_deleted(engine: Any) -> None:
    engine.backend.record(success("old"))
    with clock.running_on(lambda: datetime.now(UTC) + timedelta(days=2)):
        assert engine.backend.get("id-1") is None
        assert engine.backend.get_many(["id-1"]) == {}
        new = success("new")
        assert engine.backend.record(new) == new
        assert engine.backend.get("id-1") == new


def test_the_receipt_of_a_task_that_is_due_later_is_kept_until_then(engine: Any) -> None:
    engine.backend.accept(TASK.replace(eta=datetime.now(UTC) + timedelta(days=30)))
    with clock.running_on(lambda: datetime.now(UTC) + timedelta(days=30)):
        assert engine.backend.get("id-1") is not None
    with clock.running_on(lambda: datetime.now(UTC) + timedelta(days=32)):
        assert engine.backend.get("id-1") is None


def test_failures_are_kept_longer_than_results(engine: Any) -> None:
    engine.backend.record(failure())
    with clock.running_on(lambda: datetime.now(UTC) + timedelta(days=13)):
        assert engine.backend.get("id-1") is not None


def test_the_failures_of_a_day_are_listed_newest_first(engine: Any) -> None:
    for hour, number in ((9, 1), (11, 2), (10, 3)):
        row = failure(task=TASK.replace(id=f"id-{number}")).replace(done_at=NOON.replace(hour=hour))
        engine.backend.record(row)
    engine.backend.record(failure(task=TASK.replace(id="id-4")).replace(done_at=NOON - timedelta(days=1)))
    engine.backend.record(success(task=TASK.replace(id="id-5")).replace(done_at=NOON))
    assert [row.id for row in engine.backend.failures(NOON.date())] == ["id-2", "id-3", "id-1"]


LISTED = [states.SUCCESS, states.RETRY, states.REVOKED]


def listed(engine: Any, state: str) -> list[str]:
    return [row.id for heading in headings(state, NOON.date()) for row in engine.backend.listed(heading)]


@pytest.mark.parametrize("state", LISTED)
def test_outcomes_are_listed_where_that_is_asked_for(engine: Any, state: str) -> None:
    row = Row.of(TASK, state, done_at=NOON).replace(attempt=1)
    engine.backend.record(row.replace(id="unlisted"))
    engine.backend.lists_all = True
    engine.backend.record(row)

    assert {one: listed(engine, one) for one in LISTED} == {one: [TASK.id] if one == state else [] for one in LISTED}
    assert engine.backend.get(TASK.id) == row


def test_a_retry_leaves_its_list_with_the_outcome_of_the_next_attempt(engine: Any) -> None:
    engine.backend.lists_all = True
    engine.backend.record(Row.of(TASK, states.RETRY, done_at=NOON).replace(attempt=1))
    engine.backend.record(Row.of(TASK, states.SUCCESS, done_at=NOON).replace(attempt=1))

    assert (listed(engine, states.RETRY), listed(engine, states.SUCCESS)) == ([], [TASK.id])


def test_an_outcome_that_came_too_late_is_listed_nowhere(engine: Any) -> None:
    engine.backend.lists_all = True
    engine.backend.record(Row.of(TASK, states.SUCCESS, done_at=NOON))
    assert engine.backend.record(Row.of(TASK, states.REVOKED, done_at=NOON)).state == states.SUCCESS

    assert (listed(engine, states.REVOKED), listed(engine, states.SUCCESS)) == ([], [TASK.id])


def test_failures_and_what_runs_are_listed_alike_for_every_worker(engine: Any) -> None:
    engine.backend.lists_all = True
    engine.backend.record(failure(task=TASK.replace(id="failed")).replace(done_at=NOON))
    engine.backend.progress(Row.of(TASK.replace(id="runs"), states.STARTED, started_at=NOON))

    assert [row.id for row in engine.backend.failures(NOON.date())] == ["failed"]
    assert [row.id for row in engine.backend.listed(f"{states.STARTED}#{TASK.queue}")] == ["runs"]


def test_a_list_begins_where_it_is_told_to(engine: Any) -> None:
    for number in range(4):
        done_at = NOON + timedelta(seconds=number // 2, microseconds=number)
        engine.backend.record(failure(task=TASK.replace(id=f"id-{number}")).replace(done_at=done_at))
    day, until = NOON.date(), NOON + timedelta(seconds=1, microseconds=2)
    assert [row.id for row in engine.backend.failures(day, until)] == ["id-2", "id-1", "id-0"]
    assert list(engine.backend.failures(day, NOON - timedelta(seconds=1))) == []


def join_of(size: int, **fields: Any) -> Join:
    return Join(id="join-1", members=[f"id-{index}" for index in range(size)], **fields)


def arrivals(engine: Any, size: int, order: Iterable[int]) -> list[Join | None]:
    return [engine.backend.arrive(Place("join-1", index, size)) for index in order]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_the_last_member_to_arrive_gets_the_join(engine: Any, order: list[int]) -> None:
    join = join_of(3, body={"task": "a.sum"}, chain=[{"task": "a.next"}], place={"join": "o", "index": 1, "size": 2})
    engine.backend.open_join(join)
    assert arrivals(engine, 3, order) == [None, None, join]


def test_arriving_twice_is_arriving_once(engine: Any) -> None:
    engine.backend.open_join(join_of(3))
    assert arrivals(engine, 3, [0, 0, 1, 1, 0]) == [None] * 5
    assert arrivals(engine, 3, [2, 2, 0]) == [join_of(3)] * 3, "a crash after the last arrival is repaired by any other"


@pytest.mark.parametrize("size", [1, 11, 256, 257, 300])
def test_members_sent_before_the_size_was_known_find_it_where_they_arrive(engine: Any, size: int) -> None:
    early, late = range(size - 1), Place("join-1", size - 1, size)
    assert arrivals(engine, 0, early) == [None] * (size - 1), "nobody is the last of nobody knows how many"
    join = join_of(size)
    for _ in range(2):
        engine.backend.open_join(join, tell_size=True)
    assert engine.backend.arrive(late) == join


def test_the_last_of_the_members_sent_early_may_arrive_last(engine: Any) -> None:
    engine.backend.arrive(Place("join-1", 0, 0))
    engine.backend.open_join(join_of(3), tell_size=True)
    assert engine.backend.arrive(Place("join-1", 2, 3)) is None
    assert engine.backend.arrive(Place("join-1", 1, 0)) == join_of(3)


def test_a_join_that_is_opened_again_is_the_same(engine: Any) -> None:
    engine.backend.open_join(join_of(2))
    engine.backend.arrive(Place("join-1", 0, 2))
    engine.backend.open_join(join_of(2))
    assert engine.backend.arrive(Place("join-1", 1, 2)) == join_of(2)


def test_a_large_join_is_complete_when_its_last_member_is_there(engine: Any) -> None:
    size, missing = 600, 300
    join = join_of(size, body={"task": "a.sum"})
    engine.backend.open_join(join)
    others = [index for index in range(size) if index != missing]
    assert not any(arrivals(engine, size, others))
    assert arrivals(engine, size, [missing]) == [join]


def test_a_group_is_restored_as_it_was_saved(engine: Any) -> None:
    ids = [["group-1", None], [[[f"id-{index}", None], None] for index in range(500)]]
    assert engine.backend.restore_group("group-1") is None
    engine.backend.save_group("group-1", ids)
    assert engine.backend.restore_group("group-1") == ids
    engine.backend.delete_group("group-1")
    assert engine.backend.restore_group("group-1") is None


def test_the_results_of_a_group_wait_for_its_slowest_member(engine: Any) -> None:
    engine.backend.record(success(task=TASK.replace(group="group-1")))
    with clock.running_on(lambda: datetime.now(UTC) + timedelta(days=13)):
        assert engine.backend.get_many(["id-1"], consistent=True)


MARKS = [marks.ABORT, marks.REVOKE, marks.TERMINATE]


def mark_of(engine: Any) -> str | None:
    row = engine.backend.get("id-1")
    mark: str | None = row and row.mark
    return mark


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_on_a_task_that_nobody_knows_waits_for_it(engine: Any, mark: str) -> None:
    engine.backend.mark("id-1", mark)
    assert engine.backend.get("id-1") == Row(id="id-1", state=states.PENDING, mark=mark)
    with clock.running_on(lambda: datetime.now(UTC) + timedelta(days=366)):
        assert mark_of(engine) == mark, "it outlasts the longest ETA"


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("standing", [success(), failure()], ids=lambda row: row.state)
def test_what_is_finished_takes_no_mark(engine: Any, standing: Row, mark: str) -> None:
    engine.backend.record(standing)
    engine.backend.mark("id-1", mark)
    assert engine.backend.get("id-1") == standing


def test_a_mark_takes_nothing_from_the_row_and_an_outcome_takes_the_mark(engine: Any) -> None:
    engine.backend.record(retry(0))
    engine.backend.mark("id-1", marks.REVOKE)
    assert engine.backend.get("id-1") == retry(0).replace(mark=marks.REVOKE)
    ended = success(attempt=1)
    assert engine.backend.record(ended) == ended
    assert engine.backend.get("id-1") == ended


def test_a_mark_outlives_the_retry_of_the_attempt_that_ran_when_it_was_made(engine: Any) -> None:
    engine.backend.mark("id-1", marks.REVOKE)
    engine.backend.record(retry(0))
    assert mark_of(engine) == marks.REVOKE
    with clock.running_on(lambda: datetime.now(UTC) + timedelta(days=366)):
        assert mark_of(engine) == marks.REVOKE


@pytest.mark.parametrize("first", MARKS)
@pytest.mark.parametrize("second", MARKS)
def test_the_strongest_mark_stays(engine: Any, first: str, second: str) -> None:
    engine.backend.mark("id-1", first)
    engine.backend.mark("id-1", second)
    assert mark_of(engine) == MARKS[max(MARKS.index(first), MARKS.index(second))]


@pytest.mark.parametrize("mark", MARKS)
def test_only_a_terminated_task_may_not_tell_of_itself(engine: Any, mark: str) -> None:
    started = Row.of(TASK, states.STARTED, started_at=NOON)
    engine.backend.progress(started)
    engine.backend.mark("id-1", mark)
    assert engine.backend.progress(started.replace(state="PROGRESS", meta="1")) is (mark != marks.TERMINATE)
    assert mark_of(engine) == mark


def test_a_mark_of_long_ago_is_gone(engine: Any) -> None:
    engine.backend.mark("id-1", marks.TERMINATE)
    with clock.running_on(lambda: datetime.now(UTC) + timedelta(days=400)):
        assert engine.backend.get("id-1") is None
        engine.backend.mark("id-1", marks.REVOKE)
        assert mark_of(engine) == marks.REVOKE


def test_what_runs_is_listed_by_its_queue_until_it_ends(engine: Any) -> None:
    tasks = [TASK.replace(id=f"id-{number}", queue="ab"[number % 2]) for number in range(4)]
    for task in tasks:
        engine.backend.progress(Row.of(task, states.STARTED, started_at=NOON + timedelta(seconds=int(task.id[-1]))))
    engine.backend.record(success(task=tasks[2]))
    engine.backend.progress(Row.of(tasks[0], "PROGRESS", meta="1"))
    assert [row.id for row in engine.backend.listed("STARTED#b")] == ["id-3", "id-1"]
    assert [row.id for row in engine.backend.listed("STARTED#a")] == ["id-0"], "it goes on, and tells of it"


def test_what_is_revoked_is_listed_until_a_worker_has_met_it(engine: Any) -> None:
    for number in (1, 2, 3):
        engine.backend.mark(f"id-{number}", marks.REVOKE)
    engine.backend.mark("id-4", marks.ABORT)
    engine.backend.record(Row(id="id-2", state=states.REVOKED, done_at=clock.now()))
    assert {row.id for row in engine.backend.revoked()} == {"id-1", "id-3"}


def test_notices_are_read_with_the_rows(engine: Any) -> None:
    engine.backend.record(success())
    engine.backend.open_join(join_of(2))
    rows, notices = engine.backend.read(["id-1", "id-2"], ["chord#join-1", "chord#none"])
    assert ([*rows], [*notices]) == (["id-1"], ["chord#join-1"])
    assert engine.backend.read([], []) == ({}, {})


def test_a_notice_says_what_was_posted_last(engine: Any) -> None:
    for text in ("one", "two"):
        engine.backend.post("worker#a", text, timedelta(days=1))
        assert engine.backend.read([], ["worker#a"]) == ({}, {"worker#a": text})


def test_a_notice_that_many_revise_at_once_has_what_each_of_them_wants(engine: Any, kind: str) -> None:
    def add(number: int) -> None:
        def change(text: str | None) -> str:
            return ",".join(sorted({*(text or "").split(","), str(number)} - {""}))

        engine.backend.revise("control#", change, timedelta(days=1))

    with ThreadPoolExecutor(1 if kind == "moto" else 4) as pool:  # moto's conditions are not atomic
        list(pool.map(add, range(12)))
    [text] = engine.backend.read([], ["control#"], consistent=True)[1].values()
    assert {*text.split(",")} == {str(number) for number in range(12)}


def test_slots_are_an_interval_apart_and_begin_now(engine: Any) -> None:
    interval = timedelta(seconds=6)
    with clock.running_on(lambda: NOON):
        assert engine.backend.reserve("rate#a", 1, interval) == NOON
        assert engine.backend.reserve("rate#a", 3, interval) == NOON + interval
        assert engine.backend.reserve("rate#a", 1, interval) == NOON + 4 * interval
        assert engine.backend.reserve("rate#b", 1, interval) == NOON
    later = NOON + timedelta(hours=1, microseconds=3)
    with clock.running_on(lambda: later):
        assert engine.backend.reserve("rate#a", 2, interval) == later, "what was not taken is lost"
        assert engine.backend.reserve("rate#a", 1, interval) == later + 2 * interval


def test_slots_are_apart_whoever_takes_them(engine: Any, kind: str) -> None:
    interval = timedelta(seconds=60)
    with ThreadPoolExecutor(1 if kind == "moto" else 8) as pool:  # moto's conditions are not atomic
        firsts = sorted(pool.map(lambda _: engine.backend.reserve("rate#a", 2, interval), range(40)))
    assert [later - earlier for earlier, later in pairwise(firsts)] == [2 * interval] * 39


# An operator's word


def test_a_row_is_amended_once_and_stays_listed_for_as_long_as_it_says_so(engine: Any) -> None:
    row = failure(attempt=2).replace(done_at=NOON)
    engine.backend.record(row)
    again = row.replace(state=states.PENDING, attempt=3)
    assert engine.backend.amend(again, was=row)
    assert not engine.backend.amend(again, was=row)
    assert engine.backend.get("id-1") == again
    assert [item.state for item in engine.backend.failures(NOON.date())] == [states.PENDING]
    assert engine.backend.amend(row.replace(message=None, done_at=None), was=again)
    assert list(engine.backend.failures(NOON.date())) == []
    standing = engine.backend.get("id-1")
    assert standing is not None
    assert (standing.state, standing.message) == (states.FAILURE, None)


def test_a_row_that_has_an_outcome_by_now_is_not_amended(engine: Any) -> None:
    row = failure().replace(done_at=NOON)
    engine.backend.record(row)
    engine.backend.amend(row.replace(state=states.PENDING, attempt=1), was=row)
    engine.backend.record(Row(id="id-1", state=states.SUCCESS, attempt=1, result="1"))
    assert not engine.backend.amend(row.replace(state=states.PENDING, attempt=1), was=row)
    assert not engine.backend.amend(row, was=row.replace(id="b"))
    assert list(engine.backend.failures(NOON.date())) == []


def test_a_row_whose_message_is_long_is_amended_with_its_message(engine: Any) -> None:
    row = failure().replace(message='"' + "x" * 20_000 + '"')
    engine.backend.record(row)
    again = row.replace(state=states.PENDING, attempt=1)
    assert engine.backend.amend(again, was=row)
    assert engine.backend.get("id-1") == again


def test_a_claim_stands_until_it_is_released_by_its_owner(engine: Any) -> None:
    hour = timedelta(hours=1)
    with clock.running_on(lambda: NOON):
        assert engine.backend.claim("unique#1", "a", hour) is None
        assert engine.backend.claim("unique#1", "b", hour) == ("a", int((NOON + hour).timestamp()))
        engine.backend.release("unique#1", "b")
        assert engine.backend.claim("unique#1", "b", hour) is not None
        engine.backend.release("unique#1", "a")
        engine.backend.release("unique#1", "a")
        assert engine.backend.claim("unique#1", "b", hour) is None


def test_a_claim_past_its_time_is_free(engine: Any) -> None:
    with clock.running_on(lambda: NOON):
        assert engine.backend.claim("unique#1", "a", timedelta(hours=1)) is None
    with clock.running_on(lambda: NOON + timedelta(hours=1, seconds=2)):
        assert engine.backend.claim("unique#1", "b", timedelta(hours=1)) is None
        engine.backend.release("unique#1", "a")
        assert engine.backend.claim("unique#1", "c", timedelta(hours=1)) is not None
