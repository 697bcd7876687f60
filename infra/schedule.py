"""A `[schedules.NAME]` of a worker.toml."""

from __future__ import annotations

import json
import re
import zoneinfo
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from celeriac.beat import ScheduleEntry
from celeriac.exceptions import CeleriacError
from celeriac.schedules import BaseSchedule, ParseException, crontab
from celeriac.schedules.expression import Expression, at_problem, cron_problem, rate_problem, zone_of
from celeriac.schedules.translation import Translation, translated
from infra.toml_table import TomlTable, shown

__all__ = ["SCHEDULE_NAME", "Schedule"]

SCHEDULE_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
TASK_NAME = re.compile(r"[A-Za-z_][\w.]{0,200}", re.ASCII)
UTC = "UTC"
FIELDS_OF_CELERY = 5
EXPRESSIONS = {
    "cron": lambda text: _crontab_problem(text) if _is_crontab(text) else cron_problem(text),
    "rate": rate_problem,
    "at": at_problem,
}
INPUT_BYTES = 200_000  # of the Scheduler's 256 KB: the rest is the message around the arguments


@dataclass(frozen=True)
class Schedule:
    """When a task of this worker is published without anyone asking.

    `expression` is AWS's, or five fields as Celery reads them; `queue` is the worker, or a lane of it.
    """

    name: str
    expression: str
    task: str
    worker: str
    queue: str
    timezone: str = UTC
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True

    @property
    def when(self) -> BaseSchedule:
        """The schedule, in its time zone."""
        if self.expression.startswith("crontab("):
            return crontab.from_string(self.expression[8:-1]).in_zone(zone_of(self.timezone))
        return Expression(self.expression, self.timezone)

    @property
    def told(self) -> Translation:
        """What AWS is told of it."""
        return translated(self.when)

    @property
    def is_over(self) -> bool:
        """Whether it will never fire, as a moment or a year that has passed."""
        return self._entry("").is_over

    def body(self, key: str) -> str:
        """What it sends."""
        return self._entry(key).body()

    def _entry(self, key: str) -> ScheduleEntry:
        return ScheduleEntry(
            name=self.name,
            task=self.task,
            schedule=self.when,
            args=self.args,
            kwargs=self.kwargs,
            options={**self.options, **({} if self.queue == self.worker else {"queue": self.queue})},
            declared_by=self.worker,
            key=key,
        )

    @classmethod
    def parse(cls, worker: str, name: str, table: TomlTable, lanes: Collection[str] = ()) -> Schedule:
        """Read the table, noting in it all that is wrong; `lanes` are the worker's that take schedules."""
        before = len(table.problems)
        schedule = cls(
            name,
            expression=_expression(table),
            task=_task(worker, table),
            worker=worker,
            queue=worker,
            timezone=_timezone(table),
            args=tuple(table.array("args")),
            kwargs=table.mapping("kwargs"),
            enabled=table.boolean("enabled", default=True),
        )
        options = table.mapping("options")
        queue = _queue(worker, options.pop("queue", worker), table, lanes)
        schedule = replace(schedule, queue=queue, options=options)
        _check_sizes(schedule, table)
        if len(table.problems) == before:
            _check_options(schedule, table)
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
        form = "crontab" if kind == "cron" and _is_crontab(text) else kind
        expression = f"{form}({text})" if text else expression
    return expression


def _is_crontab(text: str) -> bool:
    return len(text.split()) == FIELDS_OF_CELERY


def _crontab_problem(text: str) -> str | None:
    try:
        translated(crontab.from_string(text).in_zone(zone_of(UTC)))
    except (CeleriacError, ParseException, ValueError) as error:
        return f"{shown(text)}, as Celery's five fields: {error}"
    return None


def _queue(worker: str, given: object, table: TomlTable, lanes: Collection[str]) -> str:
    queue = f"{worker}.{given}" if given in lanes else given
    known = {worker, *(f"{worker}.{lane}" for lane in lanes)}
    if not isinstance(queue, str) or queue not in known:
        table.note("options.queue", f"must be one of {', '.join(sorted(known))}, not {shown(given)}")
        return worker
    return queue


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


def _check_options(schedule: Schedule, table: TomlTable) -> None:
    try:
        schedule.body(schedule.name)
    except (CeleriacError, TypeError, ValueError, AttributeError) as error:
        table.note("options", str(error))


def _check_sizes(schedule: Schedule, table: TomlTable) -> None:
    for key, value in (("args", schedule.args), ("kwargs", schedule.kwargs)):
        try:
            size = len(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            table.note(key, "holds what JSON cannot carry (a date, a time, inf or nan): write it as a string")
        else:
            if size > INPUT_BYTES:
                table.note(key, f"must be at most {INPUT_BYTES} bytes of JSON, not {size}")
