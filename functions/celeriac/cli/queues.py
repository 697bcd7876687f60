"""`purge`, `pause`, `resume` and `redrive`."""

from __future__ import annotations

from typing import Annotated

import typer

from celeriac.cli import values
from celeriac.cli.command import command
from celeriac.cli.session import Session

__all__ = ["group", "pause", "purge", "redrive", "resume"]

group = typer.Typer()

Queues = Annotated[list[str], typer.Argument(help="Queues, such as thumbnail or thumbnail.bulk.")]


@command(group)
def purge(
    session: Session,
    force: Annotated[bool, typer.Option("--force", "-f", help="Do not ask.")] = False,
    queues: Annotated[str | None, typer.Option("--queues", "-Q", help="These queues, with commas between.")] = None,
    exclude_queues: Annotated[str | None, typer.Option("--exclude-queues", "-X", help="All but these.")] = None,
) -> None:
    """Delete what waits in the queues, of all workers unless some are named. There is no way back."""
    broker = session.app.services.broker
    chosen = sorted({*(values.names(queues) or broker.queues)} - {*values.names(exclude_queues)})
    for name in (*chosen, *values.names(exclude_queues)):
        broker.require(name)
    if not force and chosen:
        typer.confirm(f"This deletes every message of {', '.join(chosen)}, for good. Go on?", abort=True, err=True)
    purged = {}
    with session.progress("purging", len(chosen)) as advance:
        for done, name in enumerate(chosen, start=1):
            purged[name] = session.app.control.purge(queues=[name])
            advance(done)
    if session.as_json:
        session.answer({"purged": purged})
        return
    number = sum(purged.values())
    told = f"Purged {_counted(number, 'message')}" if number else "No messages purged"
    session.say(f"{told} from {_counted(len(chosen), 'queue')}.")


@command(group)
def pause(session: Session, queues: Queues) -> None:
    """Have no worker read these queues until `resume`; what runs goes on, what comes waits."""
    _switch(session, queues, paused=True)


@command(group)
def resume(session: Session, queues: Queues) -> None:
    """Have the workers read these queues again."""
    _switch(session, queues, paused=False)


@command(group)
def redrive(session: Session, queues: Queues) -> None:
    """Send the dead letters of these queues to them again; `failures retry` is for tasks that failed."""
    moved = {}
    for state in session.app.operations.queues(queues):
        with session.progress(f"redriving {state.name}", state.dead or 1) as advance:
            moved[state.name] = session.app.operations.redrive(state.name, advance)
    if session.as_json:
        session.answer({"moved": moved})
        return
    for name, number in moved.items():
        session.say(f"{name}: {_counted(number, 'message')} moved")


def _switch(session: Session, queues: list[str], *, paused: bool) -> None:
    operations = session.app.operations
    for queue in queues:
        session.app.services.broker.require(queue)
    for queue in queues:
        if paused:
            operations.pause(queue)
        else:
            operations.resume(queue)
    if session.as_json:
        session.answer({queue: {"paused": paused} for queue in queues})
        return
    for queue in queues:
        session.mention(f"{queue} is {'paused' if paused else 'read again'}")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
