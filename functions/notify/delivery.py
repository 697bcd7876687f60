"""Send a task's mail once, however often the task is delivered."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from celeriac import clock
from celeriac.exceptions import CeleriacError
from notify import ses
from notify.errors import MailInProgress, MailNotSent, MailRejected, MailUncertain
from notify.ledger import Ledger
from notify.letter import Letter

__all__ = ["SENDING_TAKES", "deliver"]

SENDING_TAKES = timedelta(seconds=60)
"""The function's time-out: whoever claimed a mail longer ago is not at it any more."""

_log = logging.getLogger(__name__)


def deliver(ledger: Ledger, task_id: str, sender: str, letter: Letter) -> str:
    """Send the letter unless this task has sent it before; returns SES's id of the mail.

    Raises MailRejected and MailNotSent, after which the mail may be sent by another try; MailInProgress while another
    delivery of the task may be sending it; MailUncertain when that one never said whether it did.
    """
    if standing := ledger.claim(task_id):
        if standing.message_id:
            return standing.message_id
        since = standing.claimed_at.isoformat(timespec="seconds")
        if clock.now() - standing.claimed_at < SENDING_TAKES:
            raise MailInProgress(f"another delivery of this task began to send the mail at {since}")
        raise MailUncertain(
            f"a delivery of this task began to send the mail at {since} and never said whether it left; "
            "it is not sent again: send a new task if it must go out"
        )
    try:
        message_id = ses.send(sender, letter)
    except (MailRejected, MailNotSent):
        with _not_fatal("release a claim"):
            ledger.release(task_id)
        raise
    with _not_fatal("mark a mail as sent"):
        ledger.mark(task_id, message_id)
    return message_id


@contextmanager
def _not_fatal(what: str) -> Iterator[None]:
    """The claim alone keeps a mail from going out twice, so trouble with the table afterwards changes no outcome."""
    try:
        yield
    except CeleriacError:
        _log.warning("could not %s", what, exc_info=True)
