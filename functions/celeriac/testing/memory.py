"""A broker and a bucket in memory, which keep the promises of the real ones; one contract suite tests both.

Each calls `step` with a word about what it is about to do, so that a test can stop the world there.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from celeriac import clock
from celeriac.broker import Broker, Depth, Entry
from celeriac.exceptions import ObjectNotFound, ObjectTooLarge
from celeriac.lanes import Lane, is_fifo
from celeriac.scheduler import Scheduler
from celeriac.storage import Objects

__all__ = ["MemoryBroker", "MemoryBucket", "QueuedMessage", "Step", "no_step"]

Step = Callable[[str], None]

DEDUPLICATION = timedelta(minutes=5)
NEVER = datetime.min.replace(tzinfo=UTC)


def no_step(_what: str) -> None:
    """Go on."""


class MemoryBucket:
    """An S3 bucket that is a dictionary."""

    def __init__(self, step: Step = no_step) -> None:
        self.objects: dict[str, bytes] = {}
        self._step = step

    def read(self, key: str, limit_bytes: int | None = None) -> bytes:
        """The object's bytes; raises ObjectNotFound or ObjectTooLarge."""
        self._step(f"read object {key}")
        if key not in self.objects:
            raise ObjectNotFound(f"nothing is stored under {key!r}")
        if limit_bytes is not None and len(self.objects[key]) > limit_bytes:
            raise ObjectTooLarge(f"{key!r} has {len(self.objects[key]):,} bytes; at most {limit_bytes:,} are allowed")
        return self.objects[key]

    def write(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Store bytes under a key, over what may be there."""
        self._step(f"write object {key} ({content_type})")
        self.objects[key] = body


@dataclass(slots=True, eq=False)
class QueuedMessage:
    """A message in a queue: hidden until `visible_at`, received so many times; `group` is its MessageGroupId."""

    message_id: str
    body: str
    visible_at: datetime
    receives: int = 0
    group: str | None = None
    sent_at: datetime = field(default_factory=clock.now)
    trace: str | None = None


class MemoryBroker(Broker):
    """A broker whose queues are lists; what is received stays hidden until it is acknowledged or comes back.

    `fifo` names the queues that keep the order of each group, and take a message once in five minutes.
    """

    def __init__(
        self,
        payloads: Objects,
        queues: Mapping[str, str] | Iterable[str],
        worker: str = "",
        step: Step = no_step,
        lanes: Mapping[str, Lane] = MappingProxyType({}),
        fifo: Collection[str] = (),
        scheduler: Scheduler | None = None,
    ) -> None:
        names = list(queues)
        urls = {name: f"memory://{name}{'.fifo' if name in fifo else ''}" for name in names}
        super().__init__(payloads, urls, worker, lanes, scheduler)
        self.messages: dict[str, list[QueuedMessage]] = {name: [] for name in names}
        self._taken: dict[tuple[str, str], datetime] = {}
        self._step, self._numbers, self._lock = step, itertools.count(1), threading.Lock()

    def send_batch(self, queue: str, entries: Sequence[Entry]) -> dict[str, str]:
        self._step(f"send to {queue}")
        with self._lock:
            for entry in entries:
                if not self._is_taken(queue, entry):
                    self._put(queue, entry)
        return {}

    def put(self, queue: str, body: str) -> None:
        """Put a text into a queue, as a schedule or a stranger would."""
        with self._lock:
            self._put(queue, Entry("", body))

    def _put(self, queue: str, entry: Entry) -> None:
        visible_at = clock.now() + timedelta(seconds=entry.delay_s)
        name = f"sqs-{next(self._numbers)}"
        message = QueuedMessage(name, entry.body, visible_at, group=entry.group, trace=entry.trace)
        self.messages[queue].append(message)

    def _is_taken(self, queue: str, entry: Entry) -> bool:
        """Whether SQS has taken such a message in the last minutes, and will not take it again."""
        key = (queue, entry.deduplication or "")
        if not is_fifo(self.queues[queue]):
            return False
        again = clock.now() - self._taken.get(key, NEVER) < DEDUPLICATION
        self._taken[key] = self._taken[key] if again else clock.now()
        return again

    def receive(self, queue: str, most: int, visibility_s: float) -> list[QueuedMessage]:
        """Take messages that are due and hide them for a while."""
        with self._lock:
            waiting = (message for message in self.messages[queue] if self.due_at(queue, message) <= clock.now())
            due = list(itertools.islice(waiting, most))
            for message in due:
                message.receives += 1
                message.visible_at = clock.now() + timedelta(seconds=visibility_s)
        return due

    def requeue(self, queue: str, receipt: str) -> None:
        self._step(f"requeue a message of {queue}")
        with self._lock:
            for message in [item for item in self.messages[queue] if item.message_id == receipt]:
                message.visible_at = clock.now()

    def due_at(self, queue: str, message: QueuedMessage) -> datetime:
        """When a message can be received: in a FIFO queue not before those of its group that came before it."""
        if not is_fifo(self.queues[queue]):
            return message.visible_at
        group = [item for item in self.messages[queue] if item.group == message.group]
        return max(item.visible_at for item in group[: group.index(message) + 1])

    def depth(self, queue: str) -> Depth:
        with self._lock:
            now, items = clock.now(), self.messages[queue]
            hidden = [item for item in items if item.visible_at > now]
            in_flight = sum(1 for item in hidden if item.receives)
            return Depth(len(items) - len(hidden), in_flight, len(hidden) - in_flight)

    def purge(self, queue: str) -> None:
        self._step(f"purge {queue}")
        with self._lock:
            self.messages[queue].clear()

    def acknowledge(self, queue: str, receipts: Sequence[str]) -> None:
        self._step(f"acknowledge messages of {queue}")
        with self._lock:
            waiting = self.messages[queue]
            for receipt in receipts:
                found = next((item for item in waiting if item.message_id == receipt), None)
                if found is not None:
                    waiting.remove(found)
