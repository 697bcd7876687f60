"""A `[schedules.NAME]` of a worker.toml."""

from __future__ import annotations

import json
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from celeriac.schedules.expression import at_problem, cron_problem, rate_problem
from infra.toml_table import TomlTable, shown

__all__ = ["SCHEDULE_NAME", "Schedule"]

SCHEDULE_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
TASK_NAME = re.compile(r"[A-Za-z_][\w.]{0,200}", re.ASCII)
UTC = "UTC"
EXPRESSIONS = {"cron": cron_problem, "rate": rate_problem, "at": at_problem}
INPUT_BYTES = 200_000  # of the Scheduler's 256 KB: the rest is the message around the arguments


@dataclass(frozen=True)
class Schedule:
    """When a task of this worker is published without anyone asking."""

    name: str
    expression: str
    task: str
    timezone: str = UTC
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True

    @classmethod
    def parse(cls, worker: str, name: str, table: TomlTable) -> Schedule:
        """Read the table, noting in it all that is wrong."""
        schedule = cls(
            name,
            expression=_expression(table),
            task=_task(worker, table),
            timezone=_timezone(table),
            args=tuple(table.array("args")),
            kwargs=table.mapping("kwargs"),
            enabled=table.boolean("enabled", default=True),
        )
        _check_arguments(schedule, table)
        table.finish()
        return schedule


def _expression(table: TomlTable) -> str:
    given = [kind for kind in EXPRESSIONS if kind in table]
    if len(given) != 1:
        table.note("cron", f"give one of {', '.join(EXPRESSIONS)}; there are {len(given)}")
    expression = ""
    for kind, problem_of in EXPRESSIONS.items():
        text = table.text(kind)
        if text and (problem := problem_of(text)):
            table.note(kind, problem)
        expression = f"{kind}({text})" if text else expression
    return expression


def _task(worker: str, table: TomlTable) -> str:
    needed = "task" not in table
    task = table.text("task")
    if needed or (task and not (TASK_NAME.fullmatch(task) and task.startswith(f"{worker}."))):
        table.note("task", f'must be a task of this worker, such as "{worker}.report", not {shown(task)}')
    return task


def _timezone(table: TomlTable) -> str:
    name = table.text("timezone", UTC)
    known = zoneinfo.available_timezones()  # none at all where the machine has no time zone data: then AWS must judge
    if known and name not in known:
        table.note("timezone", f'must be a zone such as "Europe/Berlin", not {shown(name)}')
    return name


def _check_arguments(schedule: Schedule, table: TomlTable) -> None:
    for key, value in (("args", schedule.args), ("kwargs", schedule.kwargs)):
        try:
            size = len(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            table.note(key, "holds what JSON cannot carry (a date, a time, inf or nan): write it as a string")
        else:
            if size > INPUT_BYTES:
                table.note(key, f"must be at most {INPUT_BYTES} bytes of JSON, not {size}")
