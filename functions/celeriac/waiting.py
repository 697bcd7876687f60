"""Messages that came before their time: their ETA, or the slot that their task's rate leaves them, is yet to come.

They go back into their queue as new messages, ten in a request. To fail them would use up their receives.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from celeriac import clock, log
from celeriac.exceptions import PublishError
from celeriac.ratelimit import is_ahead, paced

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.message import Message

__all__ = ["put_off"]


def put_off(app: Celeriac, messages: Collection[Message]) -> tuple[list[Message], list[Message]]:
    """Send back what is to run later; returns that, and what AWS would neither give a slot nor take back."""
    due = [message for message in messages if not _is_early(message)]
    slotted, stuck = paced(app, due)
    early = [message for message in (*messages, *slotted) if _is_early(message)]
    return early, [*stuck, *_sent_back(app, early)]


def _sent_back(app: Celeriac, early: list[Message]) -> list[Message]:
    """Send messages; returns those that could not be."""
    try:
        app.services.broker.publish(early)
    except PublishError as error:
        return [message for message in early if message.id in error.unsent]
    except Exception:  # noqa: BLE001 - the messages' trouble, whatever it is, is not that of their batch
        log.logger.exception("%s messages that came too early could not be sent back", len(early))
        return early
    return []


def _is_early(message: Message) -> bool:
    """Whether a task is not due yet: a delay in SQS ends after 15 minutes, and a longer one is made of several."""
    return is_ahead(message) or (message.eta is not None and message.eta > clock.now())
