"""Handles on results: what became of a task, from anywhere that may read the table.

Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from celeriac import context, states
from celeriac.exceptions import TaskRevokedError, TimeoutError
from celeriac.failure import exception_of
from celeriac.row import Row
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.result.backend import ResultBackend

__all__ = ["AsyncResult", "ResultBase", "put_under", "top_of", "traceback_of", "value_of"]

FIRST_INTERVAL_S = 0.05
"""The first look comes soon, each later one half again as late, up to `interval`."""


class ResultBase:
    """The base of all handles on results."""


class AsyncResult(ResultBase):
    """The result of one task, by its id.

    Each look at an unfinished task is one DynamoDB read; what is finished is kept. An id that nobody sent is PENDING
    for ever, as in Celery.
    """

    def __init__(self, id: str, app: Celeriac | None = None, parent: AsyncResult | None = None) -> None:  # noqa: A002
        from celeriac.app import current_app  # an app imports the results

        self.id, self.app, self.parent = id, app or current_app(), parent
        self.ignored = False
        """The task was sent with `ignore_result`: there is nothing to wait for."""
        self._row: Row | None = None

    @property
    def task_id(self) -> str:
        """The same as `id`."""
        return self.id

    @property
    def state(self) -> str:
        """PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, or a state of the task's own."""
        row = self._look()
        return row.state if row else states.PENDING

    status = state

    @property
    def result(self) -> Any:
        """The return value; the exception of a FAILURE, a RETRY or a REVOKED; the `meta` of a custom state; or None."""
        row = self._look()
        return value_of(row) if row else None

    info = result

    @property
    def traceback(self) -> str | None:
        """The traceback of what was raised, as text."""
        row = self._look()
        return traceback_of(row) if row else None

    @property
    def children(self) -> list[AsyncResult]:
        """The tasks that this task sent."""
        row = self._look()
        return [self.app.AsyncResult(child) for child in row.children] if row else []

    def ready(self) -> bool:
        """Whether the task is finished."""
        return self.state in states.READY_STATES

    def successful(self) -> bool:
        """Whether the task has succeeded."""
        return self.state == states.SUCCESS

    def failed(self) -> bool:
        """Whether the task has failed."""
        return self.state == states.FAILURE

    def get(
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        callback: Callable[[str, Any], Any] | None = None,
        disable_sync_subtasks: bool = True,
        **_ignored: Any,
    ) -> Any:
        """Wait for the result; `timeout` and `interval` (between two looks, at the most) are seconds.

        Raises the task's own exception unless `propagate` is False, TimeoutError when the time is over, and
        RuntimeError inside a task, where waiting for another one invites a deadlock.
        """
        if disable_sync_subtasks:
            context.forbid_waiting()
        if self.ignored:
            return None
        self._wait(timeout, interval)
        return self.maybe_throw(propagate, callback)

    wait = get

    def maybe_throw(self, propagate: bool = True, callback: Callable[[str, Any], Any] | None = None) -> Any:
        """Raise the task's exception if it ended with one; `callback(id, value)` is called before."""
        value = self.result
        if callback is not None:
            callback(self.id, value)
        if propagate and self.state in states.PROPAGATE_STATES:
            self._raise_of_parents()
            raise value
        return value

    @property
    def backend(self) -> ResultBackend:
        """What is known of tasks by their ids: the app's `backend`."""
        return self.app.backend

    def forget(self) -> None:
        """Delete the result."""
        self._row = None
        self.app.services.backend.forget(self.id)

    def revoke(self, terminate: bool = False, wait: bool = False, timeout: float | None = None, **options: Any) -> None:
        """Have the task not begin; with `terminate` end it when it next tells of itself.

        With `wait`, return when the task is seen to be finished; raises TimeoutError after `timeout` seconds.
        Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#revoke-revoking-tasks
        """
        self.app.control.revoke(self.id, terminate=terminate, **options)
        if wait:
            self._wait(timeout, interval=0.5)

    def revoke_by_stamped_headers(
        self,
        headers: Any,
        terminate: bool = False,
        wait: bool = False,
        timeout: float | None = None,
        **options: Any,
    ) -> None:
        """Have no task begin that has one of these values in its stamps, as `app.control` does; then wait for this one.

        Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#revoke-by-stamped-headers-revoking-tasks-by-their-stamped-headers
        """
        self.app.control.revoke_by_stamped_headers(headers, terminate=terminate, **options)
        if wait:
            self._wait(timeout, interval=0.5)

    def as_tuple(self) -> tuple[Any, None]:
        """The ids of this result and its parents, which `result_from_tuple` understands."""
        return (self.id, self.parent and self.parent.as_tuple()), None

    def _raise_of_parents(self) -> None:
        """Raise what was raised first on the way here: the member's own error, not the ChordError that it led to."""
        parents: list[Any] = []
        while (parent := (parents[-1] if parents else self).parent) is not None:
            parents.append(parent)
        for parent in reversed(parents):
            parent.maybe_throw()

    def _look(self) -> Row | None:
        if self._row is None or not self._row.ready:
            self._row = self.app.services.backend.get(self.id)
        return self._row and self._row.seen

    def _wait(self, timeout: float | None, interval: float) -> None:
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        pause_s = min(FIRST_INTERVAL_S, interval)
        while not self.ready():
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise TimeoutError(f"task {self.id} was not ready after {timeout} s")
            time.sleep(min(pause_s, left_s))
            pause_s = min(interval, pause_s * 1.5)

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return f"<AsyncResult: {self.id}>"

    def __eq__(self, other: object) -> bool:
        return other == self.id if isinstance(other, str) else isinstance(other, AsyncResult) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)


def put_under(result: Any, parent: Any) -> Any:
    """Make one handle the first ancestor of another; returns the latter."""
    top_of(result).parent = parent
    return result


def top_of(result: Any) -> Any:
    """The first ancestor of a handle, which may be that itself."""
    while result.parent is not None:
        result = result.parent
    return result


def value_of(row: Row) -> Any:
    """What a row says that its task returned, raised, or told on its way."""
    if row.state in states.EXCEPTION_STATES:
        return exception_of(loads(row.error)) if row.error else TaskRevokedError("revoked")
    return loads(row.result or row.meta or "null")


def traceback_of(row: Row) -> str | None:
    """The traceback of what a task raised, as text."""
    traceback: str | None = loads(row.error).get("traceback") if row.error else None
    return traceback
