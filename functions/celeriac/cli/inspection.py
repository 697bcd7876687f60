"""`inspect`: `app.control.inspect()` on the command line.

Source: https://docs.celeryq.dev/en/stable/reference/cli.html#celery-inspect
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from celeriac.cli import values
from celeriac.cli.command import command
from celeriac.cli.remote import listing, name_of, refused, say_replies
from celeriac.cli.session import Session

__all__ = ["QUESTIONS", "group", "inspect"]

group = typer.Typer()

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "active": ("", "The tasks that run, of those with track_started."),
    "active_queues": ("", "The queues of each worker."),
    "conf": ("[with_defaults]", "Its settings; with_defaults for all of Celery's."),
    "ping": ("", "Whether it has its queue."),
    "query_task": ("[ID...]", "Where these tasks are."),
    "registered": ("[ATTRIBUTE...]", "Its tasks, with these attributes."),
    "report": ("", "What it runs on."),
    "reserved": ("", "What waits to be run."),
    "revoked": ("", "The ids that are revoked and have not come to a worker yet."),
    "scheduled": ("", "What is not due yet."),
    "stats": ("", "How large it is, and how much it has to do."),
}
"""What can be asked, with the arguments that it takes."""

_TRUE = {"1", "true", "t", "yes", "y", "on", "with_defaults"}
_TOLD = {f"{name} {takes}".rstrip(): says for name, (takes, says) in QUESTIONS.items()}


@command(group)
def inspect(
    session: Session,
    question: Annotated[str, name_of(QUESTIONS)],
    arguments: Annotated[list[str] | None, typer.Argument(help="What the command takes; see --list.")] = None,
    destination: Annotated[
        str | None, typer.Option("--destination", "-d", help="Ask these workers, with commas between.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", "-t", help="Celery's; AWS answers.", hidden=True)] = 1.0,
    _list: Annotated[bool, listing("inspect", _TOLD)] = False,
) -> None:
    """Ask the workers what they are and do; ends with 69 if none answers."""
    if question not in QUESTIONS:
        refused("inspect", question, QUESTIONS)
    words = tuple(arguments or ())
    takes, _ = QUESTIONS[question]
    if words and not takes:
        raise typer.BadParameter(f"{question} takes no arguments")
    asked = session.app.control.inspect(destination=values.names(destination) or None, timeout=timeout)
    given = (words[0].lower() in _TRUE,) if question == "conf" and words else words
    say_replies(session, getattr(asked, question)(*given))
