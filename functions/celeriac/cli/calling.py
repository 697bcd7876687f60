"""`call` and `result`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from celeriac import states
from celeriac.cli import values
from celeriac.cli.command import command
from celeriac.cli.exits import FAILED, LATER
from celeriac.cli.not_here import refused_with
from celeriac.cli.session import Session
from celeriac.cli.text import as_json

if TYPE_CHECKING:
    from celeriac.result import AsyncResult

__all__ = ["call", "group", "result"]

group = typer.Typer()

Wait = Annotated[bool, typer.Option("--wait", "-w", help="Wait for the result.")]
Timeout = Annotated[
    float | None, typer.Option(parser=values.seconds, metavar="SECONDS", help="How long to wait; by default for ever.")
]


@command(group)
def call(
    session: Session,
    name: Annotated[str, typer.Argument(help="The task, such as thumbnail.generate_thumbnail.")],
    args: Annotated[Any, typer.Option("--args", "-a", parser=values.json_array, metavar="JSON")] = "[]",
    kwargs: Annotated[Any, typer.Option("--kwargs", "-k", parser=values.json_object, metavar="JSON")] = "{}",
    eta: Annotated[Any, typer.Option(parser=values.moment, metavar="TIME", help="Not before that time.")] = None,
    countdown: Annotated[Any, typer.Option(parser=values.seconds, metavar="SECONDS", help="Not before then.")] = None,
    expires: Annotated[
        Any, typer.Option(parser=values.moment_or_seconds, metavar="TIME|SECONDS", help="Not after then.")
    ] = None,
    queue: Annotated[str | None, typer.Option("--queue", help="Another queue than the task's.")] = None,
    priority: Annotated[int | None, typer.Option(min=0, max=9, help="Chooses among the worker's lanes.")] = None,
    task_id: Annotated[str | None, typer.Option(help="An id of your own; twice is once.")] = None,
    serializer: Annotated[str, typer.Option(help="Celery's; must be json.", hidden=True)] = "json",
    _exchange: Annotated[
        str | None,
        typer.Option(
            *("--exchange", "--routing-key"), hidden=True, callback=refused_with("SQS has no exchanges; see --queue")
        ),
    ] = None,
    wait: Wait = False,
    timeout: Timeout = None,
) -> None:
    """Call a task by name; prints its id, or its result with --wait."""
    options = {"eta": eta, "countdown": countdown, "expires": expires, "queue": queue, "priority": priority}
    given = {**options, "task_id": task_id, "serializer": serializer}
    chosen = {key: value for key, value in given.items() if value is not None}
    sent = session.app.send_task(name, args, kwargs, **chosen)
    if wait:
        try:
            _awaited(session, sent, timeout)
        except KeyboardInterrupt:
            session.complain(f"task {sent.id} goes on; see `celeriac result {sent.id}`, or `celeriac revoke {sent.id}`")
            raise
        _tell(session, sent, traceback=False)
    elif session.as_json:
        session.answer({"id": sent.id, "name": name})
    else:
        session.say(sent.id)


@command(group)
def result(
    session: Session,
    task_id: Annotated[str, typer.Argument(help="The task's id.")],
    traceback: Annotated[bool, typer.Option("--traceback", help="Print the traceback instead.")] = False,
    _task: Annotated[str | None, typer.Option("--task", "-t", help="Celery's; an id is enough.", hidden=True)] = None,
    wait: Wait = False,
    timeout: Timeout = None,
) -> None:
    """Print what a task returned; ends with 1 if it failed, and with 75 if it is not ready."""
    found = session.app.AsyncResult(values.task_id(task_id))
    _tell(session, _awaited(session, found, timeout) if wait else found, traceback=traceback)


def _awaited(session: Session, task: AsyncResult, timeout: float | None) -> AsyncResult:
    with session.progress(f"waiting for {task.id}"):
        task.get(timeout=timeout, propagate=False)
    return task


def _tell(session: Session, task: AsyncResult, *, traceback: bool) -> None:
    """Print an outcome, and end the process with a code that says which it is."""
    state, value = task.state, task.result
    if session.as_json:
        session.answer(_described(task))
    elif traceback and task.traceback:
        session.say(task.traceback.rstrip())
    elif state == states.SUCCESS:
        session.say(value if isinstance(value, str) else as_json(value))
    elif state in states.EXCEPTION_STATES:
        session.complain(f"{state}: {type(value).__name__}: {value}")
    else:
        session.complain(f"task {task.id} is {state}")
    if state != states.SUCCESS:
        raise typer.Exit(FAILED if state in states.READY_STATES else LATER)


def _described(task: AsyncResult) -> dict[str, Any]:
    value, ended_badly = task.result, task.state in states.EXCEPTION_STATES
    return {
        "id": task.id,
        "name": task.name,
        "state": task.state,
        "queue": task.queue,
        "retries": task.retries,
        "result": None if ended_badly else value,
        "error": {"type": type(value).__name__, "message": str(value)} if ended_badly else None,
        "traceback": task.traceback,
        "date_done": task.date_done,
    }
