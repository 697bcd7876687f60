"""What `inspect` and `control` have in common: Celery's listing of commands, and how it prints what workers reply."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NoReturn

import typer

from celeriac.cli.exits import UNAVAILABLE
from celeriac.cli.session import Session
from celeriac.cli.text import as_json
from celeriac.control.answers import Waiting
from celeriac.control.not_here import NOT_HERE
from celeriac.exceptions import NotSupported

__all__ = ["listing", "name_of", "refused", "say_replies"]


def name_of(commands: Mapping[str, Any]) -> Any:
    """The argument that names one of the commands, completed by the shell."""
    return typer.Argument(metavar="COMMAND", help="|".join(commands), autocompletion=lambda: [*commands])


def listing(kind: str, told: Mapping[str, str]) -> Any:
    """The option `--list`, which prints the commands, with their arguments and what each does, and ends."""

    def show(wanted: bool) -> None:
        if wanted:
            wide = max(map(len, told))
            print(
                f"{kind.capitalize()} Commands:",
                *(f"  {name:<{wide}}  {does}" for name, does in told.items()),
                sep="\n",
            )
            raise typer.Exit

    return typer.Option("--list", callback=show, is_eager=True, help=f"List available {kind} commands and exit.")


def refused(kind: str, name: str, known: Collection[str]) -> NoReturn:
    """Refuse a command: with the reason for one of Celery's that means nothing here, or as one that nobody has."""
    if name in NOT_HERE:
        raise NotSupported(f"{name}: {NOT_HERE[name]}")
    raise typer.BadParameter(f"Command {name} not recognized. Available {kind} commands: {', '.join(known)}")


def say_replies(session: Session, replies: Mapping[str, Any] | None) -> None:
    """Print a reply for each worker, as Celery does; ends with 69 if there is none."""
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
    known, number = (reply.known, reply.number) if isinstance(reply, Waiting) else (reply, 0)
    items = [f"* {item if isinstance(item, str) else as_json(item, indent=None)}" for item in known]
    return [*items, f"* {number} of which a queue tells no more"] if number else items


def _plain(reply: Any) -> Any:
    return list(reply) if isinstance(reply, Sequence) and not isinstance(reply, str) else reply
