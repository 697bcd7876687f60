"""What to do with a delivery, given what the table already says of its task: the whole table of cases."""

from __future__ import annotations

import itertools

import pytest

from celeriac import states
from celeriac.fence import Verdict, judge
from celeriac.message import Message
from celeriac.row import Row

RUN, REPLAY, STALE = Verdict.RUN, Verdict.REPLAY, Verdict.STALE


def delivery(retries: int) -> Message:
    return Message(id="id-1", task="office.work", retries=retries)


def row(state: str, attempt: int) -> Row:
    """A row as it stands in the table; that of a RETRY names the attempt to come."""
    return Row(id="id-1", state=state, attempt=attempt)


@pytest.mark.parametrize("retries", [0, 1, 7])
def test_a_task_without_a_row_is_run(retries: int) -> None:
    assert judge(delivery(retries), None) is RUN


@pytest.mark.parametrize(
    ("state", "attempt", "retries", "verdict"),
    [
        # an outcome of this very attempt: its follow-ups may not have been sent
        (states.SUCCESS, 0, 0, REPLAY),
        (states.FAILURE, 0, 0, REPLAY),
        (states.REVOKED, 2, 2, REPLAY),
        # an outcome of a later attempt, or of an earlier one: nothing is left to do
        (states.SUCCESS, 2, 1, STALE),
        (states.FAILURE, 1, 0, STALE),
        (states.SUCCESS, 0, 1, STALE),
        (states.REVOKED, 0, 3, STALE),
        # the retry that this attempt asked for: it may not have been sent
        (states.RETRY, 1, 0, REPLAY),
        (states.RETRY, 3, 2, REPLAY),
        # the attempt that the retry announced
        (states.RETRY, 1, 1, RUN),
        # a copy of an attempt before that
        (states.RETRY, 2, 0, STALE),
        # an attempt whose announcement was not seen
        (states.RETRY, 1, 2, RUN),
        # a receipt, a start or a state of the task's own: somebody began, nobody ended
        (states.PENDING, 0, 0, RUN),
        (states.STARTED, 0, 0, RUN),
        ("PROGRESS", 1, 1, RUN),
        ("PROGRESS", 0, 1, RUN),
        # the same of a later attempt
        (states.STARTED, 1, 0, STALE),
        ("PROGRESS", 2, 0, STALE),
    ],
)
def test_the_fence(state: str, attempt: int, retries: int, verdict: Verdict) -> None:
    assert judge(delivery(retries), row(state, attempt)) is verdict


@pytest.mark.parametrize(
    ("state", "attempt", "retries"),
    list(itertools.product([*sorted(states.ALL_STATES), "PROGRESS"], range(4), range(4))),
)
def test_of_any_row_and_delivery_a_finished_task_never_runs_and_an_old_attempt_neither(
    state: str, attempt: int, retries: int
) -> None:
    if judge(delivery(retries), row(state, attempt)) is RUN:
        assert state not in states.READY_STATES
        assert retries >= attempt
