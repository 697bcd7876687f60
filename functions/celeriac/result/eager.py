"""The result of a task that has run here and now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celeriac import states
from celeriac.exceptions import TaskRevokedError
from celeriac.result.async_result import AsyncResult

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["EagerResult"]


class EagerResult(AsyncResult):
    """What `Task.apply` returns: the outcome of a task that has run already. Nothing is read.

    Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html#celery.result.EagerResult
    """

    result: Any = None
    info: Any = None
    state: str = ""
    status: str = ""
    traceback: str | None = None
    name: str | None = None
    children: Any = None

    def __init__(
        self,
        id: str,  # noqa: A002 - Celery's name
        ret_value: Any,
        state: str,
        traceback: str | None = None,
        name: str | None = None,
        app: Celeriac | None = None,
    ) -> None:
        self.id, self.app, self.ignored, self.parent = id, app, False, None  # type: ignore[assignment]  # no app: nothing is read
        self.traceback, self.name = traceback, name
        self._end(ret_value, state)

    def _end(self, value: Any, state: str) -> None:
        self.result = self.info = value
        self.state = self.status = state

    @property
    def is_known_ready(self) -> bool:
        return True

    def get(self, timeout: float | None = None, propagate: bool = True, *_more: Any, **_ignored: Any) -> Any:  # noqa: ARG002 - it is there
        """The return value, at once; raises the task's exception unless `propagate` is False."""
        return self.maybe_throw(propagate)

    wait = get

    def ready(self) -> bool:
        """Always: it has run."""
        return True

    def exists(self) -> bool:
        """Always."""
        return True

    def forget(self) -> None:
        """Nothing is kept."""

    def revoke(self, *_args: Any, **_options: Any) -> None:
        """Say that the task was revoked; what it did, it did."""
        self._end(TaskRevokedError("revoked"), states.REVOKED)
        self.traceback = None

    def __copy__(self) -> EagerResult:
        return EagerResult(self.id, self.result, self.state, self.traceback, self.name, self.app)

    def __reduce__(self) -> Any:
        return EagerResult, (self.id, self.result, self.state, self.traceback, self.name)
