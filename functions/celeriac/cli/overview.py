"""`status`, `workers` and `events`."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from celeriac import clock
from celeriac.cli import schedules, values
from celeriac.cli.command import command
from celeriac.cli.session import Session
from celeriac.cli.text import spoken
from celeriac.exceptions import OperationalError, QueueNotFound
from celeriac.operations import LogLine, QueueStatus, WorkerStatus

__all__ = ["events", "group", "status", "workers"]

group = typer.Typer()

LOOK_EVERY_S = 2.0
MANY = 500
"""How many failures are counted: beyond it the number says nothing that a person would act on otherwise."""
COMES_WITHIN = timedelta(seconds=30)
"""How late CloudWatch may be with a line."""


@command(group)
def status(
    session: Session,
    destination: Annotated[
        str | None, typer.Option("--destination", "-d", help="Only these workers, with commas between.")
    ] = None,
    timeout: Annotated[  # noqa: ARG001 - for scripts that name it
        float, typer.Option("--timeout", "-t", help="Celery's; AWS answers.", hidden=True)
    ] = 1.0,
) -> None:
    """Show the queues and what waits in them, the workers that read them, the schedules, and how much has failed."""
    operations, chosen = session.app.operations, _workers_named(session, destination)
    workers = [worker for worker in operations.workers() if worker.name in chosen]
    queues = operations.queues(queue for worker in workers for queue in worker.queues)
    told, failed, orders = _schedules(session), _failed(session, chosen), session.app.control.standing().words
    if session.as_json:
        session.answer({"queues": queues, "workers": workers, "schedules": told, "failed": failed, "orders": orders})
        return
    _show_queues(session, queues, {worker.name: _state(worker) for worker in workers})
    if told:
        session.mention("")
        schedules.show(session, told)
    if failed:
        many = f"{failed:,} or more" if failed == MANY else f"{failed:,}"
        session.mention(f"\nFailed since yesterday: {many}; see `celeriac failures list`.")
    if orders:
        session.mention("\nOrders that stand until `celeriac control` takes them back:")
        session.mention("\n".join(f"  {order}" for order in orders))


def _show_queues(session: Session, queues: list[QueueStatus], states: Mapping[str, str | None]) -> None:
    session.table(
        ("Queue", "Worker", "State", "Waiting", "In flight", "Delayed", "Dead", "Oldest", "Reading"),
        [
            (
                queue.name,
                queue.worker,
                states[queue.worker],
                queue.waiting,
                queue.in_flight,
                queue.delayed,
                queue.dead,
                spoken(queue.oldest_s),
                _reading(queue),
            )
            for queue in queues
        ],
    )


def _reading(queue: QueueStatus) -> str:
    return {True: "paused", False: "yes", None: "nobody"}[queue.paused] if queue.exists else "deleted"


def _state(worker: WorkerStatus) -> str | None:
    return "stopped: concurrency 0" if worker.is_stopped else worker.state or "no function"


def _failed(session: Session, workers: Collection[str]) -> int:
    """How many of the workers' tasks have failed since yesterday, UTC; MANY stands for more, too."""
    yesterday = (clock.now() - timedelta(days=1)).date()
    rows = session.app.failures.list(yesterday)
    return sum(
        1 for _ in itertools.islice((row for row in rows if (row.queue or "").partition(".")[0] in workers), MANY)
    )


def _workers_named(session: Session, given: str | None) -> list[str]:
    """The workers that are named, or all; raises QueueNotFound."""
    known = sorted({queue.partition(".")[0] for queue in session.app.services.broker.queues})
    chosen = values.names(given) or known
    if wrong := [name for name in chosen if name not in known]:
        raise QueueNotFound(f"no worker {wrong[0]!r} in this deployment; it has {', '.join(known) or 'none'}")
    return chosen


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
            *(worker.name, _state(worker), worker.memory_mb, worker.timeout_s, worker.concurrency),
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
    _dump: Annotated[bool, typer.Option("--dump", help="Celery's; nothing else is done.", hidden=True)] = False,
) -> None:
    """Show what the workers' logs say of tasks: a line for each that has ended, or is to run again."""
    chosen = _workers_named(session, worker)
    for line in _lines(session, chosen, since, follow=follow):
        if session.as_json:
            session.say(_compact(line))
        else:
            session.say(_told(line))


def _lines(session: Session, chosen: list[str], since: datetime, *, follow: bool) -> Iterator[LogLine]:
    """What the logs say, each line once; CloudWatch may bring an earlier line later."""
    seen: set[str] = set()
    found = _logged(session, chosen, since)
    while True:
        for line in sorted(found, key=lambda line: line.at):
            if line.id not in seen:
                seen.add(line.id)
                yield line
        sys.stdout.flush()  # somebody may read them through a pipe
        if not follow:
            return
        since = max(since, clock.now() - COMES_WITHIN)
        seen &= {line.id for line in found}
        found = _logged_patiently(session, chosen, since)


def _logged(session: Session, chosen: list[str], since: datetime) -> list[LogLine]:
    return [line for worker in chosen for line in session.app.operations.log(worker, since)]


def _logged_patiently(session: Session, chosen: list[str], since: datetime) -> list[LogLine]:
    """What the logs say after a pause; while AWS cannot be reached, which is told once, the pause goes on."""
    told = False
    while True:
        time.sleep(LOOK_EVERY_S)
        try:
            return _logged(session, chosen, since)
        except OperationalError as error:
            if not told:
                session.complain(f"{error}; trying on, until Ctrl-C")
            told = True


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
