"""Tasks that are not to run, or not to go on: expired, revoked by their id or by a stamp, or terminated as they run.

Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#revoke-revoking-tasks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celeriac import clock, marks, noticeboard, signals, states
from celeriac.exceptions import Terminated
from celeriac.failure import record_of
from celeriac.row import Row
from celeriac.serialization import dumps

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.context import Context
    from celeriac.exceptions import TaskRevokedError
    from celeriac.message import Message

__all__ = ["end_if_terminated", "heed_orders", "not_begun"]


def not_begun(app: Celeriac, request: Context, error: TaskRevokedError) -> Row:
    """The outcome of a task that is not begun, and the signal."""
    message, is_expired = request.delivered, error.args == ("expired",)
    sender = app.known(message.task)
    signals.task_revoked.send(sender, request=request, terminated=False, signum=None, expired=is_expired)
    return Row.of(message, states.REVOKED, error=dumps(record_of(error)), done_at=clock.now())


def end_if_terminated(app: Celeriac, message: Message) -> None:
    """Raise Terminated in a running task that may not tell of itself any more, if that is the reason."""
    row = app.services.backend.get(message.id)
    if row is not None and row.mark == marks.TERMINATE and not row.ready:
        raise Terminated("terminated")


def heed_orders(app: Celeriac, message: Message) -> None:
    """Raise Terminated in a running task one of whose stamps is to be ended; others are not looked at."""
    if message.stamps:
        noticeboard.read(app, ())
        if app.services.board.orders.terminate(message):
            raise Terminated("terminated")
