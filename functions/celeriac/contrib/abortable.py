"""Tasks that can be asked to stop, and look from time to time whether they were.

Source: https://docs.celeryq.dev/en/stable/reference/celery.contrib.abortable.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from celeriac import marks
from celeriac.result import AsyncResult
from celeriac.row import ABORTED
from celeriac.task import Task

__all__ = ["ABORTED", "AbortableAsyncResult", "AbortableTask"]

_ASKED = frozenset({marks.ABORT, marks.TERMINATE})


class AbortableAsyncResult(AsyncResult):
    """The result of a task that can be asked to stop."""

    def abort(self) -> None:
        """Ask the task to stop; its state is ABORTED until it has ended. It may not heed it, or end before."""
        self.app.services.backend.mark(self.id, marks.ABORT)

    def is_aborted(self) -> bool:
        """Whether the task was asked to stop, or is terminated, and has not ended; one read."""
        row = self.app.services.backend.get(self.id)
        return row is not None and not row.ready and (row.mark in _ASKED or row.state == ABORTED)


class AbortableTask(Task):
    """The base of a task that calls `is_aborted` now and then, and returns if it says so.

    >>> @app.task(bind=True, base=AbortableTask)
    ... def grind(self): ...
    """

    abstract = True

    def is_aborted(self, task_id: str | None = None) -> bool:
        """Whether the running task, or another one of this kind, was asked to stop; one read of the table."""
        wanted = task_id or self.request.id
        return wanted is not None and self.AsyncResult(wanted).is_aborted()

    def apply_async(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Send the task; its result can `abort` it."""
        result = super().apply_async(args, kwargs, **options)
        return self.AsyncResult(result.id) if type(result) is AsyncResult else result

    def AsyncResult(self, task_id: str, **_options: Any) -> AbortableAsyncResult:  # noqa: N802 - Celery's name
        """A handle on the result of a call of this task."""
        return AbortableAsyncResult(task_id, app=self.app)
