"""What the result table says of one task, as frozen data; a table without a row says PENDING."""

from __future__ import annotations

import dataclasses
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from celeriac import marks, states
from celeriac.message import Message

__all__ = ["ABORTED", "LISTED_OUTCOMES", "Row", "headings"]

ABORTED = "ABORTED"
"""The state that callers see of a task that was asked to stop (`celeriac.contrib.abortable`)."""
HEADINGS_A_DAY = 8
"""The headings over which the outcomes of a day are spread: one takes a thousand write units a second, and then
DynamoDB refuses the table's own writes, too."""
LISTED_OUTCOMES = (states.FAILURE, states.SUCCESS, states.RETRY, states.REVOKED)
"""What may be listed by the day: failures always, the others where a worker's `list_tasks` asks for it."""
_NOT_BEGUN = frozenset({states.PENDING, states.RECEIVED, states.RETRY, states.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One task's row.

    `attempt` is the attempt that is current: that of the outcome, or after a RETRY the next one. `result`, `error`,
    `message` and `meta` are JSON text. A RETRY keeps the message of the attempt to come, a FAILURE the message that
    failed, so that a crash, or a person, can send it again; a SUCCESS keeps its own where `result_extended` is set. A
    STARTED has one that is short.
    """

    id: str
    state: str
    attempt: int = 0
    name: str | None = None
    queue: str | None = None
    result: str | None = None
    error: str | None = None
    message: str | None = None
    meta: str | None = None
    root_id: str | None = None
    parent_id: str | None = None
    group_id: str | None = None
    children: tuple[Any, ...] = ()
    started_at: datetime | None = None
    done_at: datetime | None = None
    mark: str | None = None
    """What somebody wants of the task (`celeriac.marks`); an outcome has none."""

    @classmethod
    def of(cls, attempt: Message, state: str, /, **fields: Any) -> Self:
        """A row about this attempt at a task."""
        about: dict[str, Any] = {
            "attempt": attempt.retries,
            "name": attempt.task,
            "queue": attempt.queue or None,
            "root_id": attempt.root_id,
            "parent_id": attempt.parent_id,
            "group_id": attempt.group,
        }
        return cls(id=attempt.id, state=state, **{**about, **fields})

    @property
    def ready(self) -> bool:
        """Whether this is an outcome: it never changes again."""
        return self.state in states.READY_STATES

    @property
    def seen(self) -> Self:
        """The row as a caller sees it: what is revoked and not known to run says so, as with Celery's workers.

        It may run all the same, if it had begun without telling; then its outcome comes in the place of this.
        """
        if self.mark in marks.REVOKING and self.state in _NOT_BEGUN:
            return self.replace(state=states.REVOKED, error=None, meta=None)
        return self.replace(state=ABORTED) if self.mark == marks.ABORT and not self.ready else self

    @property
    def listing(self) -> tuple[str, datetime] | None:
        """Under what the table lists the row in any case, and in which place there; None for most rows."""
        is_sent_again = self.state == states.PENDING and self.message is not None
        if self.done_at and (self.state == states.FAILURE or is_sent_again):
            return self._heading(states.FAILURE, self.done_at), self.done_at
        if self.started_at and not self.ready and self.state not in _NOT_BEGUN:
            return f"{states.STARTED}#{self.queue}", self.started_at
        return None

    @property
    def full_listing(self) -> tuple[str, datetime] | None:
        """The same for a worker all of whose tasks are listed: every outcome has a place, and an attempt's RETRY."""
        if self.done_at and self.state in LISTED_OUTCOMES:
            return self._heading(self.state, self.done_at), self.done_at
        return self.listing

    def _heading(self, state: str, at: datetime) -> str:
        return headings(state, at.date())[zlib.crc32(self.id.encode(errors="replace")) % HEADINGS_A_DAY]

    @property
    def attempted(self) -> int:
        """The attempt that wrote this row."""
        return self.attempt - 1 if self.state == states.RETRY else self.attempt

    def replace(self, **changes: Any) -> Self:
        """The same row with some fields changed."""
        return dataclasses.replace(self, **changes)


def headings(state: str, on: date) -> list[str]:
    """The headings under which the table lists the outcomes of a day that have this state."""
    return [f"{state}#{on}#{number}" for number in range(HEADINGS_A_DAY)]
