"""The Lambda worker: an SQS event in, what must be delivered again out.

For each delivery: look at the fence, run, write the outcome, send what follows, and only then let SQS delete the
message. A crash between any two of these steps loses nothing, because the message comes back and the steps after the
outcome can be repeated. One bad message never fails its batch.
Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from logging import ERROR
from typing import TYPE_CHECKING, Any, TypeVar

from celeriac import fifo, log, noticeboard, process, signals
from celeriac.attempt import Delivery, receives_of
from celeriac.broker import PayloadGone
from celeriac.exceptions import CeleriacError
from celeriac.lanes import source_of
from celeriac.message import Message
from celeriac.pace import LambdaContext, Paces, TimeLeft
from celeriac.settling import Settling
from celeriac.waiting import put_off

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Worker"]

T = TypeVar("T")
Copies = list[Delivery]
"""The deliveries of one task in a batch: one, but for duplicates."""


class Worker:
    """The handler of a worker's function: `handler = Worker(app)`."""

    def __init__(self, app: Celeriac) -> None:
        self.app, self._paces = app, Paces()
        log.configure(os.environ, hijack_root=app.conf.worker_hijack_root_logger)
        app.import_modules()
        process.begin(self, os.environ)

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Work through a batch; returns Lambda's partial batch response. A deployment may call, too: see `beat`."""
        if "RequestType" in event:
            from celeriac.beat.declared import answer  # which only a deployment needs

            return answer(self.app, event)
        records, broker = event["Records"], self.app.services.broker
        arn = records[0].get("eventSourceARN", "") if records else ""
        queue = source_of(arn, broker.queues, otherwise=self.app.main)
        return _Batch(self.app, Settling(self.app, queue, self._paces, TimeLeft(context))).run(records)


class _Batch:
    """One invocation: what is delivered, and in which order it is settled."""

    def __init__(self, app: Celeriac, settling: Settling) -> None:
        self.app, self.settling = app, settling
        self.broker, self.queue, self.failed = app.services.broker, settling.queue, settling.failed

    def run(self, records: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
        opened = {record["messageId"]: delivery for record in records if (delivery := self._opened(record))}
        rows = noticeboard.read(self.app, {delivery.message.id for delivery in opened.values()})
        self.settling.begin(rows, {delivery.message.task for delivery in opened.values()})
        due = self._due(opened)
        if self.broker.keeps_order(self.queue):
            self._in_line(fifo.lines(records), due)
        else:
            self._in_any_order(due.values())
        self.settling.settled(due.values())
        return {"batchItemFailures": [{"itemIdentifier": item_id} for item_id in self.failed]}

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
        running = {_attempt_of(item.message): item for item in opened.values() if self.settling.will_run(item)}
        here = [item.message for item in running.values() if not self.settling.only_waits_here(item.message)]
        early, stuck = put_off(self.app, here)
        self.failed += [running[_attempt_of(message)].item_id for message in stuck]
        gone = {*map(_attempt_of, early), *map(_attempt_of, stuck)}
        return {item_id: item for item_id, item in opened.items() if _attempt_of(item.message) not in gone}

    def _in_line(self, lines: list[list[str]], due: Mapping[str, Delivery]) -> None:
        """Settle deliveries of a FIFO queue: groups side by side, each in its order."""

        def work_off(line: list[str]) -> None:
            fifo.work_off(line, due, self.settling.settle, self.failed, self.settling.is_given_up)

        self._side_by_side(work_off, lines)

    def _in_any_order(self, due: Iterable[Delivery]) -> None:
        """Settle deliveries, the copies of a task one after the other; what a worker may have died of comes last."""
        tasks: dict[str, Copies] = {}
        for delivery in due:
            tasks.setdefault(delivery.message.id, []).append(delivery)
        suspects = [copies for copies in tasks.values() if len(tasks) > 1 and self._is_suspect(copies[0])]
        others = [copies for copies in tasks.values() if copies not in suspects]
        self._side_by_side(lambda copies: self.settling.settle(*copies), others)
        if suspects:
            self._alone(suspects, done=others)

    def _is_suspect(self, delivery: Delivery) -> bool:
        """Whether a worker may have died of this task: it was delivered before, nothing came of it, and it will run."""
        return delivery.receives > 1 and self.settling.will_run(delivery)

    def _alone(self, suspects: list[Copies], done: list[Copies]) -> None:
        """Run one suspect with nothing else in hand, so that if it kills this process again it takes no other task
        along: what is done is acknowledged first, and the other suspects are sent back as new messages."""
        suspect, *others = sorted(suspects, key=lambda copies: -copies[0].receives)
        for copies in others:
            self.settling.send_back(*copies)
        settled = self.settling.settled(delivery for copies in (*done, *others) for delivery in copies)
        self.broker.acknowledge(self.queue, [delivery.receipt for delivery in settled])
        self.settling.settle(*suspect)

    def _side_by_side(self, work: Callable[[T], None], items: Sequence[T]) -> None:
        """Do the work of each item, `concurrency` at a time."""
        threads = min(self.app.services.concurrency, len(items))
        if threads <= 1:
            for item in items:
                work(item)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, items))


def _attempt_of(message: Message) -> tuple[str, int]:
    return message.id, message.retries
