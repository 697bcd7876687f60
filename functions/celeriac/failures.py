"""The list of failures, for operators: what failed, with its whole message, to be sent again or struck off.

>>> for row in app.failures.list():  # doctest: +SKIP
...     print(row.id, row.name, row.error)
>>> app.failures.retry(row.id)  # doctest: +SKIP

It has what tasks raised and what died in a queue alike, for 14 days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from celeriac import clock, states
from celeriac.backend.base import FAILURE_EXPIRES
from celeriac.conclusion import those_waiting
from celeriac.dead_letters import id_in
from celeriac.exceptions import ChordError
from celeriac.message import Message
from celeriac.publish import publish
from celeriac.result import AsyncResult
from celeriac.row import Row
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Failures"]


class Failures:
    """What `app.failures` is."""

    def __init__(self, app: Celeriac) -> None:
        self.app = app

    def list(self, since: date | None = None, until: date | None = None) -> Iterator[Row]:
        """The failures from one day to another (UTC, both included), newest first; by default all that are kept.

        One that was sent again stays, as PENDING, until it has an outcome. A query for each day, and for each page.
        """
        today = clock.now().date()
        oldest = max(since or date.min, today - FAILURE_EXPIRES)
        day = min(until or today, today)
        while day >= oldest:
            yield from self.app.services.backend.failures(day)
            day -= timedelta(days=1)

    def retry(self, task_id: str) -> AsyncResult:
        """Send a failure's message again, to the queue where it failed; returns the handle on its result.

        It is one attempt more, with all that follows an outcome: what failed with it, later in a chain or as the body
        of a chord, waits again. Raises ValueError for a task that has not failed, and QueueNotFound, PublishError.
        After an error it may be called again; then it sends the same. A DynamoDB write or two, and an SQS request.
        """
        row = self._failure(task_id)
        if row.message is None:
            raise ValueError(f"task {task_id} was never sent: retry the task before it, {row.parent_id}")
        if loads(row.error or "{}").get("exc_type") == ChordError.__name__:
            raise ValueError(f"task {task_id} waits for the members of a chord: retry those that failed")
        text = loads(row.message)
        if isinstance(text, str):
            self._send_text(row, text)
        else:
            self._send(row, Message.from_fields(text))
        return self.app.AsyncResult(task_id)

    def drop(self, task_id: str) -> None:
        """Strike a failure off the list; its row goes on to say FAILURE, without the message, until it expires.

        Raises ValueError for a task that has not failed.
        """
        row = self._failure(task_id)
        struck = row.replace(state=states.FAILURE, message=None, done_at=None)
        if not self.app.services.backend.amend(struck, was=row):
            raise _has_not_failed(task_id)

    def _failure(self, task_id: str) -> Row:
        row = self.app.services.backend.get(task_id)
        if row is None or row.listing is None or row.state not in {states.FAILURE, states.PENDING}:
            raise _has_not_failed(task_id)
        return row

    def _send(self, row: Row, message: Message) -> None:
        broker, backend = self.app.services.broker, self.app.services.backend
        message = message.replace(queue=row.queue or message.queue or self.app.queue_of(message.task))
        broker.require(message.queue)
        if row.state == states.FAILURE:
            # One attempt more: copies of the one that failed are then stale, and a FIFO queue does not take it for one.
            message = message.replace(retries=row.attempt + 1)
            again = row.replace(state=states.PENDING, attempt=message.retries, message=message.dumps())
            if not backend.amend(again, was=row):
                raise _has_not_failed(row.id)
        # Before the message is sent, and again if that went wrong: each is there to be sent by what it waits for.
        for task_id in those_waiting(self.app, message):
            waiting = backend.get(task_id)
            if waiting is not None and waiting.state == states.FAILURE:
                backend.forget(task_id)
        publish(self.app, [message])

    def _send_text(self, row: Row, text: str) -> None:
        """Send a text that no worker could read: a newer one may."""
        broker, backend = self.app.services.broker, self.app.services.backend
        queue = row.queue or self.app.main
        broker.require(queue)
        if not backend.amend(row.replace(state=states.PENDING), was=row):
            raise _has_not_failed(row.id)
        broker.send_text(queue, row.id, text)
        if id_in(text) != row.id:
            backend.forget(row.id)  # it was filed under the id that SQS gave it, and comes back under another


def _has_not_failed(task_id: str) -> ValueError:
    return ValueError(f"task {task_id} is not among the failures: it has not failed, was dropped, or is done")
