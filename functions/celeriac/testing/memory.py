"""A broker, a backend and a bucket in memory, which keep the promises of the real ones; one contract suite tests both.

Each calls `step` with a word about what it is about to do, so that a test can stop the world there.
"""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from celeriac import clock, marks, states
from celeriac.backend.base import FAILURE_EXPIRES, LONGEST_WAIT, RESULT_EXPIRES, Backend, seconds
from celeriac.broker import Broker, Depth, Entry
from celeriac.exceptions import ObjectNotFound, ObjectTooLarge
from celeriac.join import Place
from celeriac.lanes import Lane, is_fifo
from celeriac.message import Message
from celeriac.row import Row
from celeriac.scheduler import Scheduler
from celeriac.storage import Objects

__all__ = ["MemoryBackend", "MemoryBroker", "MemoryBucket", "QueuedMessage"]

Step = Callable[[str], None]

DEDUPLICATION = timedelta(minutes=5)
NEVER = datetime.min.replace(tzinfo=UTC)


def _no_step(_what: str) -> None:
    return None


class MemoryBucket:
    """An S3 bucket that is a dictionary."""

    def __init__(self, step: Step = _no_step) -> None:
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


class MemoryBroker(Broker):
    """A broker whose queues are lists; what is received stays hidden until it is acknowledged or comes back.

    `fifo` names the queues that keep the order of each group, and take a message once in five minutes.
    """

    def __init__(
        self,
        payloads: Objects,
        queues: Mapping[str, str] | Iterable[str],
        worker: str = "",
        step: Step = _no_step,
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
        message = QueuedMessage(f"sqs-{next(self._numbers)}", entry.body, visible_at, group=entry.group)
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


class MemoryBackend(Backend):
    """A backend whose table is a dictionary of rows."""

    def __init__(self, payloads: Objects, result_expires: timedelta = RESULT_EXPIRES, step: Step = _no_step) -> None:
        super().__init__(payloads, result_expires)
        self.rows: dict[str, tuple[Row, int]] = {}
        self._texts: dict[str, str] = {}
        self._slots: dict[str, datetime] = {}
        self._arrived: dict[str, set[int]] = defaultdict(set)
        self._sizes: dict[str, int] = {}
        self._step, self._lock = step, threading.Lock()

    def read(
        self,
        ids: Iterable[str],
        notices: Iterable[str] = (),
        *,
        consistent: bool = False,  # noqa: ARG002
    ) -> tuple[dict[str, Row], dict[str, str]]:
        self._step("read rows")
        texts = {key: self._texts[key] for key in notices if key in self._texts}
        return {row.id: row for row in map(self._living, ids) if row}, texts

    def _get(self, task_id: str) -> Row | None:
        self._step(f"read row {task_id}")
        return self._living(task_id)

    def accept(self, message: Message) -> None:
        self._step(f"accept {message.id}")
        with self._lock:
            if self._living(message.id) is None:
                self.rows[message.id] = (Row.of(message, states.PENDING), self.receipt_expires_at(message))

    def progress(self, row: Row) -> bool:
        self._step(f"progress {row.id}")
        with self._lock:
            standing = self._living(row.id)
            if standing and (not _may_write(standing, row) or standing.mark == marks.TERMINATE):
                return False
            kept = {name: getattr(standing, name) for name in Row.__dataclass_fields__} if standing else {}
            told = {name: value for name in kept if (value := getattr(row, name)) not in (None, ())}
            self._put(Row(**{**kept, **told}) if standing else row)
            return True

    def _record(self, row: Row) -> Row | None:
        self._step(f"record {row.state} of {row.id}")
        with self._lock:
            standing = self._living(row.id)
            if standing and not _may_write(standing, row):
                return standing
            self._put(row.replace(mark=standing.mark) if standing and row.state == states.RETRY else row)
            return None

    def _amend(self, row: Row, was: Row) -> bool:
        self._step(f"amend {row.id}")
        with self._lock:
            standing = self._living(row.id)
            if standing is None or (standing.state, standing.attempt) != (was.state, was.attempt):
                return False
            self._put(row)
            return True

    def mark(self, task_id: str, mark: str) -> None:
        self._step(f"mark {task_id}")
        with self._lock:
            row = self._living(task_id) or Row(id=task_id, state=states.PENDING)
            if not row.ready and (row.mark or "") < mark:
                self._put(row.replace(mark=mark), lives=LONGEST_WAIT)

    def post(self, key: str, text: str, lives: timedelta) -> None:  # noqa: ARG002
        self._step(f"post {key}")
        self._texts[key] = text

    def reserve(self, key: str, number: int, interval: timedelta) -> datetime:
        self._step(f"reserve {number} of {key}")
        with self._lock:
            first = max(self._slots.get(key, clock.now()), clock.now())
            self._slots[key] = first + number * interval
            return first

    def _keep(self, key: str, text: str, lives: timedelta = FAILURE_EXPIRES) -> None:  # noqa: ARG002
        self._step(f"keep {key}")
        self._texts.setdefault(key, text)

    def _swap(self, key: str, old: str, new: str) -> None:
        self._step(f"change {key}")
        with self._lock:
            if self._texts.get(key) == old:
                self._texts[key] = new

    def _kept(self, key: str) -> str | None:
        self._step(f"read {key}")
        return self._texts.get(key)

    def _note_arrival(self, place: Place) -> bool:
        self._step(f"arrive at {place.join}")
        with self._lock:
            self._arrived[place.join].add(place.index)
            size = self._sizes.get(place.join, place.size)
            return size > 0 and len(self._arrived[place.join]) >= size

    def _note_size(self, last: Place) -> None:
        self._step(f"tell the size of {last.join}")
        self._sizes[last.join] = last.size

    def _arrivals(self, join_id: str, size: int) -> int:  # noqa: ARG002 - all are in one set
        self._step(f"count the arrivals at {join_id}")
        return len(self._arrived[join_id])

    def forget(self, task_id: str) -> None:
        self._step(f"forget {task_id}")
        self.rows.pop(task_id, None)
        self._texts.pop(task_id, None)

    def listed(self, under: str) -> Iterator[Row]:
        rows = [row for task_id in list(self.rows) if (row := self._living(task_id))]
        if under == states.REVOKED:
            return (row for row in reversed(rows) if row.mark in marks.REVOKING and not row.listing)
        found = [(row.listing[1], row) for row in rows if row.listing and row.listing[0] == under]
        return (row for _, row in sorted(found, key=lambda item: item[0], reverse=True))

    def _living(self, task_id: str) -> Row | None:
        row, expires_at = self.rows.get(task_id, (None, 0))
        return row if expires_at >= clock.now().timestamp() else None

    def _put(self, row: Row, lives: timedelta | None = None) -> None:
        self.rows[row.id] = (row, seconds(clock.now() + lives) if lives else self.expires_at(row))


def _may_write(standing: Row, row: Row) -> bool:
    """The table's condition ATTEMPT_IS_CURRENT."""
    return standing.attempt <= row.attempted and not standing.ready
