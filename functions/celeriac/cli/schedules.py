"""`schedules`: the deployment's timetable."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from celeriac.cli import values
from celeriac.cli.command import command
from celeriac.cli.session import Session

if TYPE_CHECKING:
    from celeriac.beat import ScheduleEntry

__all__ = ["create", "delete", "described", "group", "list_", "pause", "resume", "show", "update"]

group = typer.Typer(help="The timetable: list it, add to it, pause, resume and delete schedules.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The schedule's name.")]
Zone = Annotated[str | None, typer.Option("--timezone", help="Such as Europe/Berlin; by default the app's.")]
Queue = Annotated[str | None, typer.Option("--queue", help="A lane of the worker's, such as thumbnail.bulk.")]
Options = Annotated[
    Any,
    typer.Option(
        parser=values.json_object,
        metavar="JSON",
        help='Those of apply_async, such as \'{"expires": 600, "priority": 5}\'.',
    ),
]
TIMES = "'30 3 * * *', seconds, or AWS's 'rate(5 minutes)', 'cron(…)', 'at(…)'."


@command(group, "list")
def list_(session: Session) -> None:
    """List the schedules, those that run next first."""
    show(session, [described(entry) for entry in session.app.schedules.list()])


@command(group)
def create(
    session: Session,
    name: Name,
    task: Annotated[str, typer.Argument(help="The task, such as notify.daily_report.")],
    schedule: Annotated[Any, typer.Argument(parser=values.times, metavar="SCHEDULE", help=TIMES)],
    args: Annotated[Any, typer.Option("--args", "-a", parser=values.json_array, metavar="JSON")] = "[]",
    kwargs: Annotated[Any, typer.Option("--kwargs", "-k", parser=values.json_object, metavar="JSON")] = "{}",
    timezone: Zone = None,
    queue: Queue = None,
    options: Options = "{}",
    paused: Annotated[bool, typer.Option("--paused", help="It fires when it is resumed.")] = False,
) -> None:
    """Schedule a task under a new name."""
    given = {**options, **({"queue": queue} if queue else {})}
    entry = session.app.schedules.create(
        name, task, schedule, args, kwargs, given, timezone=timezone, enabled=not paused
    )
    _tell(session, "created", entry)


@command(group)
def update(
    session: Session,
    name: Name,
    task: Annotated[str | None, typer.Option("--task", help="Another task.")] = None,
    schedule: Annotated[
        Any, typer.Option("--schedule", parser=values.times, metavar="SCHEDULE", help="Other times, as for `create`.")
    ] = None,
    args: Annotated[Any, typer.Option("--args", "-a", parser=values.json_array, metavar="JSON")] = None,
    kwargs: Annotated[Any, typer.Option("--kwargs", "-k", parser=values.json_object, metavar="JSON")] = None,
    timezone: Zone = None,
    queue: Queue = None,
    options: Options = None,
) -> None:
    """Change a schedule in what is named; one that code declares can be paused only."""
    given = {"task": task, "schedule": schedule, "args": args, "kwargs": kwargs, "timezone": timezone}
    changes: dict[str, Any] = {**given, "options": options}
    if queue:
        others = session.app.schedules.get(name).options if options is None else options
        changes["options"] = {**others, "queue": queue}
    changes = {key: value for key, value in changes.items() if value is not None}
    if not changes:
        raise typer.BadParameter("say what is to be changed, such as --schedule")
    _tell(session, "updated", session.app.schedules.update(name, **changes))


@command(group)
def pause(session: Session, name: Name) -> None:
    """Let a schedule fire no more until it is resumed."""
    _tell(session, "paused", session.app.schedules.pause(name))


@command(group)
def resume(session: Session, name: Name) -> None:
    """Let a paused schedule fire again; what it missed is not made up for."""
    _tell(session, "resumed", session.app.schedules.resume(name))


@command(group)
def delete(session: Session, name: Name) -> None:
    """Delete a schedule; one that code declares can be paused only."""
    session.app.schedules.delete(name)
    if session.as_json:
        session.answer({"deleted": name})
    else:
        session.mention(f"{name} is deleted")


def show(session: Session, told: list[dict[str, Any]]) -> None:
    """Print schedules, described."""
    if session.as_json:
        session.answer(told)
        return
    columns = ("Schedule", "Task", "When", "Next run", "Declared by", "State")
    rows = [
        (item["name"], item["task"], _when(item), _short(item["next_run"]), item["declared_by"], _state(item))
        for item in told
    ]
    session.table(columns, rows)


def described(entry: ScheduleEntry) -> dict[str, Any]:
    """A schedule as JSON."""
    following = entry.next_runs()
    return {
        "name": entry.name,
        "task": entry.task,
        "args": list(entry.args),
        "kwargs": dict(entry.kwargs),
        "queue": entry.options.get("queue"),
        "options": dict(entry.options),
        "schedule": repr(entry.schedule).strip("<>"),
        "timezone": entry.timezone,
        "enabled": entry.enabled,
        "next_run": following[0].isoformat() if following else None,
        "declared_by": entry.declared_by or None,
    }


def _when(item: dict[str, Any]) -> str:
    schedule, zone = item["schedule"], item["timezone"] or ""
    return schedule if schedule.endswith(zone) else f"{schedule} {zone}"


def _short(moment: str | None) -> str | None:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%Y-%m-%d %H:%M}Z" if moment else None


def _state(item: dict[str, Any]) -> str:
    return "on" if item["enabled"] else "paused"


def _tell(session: Session, done: str, entry: ScheduleEntry) -> None:
    if session.as_json:
        session.answer({done: described(entry)})
    else:
        session.mention(f"{entry.name} is {done}")
