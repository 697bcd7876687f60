"""A backend in memory: a table that is a dictionary of rows, with a few more for what is kept beside them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from celeriac import clock, marks, states
from celeriac.backend.base import FAILURE_EXPIRES, LONGEST_WAIT, RESULT_EXPIRES, Backend, seconds
from celeriac.join import Place
from celeriac.message import Message
from celeriac.row import Row
from celeriac.storage import Objects
from celeriac.testing.memory import Step, no_step

__all__ = ["MemoryBackend"]


class MemoryBackend(Backend):
    """A backend whose table is a dictionary of rows."""

    def __init__(self, payloads: Objects, result_expires: timedelta = RESULT_EXPIRES, step: Step = no_step) -> None:
        super().__init__(payloads, result_expires)
        self.rows: dict[str, tuple[Row, int]] = {}
        self._places: dict[str, tuple[str, datetime] | None] = {}
        self._texts: dict[str, str] = {}
        self._slots: dict[str, datetime] = {}
        self._claims: dict[str, tuple[str, int]] = {}
        self._arrived: dict[str, set[int]] = defaultdict(set)
        self._sizes: dict[str, int] = {}
        self._step, self._lock = step, threading.Lock()

    def read(
        self,
        ids: Iterable[str],
        notices: Iterable[str] = (),
        *,
        consistent: bool = False,  # noqa: ARG002 - a dictionary always is
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

    def post(self, key: str, text: str, lives: timedelta) -> None:  # noqa: ARG002 - for ever
        self._step(f"post {key}")
        self._texts[key] = text

    def claim(self, key: str, text: str, lives: timedelta) -> tuple[str, int] | None:
        self._step(f"claim {key}")
        with self._lock:
            standing = self._claims.get(key)
            if standing and standing[1] >= clock.now().timestamp():
                return standing
            self._claims[key] = (text, seconds(clock.now() + lives))
            return None

    def release(self, key: str, text: str) -> None:
        self._step(f"release {key}")
        with self._lock:
            if self._claims.get(key, ("", 0))[0] == text:
                del self._claims[key]

    def reserve(self, key: str, number: int, interval: timedelta) -> datetime:
        self._step(f"reserve {number} of {key}")
        with self._lock:
            first = max(self._slots.get(key, clock.now()), clock.now())
            self._slots[key] = first + number * interval
            return first

    def _keep(self, key: str, text: str, lives: timedelta = FAILURE_EXPIRES) -> None:  # noqa: ARG002 - for ever
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

    def listed(self, under: str, until: datetime | None = None) -> Iterator[Row]:
        rows = [row for task_id in list(self.rows) if (row := self._living(task_id))]
        if under == states.REVOKED:
            return (row for row in reversed(rows) if row.mark in marks.REVOKING and not self._places.get(row.id))
        places = [(self._places.get(row.id), row) for row in rows]
        found = [(place[1], row) for place, row in places if place and place[0] == under]
        found = [(at, row) for at, row in found if until is None or at <= until]
        return (row for _, row in sorted(found, key=lambda item: item[0], reverse=True))

    def _living(self, task_id: str) -> Row | None:
        row, expires_at = self.rows.get(task_id, (None, 0))
        return row if expires_at >= clock.now().timestamp() else None

    def _put(self, row: Row, lives: timedelta | None = None) -> None:
        self._places[row.id] = self.listing_of(row)
        self.rows[row.id] = (row, seconds(clock.now() + lives) if lives else self.expires_at(row))


def _may_write(standing: Row, row: Row) -> bool:
    """The table's condition ATTEMPT_IS_CURRENT."""
    return standing.attempt <= row.attempted and not standing.ready
