"""What the result table says of one task."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from celeriac import states
from celeriac.message import Message
from celeriac.row import Row, headings

MESSAGE = Message(id="id-1", task="office.work", queue="office", retries=2, root_id="root-1", parent_id="parent-1")


def test_a_row_is_about_an_attempt() -> None:
    assert Row.of(MESSAGE, states.STARTED, meta="{}") == Row(
        id="id-1",
        state=states.STARTED,
        attempt=2,
        name="office.work",
        queue="office",
        root_id="root-1",
        parent_id="parent-1",
        meta="{}",
    )
    assert Row.of(MESSAGE.replace(queue=""), states.STARTED).queue is None


@pytest.mark.parametrize("state", sorted({*states.ALL_STATES, states.IGNORED, "PROGRESS"}))
def test_a_row_is_ready_in_the_states_that_never_change(state: str) -> None:
    assert Row.of(MESSAGE, state).ready is (state in {"SUCCESS", "FAILURE", "REVOKED"})


def test_a_retry_was_written_by_the_attempt_before_the_one_that_it_names() -> None:
    assert Row.of(MESSAGE, states.RETRY, attempt=3).attempted == 2
    assert Row.of(MESSAGE, states.SUCCESS).attempted == 2


def test_a_row_is_replaced_and_never_changed() -> None:
    row = Row.of(MESSAGE, states.SUCCESS)
    assert row.replace(result="1").result == "1"
    assert row.result is None


def test_failures_are_spread_over_the_headings_of_their_day_and_always_alike() -> None:
    done_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    rows = [Row(id=f"id-{number}", state=states.FAILURE, done_at=done_at) for number in range(1000)]
    counts = Counter(row.listing[0] for row in rows if row.listing)
    assert sorted(counts) == headings(states.FAILURE, done_at.date())
    assert min(counts.values()) > 80
    assert rows[0].listing == ("FAILURE#2026-11-22#2", done_at)


@pytest.mark.parametrize("state", [states.SUCCESS, states.RETRY, states.REVOKED])
def test_outcomes_have_a_place_in_the_full_list_only(state: str) -> None:
    done_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    row = Row(id="id-0", state=state, done_at=done_at)

    assert row.listing is None
    assert row.full_listing == (f"{state}#2026-11-22#2", done_at)


@pytest.mark.parametrize("state", [states.PENDING, states.STARTED, "PROGRESS", states.IGNORED])
def test_what_has_not_ended_has_no_place_in_the_full_list(state: str) -> None:
    assert Row(id="id-0", state=state).full_listing is None


def test_a_failure_has_one_place_in_either_list() -> None:
    done_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    row = Row(id="id-0", state=states.FAILURE, done_at=done_at)
    again = row.replace(state=states.PENDING, message="{}")

    assert row.listing == row.full_listing == again.listing == again.full_listing
