"""`app.control`: orders to all workers.

Source: https://docs.celeryq.dev/en/stable/reference/celery.app.control.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from celeriac import marks
from celeriac.control.nodes import chosen, nodes_of
from celeriac.control.not_here import NOT_HERE
from celeriac.exceptions import NotSupported

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Control"]

Replies = list[dict[str, Any]] | None


class Control:
    """Orders to the workers of this process' deployment.

    Where Celery's workers answer, the answer is made here, of what the order has done: with `reply=True` each of the
    workers (`destination` names some) stands in it as `{worker: {"ok": …}}`.
    """

    def __init__(self, app: Celeriac) -> None:
        self.app = app

    def revoke(
        self,
        task_id: str | Iterable[str],
        destination: Sequence[str] | str | None = None,
        terminate: bool = False,
        signal: str = "SIGTERM",  # noqa: ARG002 - Celery's argument
        reply: bool = False,
        **_ignored: Any,
    ) -> Replies:
        """Have tasks not begin, retries included; an id that nobody sent yet is no error.

        A task that runs goes on. With `terminate` it is ended when it next calls `update_state`, by a Terminated that
        is raised there, or when it looks at `is_aborted`; a process in Lambda cannot be signalled, so `signal` has no
        meaning. One or two DynamoDB writes for each task.
        Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#revoke-revoking-tasks
        """
        ids = [task_id] if isinstance(task_id, str) else list(task_id)
        for item in ids:
            self.app.services.backend.mark(item, marks.TERMINATE if terminate else marks.REVOKE)
        told = f"terminate: {', '.join(ids)}" if terminate else f"tasks {set(ids) or {}} flagged as revoked"
        return self._replies(reply, destination, told)

    def terminate(
        self, task_id: str | Iterable[str], destination: Sequence[str] | str | None = None, **options: Any
    ) -> Replies:
        """As `revoke(task_id, terminate=True)`."""
        return self.revoke(task_id, destination, terminate=True, **options)

    def _replies(self, reply: bool, destination: Sequence[str] | str | None, told: str) -> Replies:
        return [{node: {"ok": told}} for node in chosen(nodes_of(self.app), destination)] if reply else None

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        if name not in NOT_HERE:
            raise AttributeError(f"app.control has no {name!r}")

        def refuse(*_args: Any, **_options: Any) -> NoReturn:
            raise NotSupported(f"{name}: {NOT_HERE[name]}")

        return refuse
