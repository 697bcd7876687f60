"""`inspect`: `app.control.inspect()` on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from celeriac.cli import values
from celeriac.cli.command import command
from celeriac.cli.exits import UNAVAILABLE
from celeriac.cli.session import Session
from celeriac.cli.text import as_json

__all__ = ["Question", "group", "inspect"]

group = typer.Typer()


class Question(StrEnum):
    """What can be asked."""

    active = "active"
    active_queues = "active_queues"
    conf = "conf"
    ping = "ping"
    query_task = "query_task"
    registered = "registered"
    report = "report"
    reserved = "reserved"
    revoked = "revoked"
    scheduled = "scheduled"
    stats = "stats"


TAKES_ARGUMENTS = {Question.query_task, Question.registered}


@command(group)
def inspect(
    session: Session,
    question: Annotated[Question, typer.Argument(metavar="COMMAND", help="|".join(Question))],
    arguments: Annotated[list[str] | None, typer.Argument(help="Ids of query_task, options of registered.")] = None,
    destination: Annotated[
        str | None, typer.Option("--destination", "-d", help="Ask these workers, with commas between.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", "-t", help="Celery's; AWS answers.", hidden=True)] = 1.0,
) -> None:
    """Ask the workers what they are and do; ends with 69 if none answers."""
    if arguments and question not in TAKES_ARGUMENTS:
        raise typer.BadParameter(f"{question} takes no arguments")
    asked = session.app.control.inspect(destination=values.names(destination) or None, timeout=timeout)
    replies = getattr(asked, str(question))(*(arguments or ()))
    if not replies:
        session.complain("no worker answered: none of that name, or none that has run since it was deployed")
        raise typer.Exit(UNAVAILABLE)
    if session.as_json:
        session.answer({node: _plain(reply) for node, reply in replies.items()})
        return
    for node, reply in replies.items():
        session.say(f"->  {node}: OK")
        session.say("\n".join(f"    {line}" for line in _lines(reply)))
    session.mention(f"\n{len(replies)} {'node' if len(replies) == 1 else 'nodes'} online.")


def _lines(reply: Any) -> list[str]:
    """A reply as Celery prints it: a list by its items, "ok" by what is said."""
    if isinstance(reply, Mapping):
        return str(reply["ok"]).strip().splitlines() if "ok" in reply else as_json(_plain(reply)).splitlines()
    if not reply:
        return ["- empty -"]
    return [f"* {item if isinstance(item, str) else as_json(item)}" for item in reply]


def _plain(reply: Any) -> Any:
    return list(reply) if isinstance(reply, Sequence) and not isinstance(reply, str) else reply
