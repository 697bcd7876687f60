"""What to do with a delivery, given what the table already says of its task.

SQS delivers at least once. The row's attempt number tells a new attempt from a copy of one that is already recorded.
"""

from __future__ import annotations

from enum import Enum

from celeriac import marks, states
from celeriac.message import Message
from celeriac.orders import Orders
from celeriac.row import Row

__all__ = ["Verdict", "judge"]


NO_ORDERS = Orders()


class Verdict(Enum):
    """RUN it; REVOKE it, as somebody asked for; REPLAY the follow-ups of its recorded outcome, for the worker may have
    died before sending them; or drop it as STALE, because a later attempt has taken over."""

    RUN = "run"
    REVOKE = "revoke"
    REPLAY = "replay"
    STALE = "stale"


def judge(message: Message, row: Row | None, orders: Orders = NO_ORDERS) -> Verdict:
    """Compare a delivery with its task's row, and with the orders to all workers."""
    if row and (row.ready or row.attempt > message.retries):
        is_own = row.attempted == message.retries and (row.ready or row.state == states.RETRY)
        return Verdict.REPLAY if is_own else Verdict.STALE
    is_revoked = (row and row.mark in marks.REVOKING) or orders.revoke(message)
    return Verdict.REVOKE if is_revoked else Verdict.RUN
