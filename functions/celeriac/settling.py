"""What becomes of each delivery of a batch: nothing, for it is overtaken; its follow-ups again, for it is a copy; its
place in the queue back, for now is not the time; or a run.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from logging import INFO
from typing import TYPE_CHECKING

from celeriac import clock, handlers, log, states, tracing, unique
from celeriac.attempt import Delivery, attempt
from celeriac.conclusion import conclude
from celeriac.exceptions import CeleriacError, Reject, TaskRevokedError, WorkerLostError
from celeriac.fence import Verdict, judge
from celeriac.lanes import Lane
from celeriac.metrics import Metrics
from celeriac.outbox import Outbox
from celeriac.row import Row

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.message import Message
    from celeriac.pace import Paces, TimeLeft

__all__ = ["Settling"]


class Settling:
    """The deliveries of one batch from one queue; `failed` are the SQS ids of those that must be delivered again."""

    def __init__(self, app: Celeriac, queue: str, paces: Paces, time_left: TimeLeft) -> None:
        self.app, self.queue, self.broker = app, queue, app.services.broker
        self.paces, self.time_left = paces, time_left
        self.failed: list[str] = []
        self.metrics = Metrics(app, os.environ)
        self.outbox = Outbox(app, self.failed.append)

    def begin(self, rows: dict[str, Row], tasks: Iterable[str]) -> None:
        """Go by what the table says of the tasks; what follows from them may wait if all are known to be quick."""
        self.rows, self.orders = rows, self.app.services.board.orders
        self.outbox.holds = self.paces.are_quick(tasks)

    def settle(self, *copies: Delivery) -> None:
        """Settle deliveries of a task; trouble with AWS, or a task that wants its message back, costs a redelivery."""
        for delivery in copies:
            try:
                with tracing.following(delivery.message.trace):
                    self._settle(delivery)
            except Reject:
                self._requeue(delivery)
            except Exception as error:  # noqa: BLE001 - one item's trouble, whatever it is, is not its batch's
                self._fail(delivery, error)

    def send_back(self, *copies: Delivery) -> None:
        """Have deliveries come again as new messages, whose receives are counted anew."""
        for delivery in copies:
            try:
                self.broker.publish([delivery.message])
            except Exception as error:  # noqa: BLE001 - as above
                self._fail(delivery, error)

    def settled(self, deliveries: Iterable[Delivery]) -> list[Delivery]:
        """Those of the deliveries of which SQS may delete the message, now that all that follows is sent."""
        self.outbox.flush()
        self.metrics.write()
        return [delivery for delivery in deliveries if delivery.item_id not in self.failed]

    def will_run(self, delivery: Delivery) -> bool:
        """Whether a task would be run if there were no reason to wait."""
        row = self.rows.get(delivery.message.id)
        is_wanted = delivery.error is None and not self.is_given_up(delivery)
        return is_wanted and judge(delivery.message, row, self.orders) is Verdict.RUN

    def is_given_up(self, delivery: Delivery) -> bool:
        """Whether this is the last of several deliveries: the message is on its way to the dead letters."""
        most = self.broker.lanes.get(self.queue, Lane()).max_receives or self.app.services.max_receives
        return delivery.receives >= max(2, most)

    def only_waits_here(self, message: Message) -> bool:
        """Whether it belongs to a FIFO lane, in which nothing can wait for its time."""
        return message.queue != self.queue and self.broker.keeps_order(message.queue)

    def _settle(self, delivery: Delivery) -> None:
        message = delivery.message
        row = self.rows.get(message.id)
        verdict = judge(message, row, self.orders)
        if verdict is Verdict.REPLAY and row:
            self._conclude(delivery, self.app.services.backend.filled(row))
        elif verdict is Verdict.REVOKE:
            self._run(dataclasses.replace(delivery, error=TaskRevokedError("revoked")))
        elif verdict is Verdict.RUN and self.is_given_up(delivery):
            self._run(_lost(delivery))
            self.failed.append(delivery.item_id)  # to the dead letters, where a person may look at it
        elif verdict is Verdict.RUN and not self._is_put_off(delivery):
            self._run(delivery)

    def _run(self, delivery: Delivery) -> None:
        """Run the task, note how long it took, and do what follows from its outcome."""
        delivery = dataclasses.replace(delivery, message=self.orders.applied_to(delivery.message))
        task, began_at = delivery.message.task, clock.now()
        row = attempt(self.app, delivery, has_row=delivery.message.id in self.rows)
        self.metrics.note(delivery, row, began_at)
        took_s = (clock.now() - began_at).total_seconds()
        self.time_left.note(took_s)
        if self.app.known(task):
            self.paces.note(task, took_s)
        self._conclude(delivery, row)

    def _conclude(self, delivery: Delivery, row: Row) -> None:
        unique.let_go(self.app, delivery.message, row)
        if row.state != states.IGNORED:
            self.rows[row.id] = row
            conclude(self.app, delivery.message, row, partial(self.outbox.send, delivery.item_id))

    def _is_put_off(self, delivery: Delivery) -> bool:
        """Whether this is not the place or the time to run a task; it is then sent where it will be.

        In a FIFO queue it keeps its place, at the price of a receive: sent anew it would come after all others.
        """
        message = delivery.message
        is_elsewhere = self.only_waits_here(message)
        if not is_elsewhere and not self.time_left.is_short_for(message):
            return False
        if is_elsewhere or not self.broker.keeps_order(self.queue):
            self.broker.publish([message])
        else:
            self.failed.append(delivery.item_id)
        return True

    def _fail(self, delivery: Delivery, error: Exception) -> None:
        log.logger.error("task will be delivered again", exc_info=error, extra={"fields": delivery.about})
        handlers.internal_error(self.app, delivery.message, error)
        self.failed.append(delivery.item_id)

    def _requeue(self, delivery: Delivery) -> None:
        """Have a message that its task wants back delivered again at once, or else after its visibility timeout."""
        log.task_line(INFO, "task wants its message back", **delivery.about)
        self.metrics.note(delivery, Row.of(delivery.message, states.REJECTED), clock.now())
        self.failed.append(delivery.item_id)
        with suppress(CeleriacError):
            self.broker.requeue(self.queue, delivery.receipt)


def _lost(delivery: Delivery) -> Delivery:
    """The delivery as one that only tells: nothing ever came of its task, or what it needs is gone."""
    lost = WorkerLostError(f"nothing came of {delivery.receives - 1} deliveries of this task")
    return dataclasses.replace(delivery, error=delivery.error or lost)
