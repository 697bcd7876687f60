"""`revoke`."""

from __future__ import annotations

from typing import Annotated

import typer

from celeriac.cli import values
from celeriac.cli.command import command
from celeriac.cli.session import Session

__all__ = ["group", "revoke"]

group = typer.Typer()


@command(group)
def revoke(
    session: Session,
    task_ids: Annotated[list[str], typer.Argument(help="The ids of tasks.")],
    terminate: Annotated[
        bool, typer.Option("--terminate", "-T", help="End it, too, if it runs, when it next tells of itself.")
    ] = False,
) -> None:
    """Have tasks not begin."""
    task_ids = [values.task_id(task_id) for task_id in task_ids]
    with session.progress("revoking", len(task_ids)) as advance:
        for done, task_id in enumerate(task_ids, start=1):
            session.app.control.revoke(task_id, terminate=terminate)
            advance(done)
    if session.as_json:
        session.answer({"revoked": task_ids, "terminate": terminate})
        return
    for task_id in task_ids:
        session.mention(f"task {task_id} is {'to be terminated' if terminate else 'revoked'}")
