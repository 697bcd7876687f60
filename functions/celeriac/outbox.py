"""What follows from the outcomes of a batch, on its way out: ten messages in a request, where nobody waits for it.

A message is held back only while every other task of the batch is known to be quick, and only until the batch is over:
nothing is acknowledged before all is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from celeriac import limits, log
from celeriac.exceptions import PublishError
from celeriac.launch import Launch, open_joins
from celeriac.message import Message
from celeriac.publish import publish

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Outbox"]


class Outbox:
    """The messages that deliveries have caused; `fail` is told of each delivery for which not all could be sent.

    While it `holds`, messages are kept until they are ten, or `flush` is called.
    """

    def __init__(self, app: Celeriac, fail: Callable[[str], None], *, holds: bool = False) -> None:
        self._app, self._fail, self.holds = app, fail, holds
        self._held: list[tuple[str, Message]] = []
        self._lock = threading.Lock()

    def send(self, item_id: str, launch: Launch) -> None:
        """Open the joins, and send the messages, now or with those of other deliveries; now raises what goes wrong."""
        open_joins(self._app, launch)
        if not self.holds:
            publish(self._app, launch.messages)
            return
        with self._lock:
            self._held += [(item_id, message) for message in launch.messages]
            is_full = len(self._held) >= limits.SQS_BATCH_ENTRIES
        if is_full:
            self.flush()

    def flush(self) -> None:
        """Send what is held back."""
        with self._lock:
            held, self._held = self._held, []
        if not held:
            return
        try:
            publish(self._app, [message for _, message in held])
        except PublishError as error:
            self._give_up([item_id for item_id, message in held if message.id in error.unsent])
        except Exception:  # noqa: BLE001 - one delivery's impossible message is not to hold up the others'
            self._one_by_one(held)

    def _one_by_one(self, held: list[tuple[str, Message]]) -> None:
        for item_id, message in held:
            try:
                publish(self._app, [message])
            except Exception:  # noqa: BLE001 - as above
                self._give_up([item_id])

    def _give_up(self, item_ids: list[str]) -> None:
        for item_id in dict.fromkeys(item_ids):
            log.logger.exception("what follows could not be sent: the task will be delivered again: %s", item_id)
            self._fail(item_id)
