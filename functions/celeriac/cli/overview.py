"""`status`, `workers` and `events`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from celeriac import clock
from celeriac.cli import schedules, values
from celeriac.cli.command import command
from celeriac.cli.session import Session
from celeriac.cli.text import spoken
from celeriac.exceptions import QueueNotFound
from celeriac.operations import LogLine

__all__ = ["events", "group", "status", "workers"]

group = typer.Typer()

LOOK_EVERY_S = 2.0
COMES_WITHIN = timedelta(seconds=30)
"""How late CloudWatch may be with a line."""


@command(group)
def status(session: Session) -> None:
    """Show the queues and what waits in them, the workers that read them, and the schedules."""
    operations = session.app.operations
    queues, states = operations.queues(), {worker.name: worker for worker in operations.workers()}
    if session.as_json:
        session.answer({"queues": queues, "workers": list(states.values()), "schedules": _schedules(session)})
        return
    session.table(
        ("Queue", "Worker", "State", "Waiting", "In flight", "Delayed", "Dead", "Oldest", "Reading"),
        [
            (
                queue.name,
                queue.worker,
                states[queue.worker].state,
                queue.waiting,
                queue.in_flight,
                queue.delayed,
                queue.dead,
                spoken(queue.oldest_s),
                {True: "paused", False: "yes", None: "nobody"}[queue.paused],
            )
            for queue in queues
        ],
    )
    if told := _schedules(session):
        session.mention("")
        schedules.show(session, told)


def _schedules(session: Session) -> list[dict[str, Any]]:
    """The schedules; none where the deployment keeps none."""
    if session.app.services.scheduler is None:
        return []
    return [schedules.described(entry) for entry in session.app.schedules.list()]


@command(group)
def workers(session: Session) -> None:
    """Show the workers: their functions, their sizes and their tasks."""
    found = session.app.operations.workers()
    if session.as_json:
        session.answer(found)
        return
    columns = ("Worker", "State", "Memory MB", "Timeout s", "Concurrency", "Python", "Library", "Queues", "Tasks")
    rows = [
        (
            *(worker.name, worker.state, worker.memory_mb, worker.timeout_s, worker.concurrency),
            *(worker.python, worker.library, ", ".join(worker.queues), ", ".join(worker.tasks) or None),
        )
        for worker in found
    ]
    session.table(columns, rows)
    if any(not worker.tasks for worker in found):
        session.mention("A worker tells of its tasks when it has run.")


@command(group)
def events(
    session: Session,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    since: Annotated[
        Any, typer.Option(parser=values.ago, metavar="AGO|TIME", help="From when on, such as 10m or 2h.")
    ] = "10m",
    worker: Annotated[str | None, typer.Option("--worker", "-d", help="Of these workers, with commas between.")] = None,
) -> None:
    """Show what the workers' logs say of tasks: a line for each that has ended, or is to run again."""
    known = sorted({queue.partition(".")[0] for queue in session.app.services.broker.queues})
    chosen = values.names(worker) or known
    if wrong := [name for name in chosen if name not in known]:
        raise QueueNotFound(f"no worker {wrong[0]!r} in this deployment; it has {', '.join(known) or 'none'}")
    for line in _lines(session, chosen, since, follow=follow):
        if session.as_json:
            session.say(_compact(line))
        else:
            session.say(_told(line))


def _lines(session: Session, chosen: list[str], since: datetime, *, follow: bool) -> Iterator[LogLine]:
    """What the logs say, each line once; CloudWatch may bring an earlier line later."""
    seen: set[str] = set()
    while True:
        found = [line for worker in chosen for line in session.app.operations.log(worker, since)]
        for line in sorted(found, key=lambda line: line.at):
            if line.id not in seen:
                seen.add(line.id)
                yield line
        if not follow:
            return
        since = max(since, clock.now() - COMES_WITHIN)
        seen &= {line.id for line in found}
        time.sleep(LOOK_EVERY_S)


def _compact(line: LogLine) -> str:
    import json

    return json.dumps({"worker": line.worker, **line.fields}, default=str)


def _told(line: LogLine) -> str:
    fields = line.fields
    took = fields.get("duration_s")
    parts = [
        f"{line.at:%Y-%m-%d %H:%M:%S}",
        f"{fields.get('message', '')!s:.300}",
        str(fields.get("task", "")),
        str(fields["task_id"]),
        f"in {took:.3f}s" if isinstance(took, int | float) else "",
    ]
    return "  ".join(part for part in parts if part)
