"""JSON lines: one a task, with its id, name, attempt, queue and duration, as CloudWatch Logs Insights reads them.

Arguments and results are not in them; they may hold what nobody should read. What a task logs itself carries its id
and name. The loggers have Celery's names under `celeriac`: `celeriac.worker.strategy` tells that a task came,
`celeriac.app.trace` what became of it, and `celeriac.task` is the parent of what `get_task_logger` gives.
Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#logging
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from logging import INFO, WARNING
from typing import TYPE_CHECKING, Any

from celeriac import context, signals, states

if TYPE_CHECKING:
    from celeriac.context import Context

__all__ = [
    "LOG_FAILURE",
    "LOG_RECEIVED",
    "LOG_SUCCESS",
    "TaskFormatter",
    "configure",
    "ended",
    "get_task_logger",
    "logger",
    "received",
    "state_told",
    "task_line",
    "task_logger",
]

LOG_RECEIVED = "task received"
LOG_SUCCESS = f"task {states.SUCCESS.lower()}"
LOG_FAILURE = f"task {states.FAILURE.lower()}"
"""What the records of a task say; the rest is in their fields."""

logger = logging.getLogger("celeriac")
task_logger = logging.getLogger("celeriac.task")
_ENDINGS = {f"task {state.lower()}": state for state in (*states.ALL_STATES, states.IGNORED)}
_arrivals, _outcomes = logging.getLogger("celeriac.worker.strategy"), logging.getLogger("celeriac.app.trace")


def get_task_logger(name: str) -> logging.Logger:
    """A logger for a module of tasks, as `get_task_logger(__name__)`; its parent is `celeriac.task`.

    Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#logging
    """
    if name in {logger.name, task_logger.name}:
        raise RuntimeError(f"a logger may not be named {name!r}: that one is Celeriac's own")
    made = logging.getLogger(name)
    if not name.startswith(f"{logger.name}."):
        made.parent = task_logger
    return made


class TaskFormatter(logging.Formatter):
    """A formatter whose format may have `%(task_id)s` and `%(task_name)s`; outside of a task they are `???`.

    Source: https://docs.celeryq.dev/en/stable/reference/celery.app.log.html#celery.app.log.TaskFormatter
    """

    def format(self, record: logging.LogRecord) -> str:
        running = context.current_worker_task()
        about = {"task_id": running[1].id, "task_name": running[1].task} if running else {}
        for name in ("task_id", "task_name"):
            record.__dict__.setdefault(name, about.get(name, "???"))
        return super().format(record)


class JSONFormatter(logging.Formatter):
    """A record as one line of JSON, up to `end`; `extra={"fields": {…}}` adds fields."""

    def __init__(self, end: str = "") -> None:
        super().__init__()
        self._end = end

    def format(self, record: logging.LogRecord) -> str:
        running = context.current_worker_task()
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **({"task_id": running[1].id, "task": running[1].task} if running else {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({key: value for key, value in line.items() if value is not None}, default=str) + self._end


def configure(environ: Mapping[str, str], level: int = INFO, *, hijack_root: bool = True) -> None:
    """In Lambda, write JSON lines to the root logger's handler, which the runtime set up; elsewhere, leave it alone.

    A receiver of `setup_logging` does this instead; with `hijack_root` off (`worker_hijack_root_logger`) nobody does.
    """
    about = {"loglevel": level, "logfile": None, "format": None, "colorize": False}
    if "AWS_LAMBDA_FUNCTION_NAME" not in environ or not hijack_root or signals.setup_logging.send(None, **about):
        return
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        # The handler of Lambda's runtime leaves the end of a line to its formatter.
        handler.setFormatter(JSONFormatter("" if isinstance(handler, logging.StreamHandler) else "\n"))
    root.setLevel(level)
    logging.getLogger("botocore").setLevel(max(level, WARNING))  # it tells of its credentials at every start
    _arrivals.setLevel(max(level, WARNING))  # a second line for every task would double the bill
    signals.after_setup_logger.send(None, logger=root, **about)
    signals.after_setup_task_logger.send(None, logger=task_logger, **about)


def task_line(level: int, text: str, **fields: Any) -> None:
    """One line about a task."""
    logger.log(level, text, extra={"fields": fields})


def received(request: Context, about: Mapping[str, Any]) -> None:
    """That a task came and will run."""
    _record(_arrivals, INFO, LOG_RECEIVED, request, about)


def ended(level: int, state: str, request: Context, about: Mapping[str, Any]) -> None:
    """What became of a task."""
    _record(_outcomes, level, f"task {state.lower()}", request, about)


def state_told(fields: Mapping[str, Any]) -> str | None:
    """What became of a task, if that is what a line tells (`ended`)."""
    return _ENDINGS.get(str(fields.get("message"))) if fields.get("logger") == _outcomes.name else None


def _record(to: logging.Logger, level: int, text: str, request: Context, about: Mapping[str, Any]) -> None:
    """A record with Celery's `data`, where the arguments are as the call lets them be shown; no line of ours has it."""
    if to.isEnabledFor(level):
        shown = {"args": request.argsrepr, "kwargs": request.kwargsrepr}
        data = {"id": request.id, "name": request.shadow or request.task, **shown}
        to.log(level, text, extra={"fields": about, "data": data})
