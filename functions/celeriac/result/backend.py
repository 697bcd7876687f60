"""`app.backend`: what Celery's code asks a result backend by a task's id, answered by the result table.

Source: https://docs.celeryq.dev/en/stable/reference/celery.backends.base.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celeriac import states
from celeriac.declaring import store
from celeriac.result.async_result import AsyncResult
from celeriac.result.family import children_of
from celeriac.result.meta import traceback_of, value_of

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["ResultBackend"]


class ResultBackend:
    """The results of all tasks; each call is one request to DynamoDB, and `store_result` two."""

    supports_native_join = True

    def __init__(self, app: Celeriac) -> None:
        self.app = app

    def get_task_meta(self, task_id: str, cache: bool = True) -> dict[str, Any]:  # noqa: ARG002 - Celery's argument
        """What is known of a task: its `status`, `result`, `traceback`, `children` and `date_done`.

        A success whose result was ignored is PENDING, as in Celery, even where a row is kept of it.
        """
        standing = self.app.services.backend.get(task_id)
        row = standing and standing.seen
        if row is None or (row.state == states.SUCCESS and row.result is None):
            return {"task_id": task_id, "status": states.PENDING, "result": None, "traceback": None, "children": []}
        return {
            "task_id": task_id,
            "status": row.state,
            "result": value_of(row),
            "traceback": traceback_of(row),
            "children": children_of(row.children, self.app),
            "date_done": row.done_at,
            "name": row.name,
            "queue": row.queue,
            "retries": row.attempted,
            "parent_id": row.parent_id,
        }

    def get_state(self, task_id: str) -> str:
        """The state of a task."""
        return str(self.get_task_meta(task_id)["status"])

    get_status = get_state

    def get_result(self, task_id: str) -> Any:
        """What a task returned or raised, or None."""
        return self.get_task_meta(task_id)["result"]

    def get_traceback(self, task_id: str) -> str | None:
        """The traceback of what a task raised, or None."""
        traceback: str | None = self.get_task_meta(task_id)["traceback"]
        return traceback

    def get_children(self, task_id: str) -> list[AsyncResult]:
        """The tasks that a task has sent."""
        children: list[AsyncResult] = self.get_task_meta(task_id)["children"]
        return children

    def store_result(self, task_id: str, result: Any, state: str, *_args: Any, **_ignored: Any) -> Any:
        """Record a state of a task, an outcome included, unless it has one; returns the result.

        Nothing follows from an outcome that is stored for a task which no worker has: its callbacks are not called.
        """
        store(self.app, task_id, state, result)
        return result

    def mark_as_started(self, task_id: str, **meta: Any) -> Any:
        """Record that a task has begun."""
        return self.store_result(task_id, meta, states.STARTED)

    def mark_as_done(self, task_id: str, result: Any, **_ignored: Any) -> None:
        """Record a task's success."""
        self.store_result(task_id, result, states.SUCCESS)

    def mark_as_failure(self, task_id: str, exc: BaseException, **_ignored: Any) -> None:
        """Record a task's failure."""
        self.store_result(task_id, exc, states.FAILURE)

    def forget(self, task_id: str) -> None:
        """Delete a task's result."""
        self.app.services.backend.forget(task_id)

    def ensure_chords_allowed(self) -> None:
        """They are."""

    def as_uri(self, include_password: bool = False) -> str:  # noqa: ARG002 - Celery's argument
        """What kind of backend it is."""
        return "dynamodb://"
