"""Handles on results: what became of a task, from anywhere that may read the table.

Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from celeriac import states
from celeriac.exceptions import TimeoutError
from celeriac.result.base import ResultBase
from celeriac.result.family import Family
from celeriac.result.meta import Meta
from celeriac.result.waiting import assert_will_not_block
from celeriac.row import Row

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.result.backend import ResultBackend

__all__ = ["AsyncResult", "look_together"]

FIRST_INTERVAL_S = 0.05
"""The first look comes soon, each later one half again as late, up to `interval`."""


class AsyncResult(Meta, Family, ResultBase):
    """The result of one task, by its id.

    Each look at an unfinished task is one DynamoDB read; what is finished is kept. An id that nobody sent is PENDING
    for ever, as in Celery.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - Celery's name
        backend: Any = None,  # noqa: ARG002 - the app's
        task_name: str | None = None,
        app: Celeriac | None = None,
        parent: Any = None,
    ) -> None:
        from celeriac.app import current_app  # an app imports the results

        if id is None:
            raise ValueError("a result has the id of its task, not None")
        self.id, self.app, self.parent = id, app or current_app(), parent
        self.ignored = False
        """The task was sent with `ignore_result`: there is nothing to wait for."""
        self._name = task_name
        self._row: Row | None = None
        self._is_filled = False

    @property
    def task_id(self) -> str:
        """The same as `id`."""
        return self.id

    @property
    def backend(self) -> ResultBackend:
        """What is known of tasks by their ids: the app's `backend`."""
        return self.app.backend

    @property
    def is_known_ready(self) -> bool:
        return self._row is not None and self._row.ready

    def get(
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        no_ack: bool = True,  # noqa: ARG002 - of AMQP
        follow_parents: bool = True,
        callback: Callable[[str, Any], Any] | None = None,
        on_message: Any = None,  # noqa: ARG002 - of AMQP
        on_interval: Callable[[], Any] | None = None,
        disable_sync_subtasks: bool = True,
    ) -> Any:
        """Wait for the result; `timeout` and `interval` (between two looks, at the most) are seconds.

        `on_interval()` is called before each pause, `callback(id, value)` at the end. Raises the task's own exception,
        or that of the first task before it that failed (with `follow_parents`), unless `propagate` is False;
        TimeoutError when the time is over; and RuntimeError inside a task, where waiting for another one invites a
        deadlock.
        """
        if disable_sync_subtasks:
            assert_will_not_block()
        if self.ignored:
            return None
        self._wait(timeout, interval, on_interval)
        return self._value(propagate, callback, follow_parents=follow_parents)

    wait = get

    def maybe_throw(self, propagate: bool = True, callback: Callable[[str, Any], Any] | None = None) -> Any:
        """Raise the task's exception if it ended with one; `callback(id, value)` is called before."""
        return self._value(propagate, callback, follow_parents=True)

    maybe_reraise = maybe_throw

    def _value(self, propagate: bool, callback: Callable[[str, Any], Any] | None, *, follow_parents: bool) -> Any:
        value = self.result
        if callback is not None:
            callback(self.id, value)
        if propagate and self.state in states.PROPAGATE_STATES:
            for parent in reversed([*self._parents()] if follow_parents else []):
                parent.maybe_throw()  # a member's own error, not the ChordError that it led to
            raise value
        return value

    def forget(self) -> None:
        """Delete the result, and those of the tasks before it."""
        self._row = None
        if self.parent is not None:
            self.parent.forget()
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

    def as_list(self) -> list[Any]:
        """The ids of this result and its parents."""
        return [self.id, *(self.parent.as_list() if self.parent else ())]

    def _parents(self) -> Iterator[Any]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def _look(self, *, filled: bool = False) -> Row | None:
        if not self.is_known_ready:
            self.see(self.app.services.backend.get(self.id), filled=True)
        elif filled and self._row is not None and not self._is_filled:
            self.see(self.app.services.backend.filled(self._row), filled=True)
        return self._row and self._row.seen

    def see(self, row: Row | None, *, filled: bool) -> None:
        """Take note of the task's row; unless `filled`, its long JSON may still be in S3."""
        self._row, self._is_filled = row, filled
        self._call_back()

    def _wait(self, timeout: float | None, interval: float, on_interval: Callable[[], Any] | None = None) -> None:
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        pause_s = min(FIRST_INTERVAL_S, interval)
        while not self.ready():
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise TimeoutError(f"task {self.id} was not ready after {timeout} s")
            if on_interval is not None:
                on_interval()
            time.sleep(min(pause_s, left_s))
            pause_s = min(interval, pause_s * 1.5)

    def __copy__(self) -> AsyncResult:
        return type(self)(self.id, task_name=self._name, app=self.app, parent=self.parent)

    def __reduce__(self) -> Any:
        return type(self), (self.id, None, self._name, None, self.parent)

    def __str__(self) -> str:
        return self.id

    def _get_task_meta(self) -> dict[str, Any]:
        """What is known of the task, under Celery's names; some code bases ask for it."""
        meta: dict[str, Any] = self.app.backend.get_task_meta(self.id)
        return meta

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.id}>"

    def __eq__(self, other: object) -> bool:
        return other == self.id if isinstance(other, str) else isinstance(other, AsyncResult) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)


def look_together(results: Iterable[Any]) -> None:
    """Look at the tasks among some handles that are not known to be finished, in as few requests as can be."""
    unknown = {result.id: result for result in results if isinstance(result, AsyncResult) and not result.is_known_ready}
    if len(unknown) > 1:
        rows = next(iter(unknown.values())).app.services.backend.get_many(unknown)
        for task_id, row in rows.items():
            unknown[task_id].see(row, filled=False)
