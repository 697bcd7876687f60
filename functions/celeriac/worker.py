"""The Lambda worker: an SQS event in, what must be delivered again out.

For each delivery: look at the fence, run, write the outcome, send what follows, and only then let SQS delete the
message. A crash between any two of these steps loses nothing, because the message comes back and the steps after the
outcome can be repeated. One bad message never fails its batch.
Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import dataclasses
import math
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from logging import ERROR, INFO
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from celeriac import clock, fifo, handlers, log, noticeboard, process, signals, states
from celeriac.attempt import Delivery, attempt, receives_of
from celeriac.broker import PayloadGone
from celeriac.conclusion import conclude
from celeriac.exceptions import CeleriacError, Reject, TaskRevokedError, WorkerLostError
from celeriac.fence import Verdict, judge
from celeriac.lanes import Lane, source_of
from celeriac.message import Message
from celeriac.metrics import Metrics
from celeriac.outbox import Outbox
from celeriac.row import Row
from celeriac.waiting import put_off

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Worker"]

MARGIN_S = 2.0
"""What must be left of an invocation, beyond the longest task so far, for another task to begin."""
QUICK_S = 0.1
"""In a batch of tasks that each take less, what follows from them is sent together."""

T = TypeVar("T")
Copies = list[Delivery]
"""The deliveries of one task in a batch: one, but for duplicates."""


class LambdaContext(Protocol):
    """What a worker needs of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int: ...


class Worker:
    """The handler of a worker's function: `handler = Worker(app)`."""

    def __init__(self, app: Celeriac) -> None:
        self.app = app
        self._paces_s: dict[str, float] = {}
        log.configure(os.environ, hijack_root=app.conf.worker_hijack_root_logger)
        app.import_modules()
        process.begin(self, os.environ)

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
        """Work through a batch; returns Lambda's partial batch response."""
        return _Batch(self.app, context, self._paces_s).run(event["Records"])


class _Batch:
    """One invocation: its deliveries, what the table says of them, and its time."""

    def __init__(self, app: Celeriac, context: LambdaContext, paces_s: dict[str, float]) -> None:
        self.app, self.context, self.paces_s = app, context, paces_s
        self.broker, self.backend = app.services.broker, app.services.backend
        self.queue, self.metrics = app.main, Metrics(app, os.environ)
        self.failed: list[str] = []
        self.rows: dict[str, Row] = {}
        self.longest_s, self.begun, self.lock = 0.0, 0, threading.Lock()
        self.all_s = context.get_remaining_time_in_millis() / 1000

    def run(self, records: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
        arn = records[0].get("eventSourceARN", "") if records else ""
        self.queue = source_of(arn, self.broker.queues, otherwise=self.app.main)
        opened = {record["messageId"]: delivery for record in records if (delivery := self._opened(record))}
        self.rows = noticeboard.read(self.app, {delivery.message.id for delivery in opened.values()})
        self.orders = self.app.services.board.orders
        opened, tasks = self._due(opened), dict[str, Copies]()
        for delivery in opened.values():
            tasks.setdefault(delivery.message.id, []).append(delivery)
        is_quick = all(self.paces_s.get(copies[0].message.task, math.inf) <= QUICK_S for copies in tasks.values())
        self.outbox = Outbox(self.app, self.failed.append, holds=is_quick)
        if self.broker.keeps_order(self.queue):
            self._in_line(fifo.lines(records), opened)
        else:
            self._in_any_order(list(tasks.values()))
        self.outbox.flush()
        self.metrics.write()
        return {"batchItemFailures": [{"itemIdentifier": item_id} for item_id in self.failed]}

    def _in_line(self, lines: list[list[str]], opened: Mapping[str, Delivery]) -> None:
        """Settle deliveries of a FIFO queue: groups side by side, each in its order."""

        def settle(delivery: Delivery) -> None:
            self._guarded([delivery], self._settle)

        self._side_by_side(lambda line: fifo.work_off(line, opened, settle, self.failed, self._is_given_up), lines)

    def _in_any_order(self, tasks: list[Copies]) -> None:
        suspects, others = self._sorted_out(tasks)
        self._side_by_side(lambda copies: self._guarded(copies, self._settle), others)
        if suspects:
            self._alone(suspects, done=others)

    def _opened(self, record: Mapping[str, Any]) -> Delivery | None:
        """The delivery of an SQS record; a poisonous one is left to the dead-letter queue."""
        item_id = record["messageId"]
        try:
            return Delivery.of(record, self._owned(self.broker.open(record["body"], item_id)))
        except PayloadGone as error:
            return Delivery.of(record, self._owned(error.message), error)
        except CeleriacError as error:
            log.task_line(ERROR, f"message cannot be read: {error}", message_id=item_id, receives=receives_of(record))
            signals.task_rejected.send(self.app, message=record, exc=error)
            self.failed.append(item_id)
            return None

    def _owned(self, message: Message) -> Message:
        """The message, bound to come back to a queue that this worker has."""
        return message if message.queue in self.broker.queues else message.replace(queue=self.app.main)

    def _due(self, opened: Mapping[str, Delivery]) -> dict[str, Delivery]:
        """What is to be settled now; tasks that are to run later, by their ETA or their task's rate, go back."""
        running = {_attempt_of(item.message): item for item in opened.values() if self._will_run(item)}
        here = [item.message for item in running.values() if not self._only_waits_here(item.message)]
        early, stuck = put_off(self.app, here)
        self.failed += [running[_attempt_of(message)].item_id for message in stuck]
        gone = {*map(_attempt_of, early), *map(_attempt_of, stuck)}
        return {item_id: item for item_id, item in opened.items() if _attempt_of(item.message) not in gone}

    def _will_run(self, delivery: Delivery) -> bool:
        """Whether a task would be run if there were no reason to wait."""
        row = self.rows.get(delivery.message.id)
        is_wanted = delivery.error is None and not self._is_given_up(delivery)
        return is_wanted and judge(delivery.message, row, self.orders) is Verdict.RUN

    def _sorted_out(self, tasks: list[Copies]) -> tuple[list[Copies], list[Copies]]:
        """The tasks that a worker may have died of, if there are others in the batch; and the others."""
        halves: tuple[list[Copies], list[Copies]] = ([], [])
        for copies in tasks:
            halves[not (len(tasks) > 1 and self._is_suspect(copies[0]))].append(copies)
        return halves

    def _is_suspect(self, delivery: Delivery) -> bool:
        """Whether a worker may have died of this task: it was delivered before, nothing came of it, and it will run."""
        return delivery.receives > 1 and self._will_run(delivery)

    def _is_given_up(self, delivery: Delivery) -> bool:
        """Whether this is the last of several deliveries: the message is on its way to the dead letters."""
        most = self.broker.lanes.get(self.queue, Lane()).max_receives or self.app.services.max_receives
        return delivery.receives >= max(2, most)

    def _alone(self, suspects: list[Copies], done: list[Copies]) -> None:
        """Run one suspect with nothing else in hand, so that if it kills this process again it takes no other task
        along: what is done is acknowledged first, and the other suspects are sent back as new messages."""
        suspect, *others = sorted(suspects, key=lambda copies: -copies[0].receives)
        for copies in others:
            self._guarded(copies, self._sent_back)
        self.outbox.flush()
        settled = [
            delivery for copies in (*done, *others) for delivery in copies if delivery.item_id not in self.failed
        ]
        self.broker.acknowledge(self.queue, [delivery.receipt for delivery in settled])
        self.metrics.write()
        self._guarded(suspect, self._settle)

    def _sent_back(self, delivery: Delivery) -> None:
        self.broker.publish([delivery.message])

    def _side_by_side(self, work: Callable[[T], None], items: Sequence[T]) -> None:
        """Do the work of each item, `concurrency` at a time."""
        threads = min(self.app.services.concurrency, len(items))
        if threads <= 1:
            for item in items:
                work(item)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, items))

    def _guarded(self, copies: Copies, settle: Callable[[Delivery], None]) -> None:
        """Settle deliveries; trouble with AWS, or a task that wants its message back, costs this item a redelivery."""
        for delivery in copies:
            try:
                settle(delivery)
            except Reject:
                self.failed.append(delivery.item_id)
                self._requeue(delivery)
            except Exception as error:  # noqa: BLE001 - one item's trouble, whatever it is, is not its batch's
                log.logger.exception("task will be delivered again", extra={"fields": delivery.about})
                handlers.internal_error(self.app, delivery.message, error)
                self.failed.append(delivery.item_id)

    def _requeue(self, delivery: Delivery) -> None:
        """Have a message that its task wants back delivered again at once, or else after its visibility timeout."""
        log.task_line(INFO, "task wants its message back", **delivery.about)
        self.metrics.note(delivery, Row.of(delivery.message, states.REJECTED), clock.now())
        with suppress(CeleriacError):
            self.broker.requeue(self.queue, delivery.receipt)

    def _settle(self, delivery: Delivery) -> None:
        message = delivery.message
        row = self.rows.get(message.id)
        verdict = judge(message, row, self.orders)
        if verdict is Verdict.STALE:
            return
        if verdict is Verdict.REVOKE:
            delivery = dataclasses.replace(delivery, error=TaskRevokedError("revoked"))
        is_given_up = verdict is Verdict.RUN and self._is_given_up(delivery)
        if verdict is Verdict.RUN and not is_given_up and self._is_put_off(delivery):
            return
        standing = (
            self.backend.filled(row) if row and verdict is Verdict.REPLAY else self._attempt(delivery, is_given_up)
        )
        if standing.state == states.IGNORED:
            return
        self.rows[message.id] = standing
        conclude(self.app, message, standing, partial(self.outbox.send, delivery.item_id))
        if is_given_up:
            self.failed.append(delivery.item_id)  # to the dead letters, where a person may look at it

    def _attempt(self, delivery: Delivery, is_given_up: bool) -> Row:
        """Run the task; at its last delivery record instead that nothing ever came of it."""
        if is_given_up and delivery.error is None:
            lost = WorkerLostError(f"nothing came of {delivery.receives - 1} deliveries of this task")
            delivery = dataclasses.replace(delivery, error=lost)
        delivery = dataclasses.replace(delivery, message=self.orders.applied_to(delivery.message))
        began_at = clock.now()
        row = attempt(self.app, delivery, has_row=delivery.message.id in self.rows)
        self.metrics.note(delivery, row, began_at)
        took_s = (clock.now() - began_at).total_seconds()
        self.longest_s = max(self.longest_s, took_s)
        if self.app.known(delivery.message.task):
            self.paces_s[delivery.message.task] = took_s
        return row

    def _is_put_off(self, delivery: Delivery) -> bool:
        """Whether this is not the place or the time to run a task; it is then sent where it will be.

        In a FIFO queue it keeps its place, at the price of a receive: sent anew it would come after all others.
        """
        message = delivery.message
        if self._only_waits_here(message):
            self.broker.publish([message])
            return True
        if not self._is_short_of_time(message):
            return False
        if self.broker.keeps_order(self.queue):
            self.failed.append(delivery.item_id)
        else:
            self.broker.publish([message])
        return True

    def _only_waits_here(self, message: Message) -> bool:
        """Whether it belongs to a FIFO lane, in which nothing can wait for its time."""
        return message.queue != self.queue and self.broker.keeps_order(message.queue)

    def _is_short_of_time(self, message: Message) -> bool:
        """Whether this function's time is nearly over. The message is then sent back as a new one, for to fail it would
        use up one of its receives; the first task always runs, or none ever would."""
        with self.lock:
            self.begun += 1
            left_s = self.context.get_remaining_time_in_millis() / 1000
            # A limit is a worst case: to keep so much time free that nothing else fits would make batches of one.
            needed_s = max(self.longest_s, min(message.time_limit or 0, self.all_s / 3))
            return self.begun > 1 and left_s < needed_s + MARGIN_S


def _attempt_of(message: Message) -> tuple[str, int]:
    return message.id, message.retries
