"""Sending messages: SQS, ten at a time.

`Broker` is what every broker does: encode, carry what is too long through S3, pack batches, send again what was refused
for a moment, and say exactly what was not sent. `SQSBroker` adds the one AWS call; the twin in `celeriac.testing` adds
a list.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from celeriac import aws, clock, fifo, limits, patience
from celeriac.exceptions import DecodeError, ObjectNotFound, OperationalError, PublishError, QueueNotFound
from celeriac.ids import new_id
from celeriac.lanes import Lane, is_fifo
from celeriac.message import Message
from celeriac.scheduler import Scheduler
from celeriac.serialization import loads
from celeriac.storage import Objects, content_hash
from celeriac.worker_names import FUNCTIONS

__all__ = ["GONE", "Broker", "Depth", "Entry", "PayloadGone", "PurgedLately", "SQSBroker"]


class PayloadGone(ObjectNotFound):
    """A message whose payload is not in S3 any more; `message` is what is left of it."""

    def __init__(self, message: Message, cause: ObjectNotFound) -> None:
        super().__init__(f"the arguments of this task are gone: {cause}")
        self.message = message


class PurgedLately(OperationalError):
    """Raised for a queue that was purged less than a minute ago: SQS purges once a minute."""


GONE = dict.fromkeys(("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"), QueueNotFound)
"""What SQS says of a queue that somebody has deleted."""
_PURGED_LATELY = dict.fromkeys(("AWS.SimpleQueueService.PurgeQueueInProgress", "PurgeQueueInProgress"), PurgedLately)
"""SQS's code, in its two protocols."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message on its way into a queue; `group`, `deduplication` and `trace` go beside it."""

    id: str
    body: str
    delay_s: int = 0
    group: str | None = None
    deduplication: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Depth:
    """How many messages are in a queue, about: those that wait, those that a worker has, those that are not due."""

    waiting: int
    in_flight: int
    delayed: int


class Broker(ABC):
    """Publishes messages to the queues that this process may use, and opens those that arrive."""

    def __init__(
        self,
        payloads: Objects,
        queues: Mapping[str, str],
        worker: str = "",
        lanes: Mapping[str, Lane] = MappingProxyType({}),
        scheduler: Scheduler | None = None,
    ) -> None:
        self.payloads, self.queues, self.worker, self.lanes = payloads, queues, worker, lanes
        self.scheduler = scheduler

    @abstractmethod
    def send_batch(self, queue: str, entries: Sequence[Entry]) -> dict[str, str]:
        """Send up to ten entries of up to 1 MiB together; returns the refused ones' ids with the reasons."""

    @abstractmethod
    def acknowledge(self, queue: str, receipts: Sequence[str]) -> None:
        """Delete delivered messages by their receipt handles; those that are deleted already are no error."""

    @abstractmethod
    def requeue(self, queue: str, receipt: str) -> None:
        """Have a delivered message delivered again at once."""

    @abstractmethod
    def depth(self, queue: str) -> Depth:
        """How many messages are in a queue; raises QueueNotFound if somebody has deleted it."""

    @abstractmethod
    def purge(self, queue: str) -> None:
        """Delete all messages of a queue, those that a worker has included; SQS does so once a minute at the most."""

    def publish(self, messages: Iterable[Message]) -> None:
        """Send messages, each to its `queue`.

        Raises EncodeError or QueueNotFound before anything is sent, and PublishError naming what was not sent.
        """
        by_queue: dict[str, list[Entry]] = defaultdict(list)
        for queue, entry in self._not_scheduled([(message, *self._entry(message)) for message in messages]):
            by_queue[queue].append(entry)
        unsent: dict[str, str] = {}
        for queue, entries in by_queue.items():
            for batch in _batches(entries):
                unsent |= self._send_patiently(queue, batch)
        if unsent:
            raise PublishError(unsent)

    def _not_scheduled(self, prepared: Iterable[tuple[Message, str, Entry]]) -> Iterator[tuple[str, Entry]]:
        """What goes into its queue now: not what is due late, unless the scheduler refuses it, or has just refused."""
        scheduler = self.scheduler
        for message, queue, entry in prepared:
            if scheduler and scheduler.wants(message):
                if scheduler.keeps(message, queue, entry.body):
                    continue
                scheduler = None
            yield queue, entry

    def send_text(self, queue: str, entry_id: str, text: str) -> None:
        """Send a text as it is, which may be no message; raises QueueNotFound or PublishError."""
        self.require(queue)
        line = (fifo.ONE_LINE, new_id()) if self.keeps_order(queue) else (None, None)
        if unsent := self._send_patiently(queue, [Entry(entry_id, text, 0, *line)]):
            raise PublishError(unsent)

    def open(self, body: str, message_id: str) -> Message:
        """The message that a queue delivered; raises DecodeError, or PayloadGone.

        A message without an id takes the one that SQS gave it, and so does one whose schedule left AWS's placeholder.
        """
        fields = loads(body)
        if isinstance(fields, dict) and "payload" in fields:
            return self._fetched(fields)
        if isinstance(fields, dict) and "firing" in fields:
            from celeriac.beat.firing import opened  # which few messages need

            fields = opened(fields, message_id)
        elif isinstance(fields, dict) and ("id" not in fields or "<aws.scheduler." in str(fields["id"])):
            fields = {**fields, "id": message_id}
        return Message.from_fields(fields)

    def _entry(self, message: Message) -> tuple[str, Entry]:
        """The queue that takes a message now, and how: in a FIFO queue nothing can wait for its time."""
        delay_s, queue = _delay_s(message.due), message.queue
        self.require(queue)
        if delay_s and self.keeps_order(queue):
            queue = queue.partition(".")[0]
            self.require(queue)
        url = self.queues[queue]
        deduplication = fifo.deduplication_of(message) if is_fifo(url) else None
        return queue, Entry(
            message.id, self._body(message), delay_s, fifo.group_of(message, url), deduplication, message.trace
        )

    def require(self, queue: str) -> None:
        """Raise QueueNotFound unless this process may send to that queue."""
        if queue not in self.queues:
            raise QueueNotFound(self._advice(queue))

    def keeps_order(self, queue: str) -> bool:
        """Whether this is a FIFO queue."""
        return is_fifo(self.queues.get(queue, ""))

    def _advice(self, queue: str) -> str:
        if self.worker and self.worker not in FUNCTIONS:
            owner, _, lane = queue.partition(".")
            line = f"[queues.{lane}]" if owner in self.queues else f'uses = ["{owner}"]'
            where = owner if owner in self.queues else self.worker
            return f"{self.worker} may not send to {queue!r:.200}: add {line} to functions/{where}/worker.toml"
        return f"no queue {queue!r:.200} in this deployment; it has {', '.join(sorted(self.queues)) or 'none'}"

    def _body(self, message: Message) -> str:
        """The message as text; if that is too long, its arguments go to S3 and the rest stays, as far as it fits."""
        body = message.dumps()
        is_late = self.scheduler is not None and self.scheduler.wants(message)
        most = limits.SCHEDULE_INPUT_BYTES if is_late else limits.INLINE_MESSAGE_BYTES
        if len(body) <= most:
            return body
        key = f"messages/{message.id}-{content_hash(body)}"
        self.payloads.write(key, body.encode(), "application/json")
        rest = message.replace(args=[], kwargs={}, extra={**message.extra, "payload": key})
        bare = rest.replace(chain=[], link=[], link_error=[], headers={})
        return next(text for text in (rest.dumps(), bare.dumps()) if len(text) <= most)

    def _fetched(self, fields: dict[str, Any]) -> Message:
        key = fields["payload"]
        envelope = Message.from_fields({name: value for name, value in fields.items() if name != "payload"})
        if not (isinstance(key, str) and key.startswith("messages/")):
            raise DecodeError(f"message {envelope.id}: {key!r:.100} is no place for a payload")
        try:
            return Message.loads(self.payloads.read(key))
        except ObjectNotFound as error:
            raise PayloadGone(envelope, error) from error

    def _send_patiently(self, queue: str, batch: list[Entry]) -> dict[str, str]:
        """Send, and send again what was not taken, as often as the call's policy says."""
        refused: dict[str, str] = {}
        policy = patience.current()
        for pause_s in policy.pauses():
            time.sleep(pause_s)
            try:
                refused = self.send_batch(queue, batch)
            except OperationalError as error:
                refused = {entry.id: str(error) for entry in batch}
                if not policy.insists:
                    break
            batch = [entry for entry in batch if entry.id in refused]
            if not refused:
                break
        return refused


class SQSBroker(Broker):
    """The broker on Amazon SQS."""

    def send_batch(self, queue: str, entries: Sequence[Entry]) -> dict[str, str]:
        request = [{"Id": str(index), **_request(entry)} for index, entry in enumerate(entries)]
        with aws.translated(f"sending to queue {queue!r}"):
            answer = aws.client("sqs").send_message_batch(QueueUrl=self.queues[queue], Entries=request)
        return {entries[int(item["Id"])].id: str(item["Code"]) for item in answer.get("Failed", ())}

    def acknowledge(self, queue: str, receipts: Sequence[str]) -> None:
        for start in range(0, len(receipts), limits.SQS_BATCH_ENTRIES):
            batch = receipts[start : start + limits.SQS_BATCH_ENTRIES]
            entries = [{"Id": str(index), "ReceiptHandle": receipt} for index, receipt in enumerate(batch)]
            with aws.translated(f"acknowledging messages of queue {queue!r}"):
                aws.client("sqs").delete_message_batch(QueueUrl=self.queues[queue], Entries=entries)

    def requeue(self, queue: str, receipt: str) -> None:
        with aws.translated(f"giving a message back to queue {queue!r}"):
            url = self.queues[queue]
            aws.client("sqs").change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)

    def depth(self, queue: str) -> Depth:
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
        with aws.translated(f"looking at queue {queue!r}", GONE):
            answer = aws.client("sqs").get_queue_attributes(QueueUrl=self.queues[queue], AttributeNames=names)
        return Depth(*(int(answer["Attributes"].get(name, 0)) for name in names))

    def purge(self, queue: str) -> None:
        with aws.translated(f"purging queue {queue!r}", _PURGED_LATELY):
            aws.client("sqs").purge_queue(QueueUrl=self.queues[queue])


def _request(entry: Entry) -> dict[str, Any]:
    """An entry as SQS takes it: without a delay where there can be none."""
    group: dict[str, Any] = {"MessageGroupId": entry.group} if entry.group else {}
    if entry.trace:
        group["MessageSystemAttributes"] = {"AWSTraceHeader": {"DataType": "String", "StringValue": entry.trace}}
    if entry.deduplication:
        return {"MessageBody": entry.body, **group, "MessageDeduplicationId": entry.deduplication}
    return {"MessageBody": entry.body, **group, "DelaySeconds": entry.delay_s}


def _delay_s(eta: datetime | None) -> int:
    """Whole seconds, rounded up: a task may start late, never early. A longer wait is met again by the worker."""
    if eta is None:
        return 0
    return max(0, min(limits.SQS_DELAY_S, math.ceil((eta - clock.now()).total_seconds())))


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size_bytes = 0
    for entry in entries:
        if batch and (len(batch) == limits.SQS_BATCH_ENTRIES or size_bytes + len(entry.body) > limits.SQS_BATCH_BYTES):
            yield batch
            batch, size_bytes = [], 0
        batch.append(entry)
        size_bytes += len(entry.body)
    if batch:
        yield batch
