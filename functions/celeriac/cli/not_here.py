"""Commands of Celery's that are for processes and brokers which are not here, each with what there is instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import typer
from typer.core import TyperGroup

__all__ = ["NOT_HERE", "Commands", "refused_with"]

_START = "no process is started: `cdk deploy` makes the workers, and Lambda runs them"
NOT_HERE: Mapping[str, str] = {
    "amqp": "there is no AMQP; `celeriac status` shows the queues",
    "beat": "EventBridge Scheduler keeps the time; see `celeriac schedules list`",
    "graph": "it draws a worker's start-up, and no process starts",
    "list": "SQS has no bindings; `celeriac inspect active_queues` shows the queues",
    "logtool": "CloudWatch Logs Insights reads JSON lines; see `celeriac events`, too",
    "migrate": "messages of Celery's are not read here; let its workers end what waits in its broker",
    "multi": _START,
    "report": "`celeriac inspect report` says what each worker runs on",
    "shell": "`python -i` with your app's module does the same",
    "upgrade": "the names of settings are checked when they are read, the old ones among them",
    "worker": _START,
}


def refused_with(reason: str) -> Callable[[str | None], None]:
    """The callback of an option of Celery's that means nothing here: it says why."""

    def refuse(given: str | None) -> None:
        if given is not None:
            raise typer.BadParameter(reason)

    return refuse


class Commands(TyperGroup):
    """The commands; one of Celery's that is not among them is refused with the reason."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name."""
        if cmd_name in NOT_HERE:
            ctx.fail(f"celery {cmd_name}: {NOT_HERE[cmd_name]}")
        return super().get_command(ctx, cmd_name)
