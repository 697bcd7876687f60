"""What every backend does with the result table: rows of tasks, joins, and what is too long for either.

The row's `attempt` is the fencing token. An outcome is written only over an earlier attempt or over none, so of all
deliveries of one attempt exactly one is recorded, and the others learn what stands.
"""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

from celeriac import clock, limits, states
from celeriac.exceptions import OperationalError
from celeriac.join import Join, Place
from celeriac.message import Message
from celeriac.row import Row, headings
from celeriac.serialization import dumps, loads
from celeriac.storage import Objects, content_hash

__all__ = ["FAILURE_EXPIRES", "LONGEST_WAIT", "RESULT_EXPIRES", "Backend", "seconds"]

RESULT_EXPIRES = timedelta(days=1)
"""Celery's `result_expires`."""
FAILURE_EXPIRES = timedelta(days=14)
"""A failure stays as long as a dead letter does: time enough for a person. So do the results of a group's members,
which may have to wait for the slowest, and the row of a task on its way, which is there for its message."""
LONGEST_WAIT = timedelta(seconds=limits.RETRY_COUNTDOWN_S) + FAILURE_EXPIRES
"""What is said of a task that may not be due for a year stays until it is."""

FETCHED_SIDE_BY_SIDE = 16
"""How many results of a chord's members come from S3 at a time: a GET takes 30 ms, and there may be thousands."""


class Backend(ABC):
    """Keeps what became of tasks.

    `lists_all` says whether every outcome that is written here is listed, or failures only (`list_tasks`).
    """

    def __init__(
        self, payloads: Objects, result_expires: timedelta = RESULT_EXPIRES, *, lists_all: bool = False
    ) -> None:
        self.payloads, self.result_expires, self.lists_all = payloads, result_expires, lists_all

    @abstractmethod
    def read(
        self, ids: Iterable[str], notices: Iterable[str] = (), *, consistent: bool = False
    ) -> tuple[dict[str, Row], dict[str, str]]:
        """The rows of those ids that have one, and in the same request the notices that are there, by their keys.

        What is stored in S3 is left there until `filled`. Unless `consistent`, at half the price and as much less
        certain: good enough for the fence before a run.
        """

    def get_many(self, ids: Iterable[str], *, consistent: bool = False) -> dict[str, Row]:
        """The rows of those ids that have one, as `read` finds them."""
        return self.read(ids, consistent=consistent)[0]

    @abstractmethod
    def _get(self, task_id: str) -> Row | None: ...

    @abstractmethod
    def accept(self, message: Message) -> None:
        """Leave a receipt that a message was sent: PENDING, unless there is a row already."""

    @abstractmethod
    def progress(self, row: Row) -> bool:
        """Write a state on the way, unless the task is finished or a later attempt is current; says whether it did."""

    @abstractmethod
    def _record(self, row: Row) -> Row | None:
        """Write an outcome; returns None, or the row that stood in its way."""

    @abstractmethod
    def _amend(self, row: Row, was: Row) -> bool:
        """Put a row in the place of one of that state and attempt, if it still stands; says whether it did."""

    @abstractmethod
    def forget(self, task_id: str) -> None:
        """Delete a task's row, if there is one."""

    @abstractmethod
    def mark(self, task_id: str, mark: str) -> None:
        """Mark a task that is not finished (`celeriac.marks`), one that is not known included; the strongest stays."""

    @abstractmethod
    def listed(self, under: str, until: datetime | None = None) -> Iterator[Row]:
        """The rows that are listed under a heading (`listing_of`), newest first; those after `until` are left out."""

    @abstractmethod
    def post(self, key: str, text: str, lives: timedelta) -> None:
        """Put up a notice under a key for a while, in the place of what was there."""

    @abstractmethod
    def claim(self, key: str, text: str, lives: timedelta) -> tuple[str, int] | None:
        """Put a text under a key for a while; if there is one, returns that, and the second until which it stands."""

    @abstractmethod
    def release(self, key: str, text: str) -> None:
        """Take a claim away, if it still says this."""

    @abstractmethod
    def reserve(self, key: str, number: int, interval: timedelta) -> datetime:
        """Take so many slots, an interval apart from each other and from all others; returns when the first one is."""

    @abstractmethod
    def _keep(self, key: str, text: str, lives: timedelta = FAILURE_EXPIRES) -> None:
        """Keep a text under a key for a while; a second time changes nothing."""

    @abstractmethod
    def _swap(self, key: str, old: str, new: str) -> None:
        """Put another text in the place of one that is kept, if it is still that one."""

    @abstractmethod
    def _kept(self, key: str) -> str | None:
        """The text that is kept under a key, or None."""

    @abstractmethod
    def _note_arrival(self, place: Place) -> bool:
        """Note that a member of a join has ended; says whether it may have been the last."""

    @abstractmethod
    def _note_size(self, last: Place) -> None:
        """Tell the size of a join to those who arrive where its last member does."""

    @abstractmethod
    def _arrivals(self, join_id: str, size: int) -> int:
        """How many members of a join of this size have ended."""

    def get(self, task_id: str) -> Row | None:
        """The task's row as it is now, its result included, or None."""
        row = self._get(task_id)
        return self.filled(row) if row else None

    def failures(self, on: date, until: datetime | None = None) -> Iterator[Row]:
        """The tasks that failed on a day (UTC), newest first; those after `until` are left out."""
        shards = [self.listed(heading, until) for heading in headings(states.FAILURE, on)]
        return heapq.merge(*shards, key=lambda row: str(row.done_at), reverse=True)

    def listing_of(self, row: Row) -> tuple[str, datetime] | None:
        """Under what a row that is written here is listed, and in which place there."""
        return row.full_listing if self.lists_all else row.listing

    def revoked(self) -> Iterator[Row]:
        """The tasks that are revoked and have not come to a worker yet, newest first."""
        return self.listed(states.REVOKED)

    def record(self, row: Row) -> Row:
        """Write an outcome, or the RETRY that ends an attempt; returns the row that stands, ours or an earlier one."""
        standing = self._record(self._stashed(row))
        return self.filled(standing) if standing else row

    def amend(self, row: Row, *, was: Row) -> bool:
        """Have an operator's word on a row stand in its place, if nothing has happened to it since; says whether."""
        return self._amend(self._stashed(row), was)

    def find_join(self, place: Place) -> Join | None:
        """The join that a place is in, as long as it is kept."""
        return self._join(place.join)

    def find_joins(self, ids: Iterable[str]) -> list[Join]:
        """The joins of those ids that are kept; a plain group has none. A request for a hundred."""
        _, texts = self.read((), [f"chord#{join_id}" for join_id in ids])
        return [Join.loads(self._fetched(text)) for text in texts.values()]

    def open_join(self, join: Join, *, tell_size: bool = False) -> None:
        """Keep a join for its members to arrive at; a second time changes nothing.

        `tell_size` is for members that were sent before the join's size was known: they find it where they arrive.
        """
        self._keep(f"chord#{join.id}", self._carried(f"results/joins/{join.id}", join.dumps()))
        if tell_size:
            self._note_size(Place(join.id, len(join.members) - 1, len(join.members)))

    def grow_join(self, place: Place, member: Any) -> Place:
        """Add a member to a join that one of its members, which has not arrived yet, holds open; returns its place.

        The same member added twice has one place, so that a task which runs again adds nothing.
        """
        key = f"chord#{place.join}"
        while True:
            text = self._kept(key)
            if text is None:
                what = "is over" if place.size else "is still being sent, for a generator makes its header"
                raise ValueError(f"the chord {place.join} {what}")
            join = Join.loads(self._fetched(text))
            if member in join.members:
                return Place(join.id, join.members.index(member), len(join.members))
            grown = join.grown(member)
            self._swap(key, text, self._carried(f"results/joins/{join.id}/{member}", grown.dumps()))

    def _join(self, join_id: str) -> Join | None:
        text = self._kept(f"chord#{join_id}")
        return Join.loads(self._fetched(text)) if text else None

    def arrive(self, place: Place) -> Join | None:
        """Note that a member has ended; returns the join if now all of them have. Arriving twice is arriving once."""
        if not self._note_arrival(place):
            return None
        if place.size and self._arrivals(place.join, place.size) < place.size:
            return None  # known without reading the join, which may be long
        join = self._join(place.join)
        if join is None and place.size == 0:
            return None  # its members are still being sent
        if join is None:
            raise OperationalError(f"all members have arrived at the join {place.join}, and it is not there")
        size = len(join.members)
        return join if size == place.size or self._arrivals(join.id, size) >= size else None

    def revise(self, key: str, change: Callable[[str | None], str], lives: timedelta) -> str:
        """Have a notice say what `change` makes of it, whoever else does so at the same time; returns the new text.

        `change` is called until it changes nothing.
        """
        while True:
            old = self._kept(key)
            new = change(old)
            if new == old:
                return new
            if old is None:
                self._keep(key, new, lives)
            else:
                self._swap(key, old, new)

    def save_group(self, group_id: str, ids: Any) -> None:
        """Keep the ids of a group's results (`GroupResult.as_tuple`)."""
        self._keep(f"group#{group_id}", self._carried(f"results/groups/{group_id}", dumps(ids)))

    def restore_group(self, group_id: str) -> Any:
        """What `save_group` kept, or None."""
        text = self._kept(f"group#{group_id}")
        return loads(self._fetched(text)) if text else None

    def delete_group(self, group_id: str) -> None:
        """Forget that a group was saved."""
        self.forget(f"group#{group_id}")

    def expires_at(self, row: Row) -> int:
        """When the row may go, in seconds since the epoch."""
        if row.state == states.RETRY:
            return seconds(clock.now() + LONGEST_WAIT)
        is_kept = not row.ready or row.state == states.FAILURE or row.group_id is not None
        return seconds(clock.now() + (FAILURE_EXPIRES if is_kept else self.result_expires))

    def receipt_expires_at(self, message: Message) -> int:
        """When a receipt may go: the time of a result, counted from when the task is due."""
        return seconds(max(clock.now(), message.eta or clock.now()) + self.result_expires)

    def filled(self, row: Row) -> Row:
        """The row with its long JSON fetched from S3."""
        return _changed(row, lambda _name, text: self._fetched(text))

    def filled_all(self, rows: Mapping[str, Row]) -> dict[str, Row]:
        """The rows with their long JSON fetched from S3, several at a time."""
        long = {task_id: row for task_id, row in rows.items() if (row.result or "").startswith(_REFERENCE)}
        if not long:
            return dict(rows)
        with ThreadPoolExecutor(min(FETCHED_SIDE_BY_SIDE, len(long))) as pool:
            return {**rows, **dict(zip(long, pool.map(self.filled, long.values()), strict=True))}

    def _stashed(self, row: Row) -> Row:
        """The row with long JSON in S3 and a reference in its place."""
        return _changed(row, lambda name, text: self._carried(f"results/{row.id}/{row.attempted}/{name}", text))

    def _carried(self, key: str, text: str) -> str:
        """A text as the table has it: itself, or a reference to S3 where that is the cheaper place."""
        if len(text) <= limits.INLINE_RESULT_BYTES:
            return text
        # Named by its content: a copy of an attempt must not change what another copy has recorded.
        key = f"{key}-{content_hash(text)}"
        self.payloads.write(key, text.encode(), "application/json")
        return _REFERENCE + key

    def _fetched(self, text: str) -> str:
        return self.payloads.read(text.removeprefix(_REFERENCE)).decode() if text.startswith(_REFERENCE) else text


def _changed(row: Row, change: Callable[[str, str], str]) -> Row:
    texts = {name: getattr(row, name) for name in ("result", "message")}
    return row.replace(**{name: change(name, text) for name, text in texts.items() if text is not None})


_REFERENCE = "s3:"
"""What a reference begins with; no JSON text does."""


def seconds(moment: datetime) -> int:
    """A moment as DynamoDB's TTL has it: whole seconds since the epoch."""
    return int(moment.timestamp())
