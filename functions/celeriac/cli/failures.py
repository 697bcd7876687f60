"""`failures`: what failed, to be looked at, sent again or struck off."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from celeriac.cli import values
from celeriac.cli.command import command
from celeriac.cli.exits import FAILED
from celeriac.cli.session import Session
from celeriac.exceptions import CeleriacError
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.row import Row

__all__ = ["drop", "group", "list_", "retry", "show"]

group = typer.Typer(help="What failed: list it, show it, send it again, strike it off.", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="The ids of tasks.")]
Name = Annotated[str | None, typer.Option("--name", "-n", help="Only tasks of this name.")]
Since = Annotated[
    Any, typer.Option(parser=values.ago, metavar="AGO|TIME", help="Not before the day of then, such as 2d.")
]
All = Annotated[bool, typer.Option("--all", help="All that `list` shows with the same options.")]


@command(group, "list")
def list_(
    session: Session,
    name: Name = None,
    since: Since = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="At most so many.")] = 100,
) -> None:
    """List what failed in the last 14 days, newest first."""
    rows = list(itertools.islice(_chosen(session, name, since), limit + 1))
    told = [_described(row) for row in rows[:limit]]
    if session.as_json:
        session.answer(told)
        return
    session.table(
        ("Id", "Task", "Queue", "When", "Error"),
        [(item["id"], item["name"], item["queue"], _short(item["date_done"]), f"{_error(item):.120}") for item in told],
    )
    more = f"; there are more than {limit}, see --limit" if len(rows) > limit else ""
    session.mention(f"{len(told)} failures{more}" if told else "No failures.")


@command(group)
def show(session: Session, task_id: Annotated[str, typer.Argument(help="The task's id.")]) -> None:
    """Show a failure whole: its error with the traceback, and its message."""
    row = session.app.services.backend.get(task_id)
    if row is None or row.error is None:
        raise ValueError(f"task {task_id} has not failed, or its row is gone")
    told = {**_described(row), "message": _message(row)}
    if session.as_json:
        session.answer(told)
        return
    for key in ("id", "name", "queue", "state", "attempt", "date_done"):
        session.say(f"{key + ':':11}{told[key]}")
    session.say(f"{'error:':11}{_error(told)}")
    if isinstance(told["message"], dict):
        session.say(f"{'args:':11}{told['message'].get('args')!r}")
        session.say(f"{'kwargs:':11}{told['message'].get('kwargs')!r}")
    elif told["message"] is not None:
        session.say(f"{'text:':11}{told['message']}")
    if told["traceback"]:
        session.say(f"\n{told['traceback'].rstrip()}")


@command(group)
def retry(session: Session, task_ids: Ids = None, every: All = False, name: Name = None, since: Since = None) -> None:
    """Send failures again, to the queues where they failed: each is one attempt more."""
    _each(session, "retried", session.app.failures.retry, _ids(session, task_ids, every, name, since))


@command(group)
def drop(session: Session, task_ids: Ids = None, every: All = False, name: Name = None, since: Since = None) -> None:
    """Strike failures off the list; their rows go on to say FAILURE until they expire."""
    _each(session, "dropped", session.app.failures.drop, _ids(session, task_ids, every, name, since))


def _ids(session: Session, task_ids: list[str] | None, every: bool, name: str | None, since: Any) -> list[str]:
    if bool(task_ids) == every:
        raise typer.BadParameter("name the tasks' ids, or say --all")
    return task_ids or [row.id for row in _chosen(session, name, since) if row.message is not None]


def _each(session: Session, done: str, act: Callable[[str], object], task_ids: list[str]) -> None:
    """Do something about each; one that cannot be done keeps none of the others from it."""
    reached: list[str] = []
    refused: dict[str, str] = {}
    with session.progress(done, len(task_ids)) as advance:
        for number, task_id in enumerate(task_ids, start=1):
            try:
                act(task_id)
                reached.append(task_id)
            except (CeleriacError, ValueError) as error:
                refused[task_id] = str(error)
            advance(number)
    if session.as_json:
        session.answer({done: reached, "refused": refused})
    else:
        for task_id in reached:
            session.mention(f"{task_id} {done}")
    for task_id, reason in refused.items():
        session.complain(reason if task_id in reason else f"{task_id}: {reason}")
    if refused:
        raise typer.Exit(FAILED)


def _chosen(session: Session, name: str | None, since: Any) -> Iterator[Row]:
    first: date | None = since.date() if since else None
    return (row for row in session.app.failures.list(first) if name is None or row.name == name)


def _described(row: Row) -> dict[str, Any]:
    error = loads(row.error or "{}")
    return {
        "id": row.id,
        "name": row.name,
        "queue": row.queue,
        "state": row.state,
        "attempt": row.attempt,
        "date_done": row.done_at,
        "error": {"type": error.get("exc_type"), "message": error.get("exc_message")},
        "traceback": error.get("traceback"),
        "parent_id": row.parent_id,
        "root_id": row.root_id,
    }


def _message(row: Row) -> Any:
    return None if row.message is None else loads(row.message)


def _error(told: dict[str, Any]) -> str:
    message = told["error"]["message"]
    text = ", ".join(map(str, message)) if isinstance(message, list) else str(message)
    return f"{told['error']['type']}: {text}"


def _short(moment: Any) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else None
