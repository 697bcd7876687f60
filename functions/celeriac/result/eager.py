"""The result of a task that has run here and now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celeriac import states
from celeriac.result.async_result import ResultBase

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["EagerResult"]


class EagerResult(ResultBase):
    """What `Task.apply` returns: the outcome of a task that has run already.

    Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html#celery.result.EagerResult
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - Celery's name
        ret_value: Any,
        state: str,
        traceback: str | None = None,
        name: str | None = None,
        app: Celeriac | None = None,
    ) -> None:
        self.id = self.task_id = id
        self.result = self.info = ret_value
        self.state = self.status = state
        self.traceback, self.name, self.app = traceback, name, app
        self.parent: Any = None
        self.children: list[Any] = []

    def get(self, timeout: float | None = None, propagate: bool = True, **_ignored: Any) -> Any:  # noqa: ARG002
        """The return value, at once; raises the task's exception unless `propagate` is False."""
        return self.maybe_throw(propagate)

    wait = get

    def maybe_throw(self, propagate: bool = True, callback: Any = None) -> Any:
        """Raise the task's exception if it ended with one."""
        if callback is not None:
            callback(self.id, self.result)
        if propagate and self.state in states.PROPAGATE_STATES:
            raise self.result
        return self.result

    def ready(self) -> bool:
        """Always: it has run."""
        return True

    def successful(self) -> bool:
        """Whether the task has succeeded."""
        return self.state == states.SUCCESS

    def failed(self) -> bool:
        """Whether the task has failed."""
        return self.state == states.FAILURE

    def forget(self) -> None:
        """Nothing is kept."""

    def __repr__(self) -> str:
        return f"<EagerResult: {self.id}>"
