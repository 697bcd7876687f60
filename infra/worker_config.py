"""What a worker.toml says: every key has a default, so an empty file is a worker."""

from __future__ import annotations

import json
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.placeholders import unknown_placeholders
from infra.schedule_expression import at_problem, cron_problem, rate_problem
from infra.toml_table import TomlTable

__all__ = ["Permission", "Schedule", "WorkerConfig"]

# AWS quotas: docs.aws.amazon.com, "Lambda quotas" and "Using Lambda with Amazon SQS".
MEMORY_MB = (128, 10_240)
TIMEOUT_S = (1, 900)
BATCH_SIZE = (1, 10_000)
BATCH_SIZE_WITHOUT_WINDOW = 10
BATCH_WINDOW_S = (0, 300)
MAX_CONCURRENCY = (2, 1_000)
MAX_RECEIVES = (1, 1_000)
CONCURRENCY = (1, 1_000)
ENVIRONMENT_BYTES = 3_072  # of Lambda's 4 KB: the rest is Celeriac's own
SCHEDULE_INPUT_BYTES = 200_000  # of the Scheduler's 256 KB: the rest is the message around the arguments

SCHEDULE_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
TASK_NAME = re.compile(r"[A-Za-z_][\w.]{0,200}", re.ASCII)
ENVIRONMENT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
RESERVED_ENVIRONMENT = re.compile(r"(AWS|LAMBDA|CELERIAC)_.*")
ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w*", re.ASCII)
EXPRESSIONS = {"cron": cron_problem, "rate": rate_problem, "at": at_problem}


@dataclass(frozen=True)
class Schedule:
    """A `[schedules.NAME]`: when a task of this worker is published without anyone asking."""

    name: str
    expression: str
    task: str
    timezone: str = "UTC"
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True)
class Permission:
    """A `[[permissions]]`: what the worker's own code may do, beyond what every worker may."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class WorkerConfig:
    """A worker: its folder's name and what its worker.toml says."""

    name: str
    memory_mb: int = 512
    timeout_s: int = 60
    batch_size: int = 10
    batch_window_s: int = 0
    max_concurrency: int | None = None
    concurrency: int = 1
    max_receives: int = 5
    uses: tuple[str, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    permissions: tuple[Permission, ...] = ()

    @classmethod
    def parse(cls, name: str, values: dict[str, Any], file: str, problems: list[str]) -> WorkerConfig:
        """Read a worker.toml's contents, noting in `problems` all that is wrong with them."""
        table = TomlTable(values, file, problems)
        config = cls(
            name,
            memory_mb=_integer(table, "memory_mb", MEMORY_MB, cls.memory_mb),
            timeout_s=_integer(table, "timeout_s", TIMEOUT_S, cls.timeout_s),
            batch_size=_integer(table, "batch_size", BATCH_SIZE, cls.batch_size),
            batch_window_s=_integer(table, "batch_window_s", BATCH_WINDOW_S, cls.batch_window_s),
            max_concurrency=table.integer("max_concurrency", *MAX_CONCURRENCY, default=None),
            concurrency=_integer(table, "concurrency", CONCURRENCY, cls.concurrency),
            max_receives=_integer(table, "max_receives", MAX_RECEIVES, cls.max_receives),
            uses=table.texts("uses"),
            schedules=tuple(_schedule(name, key, child) for key, child in table.tables("schedules", SCHEDULE_NAME)),
            environment=_environment(table),
            permissions=tuple(_permission(row) for row in table.rows("permissions")),
        )
        if config.batch_size > BATCH_SIZE_WITHOUT_WINDOW and not config.batch_window_s:
            table.note("batch_window_s", f"must be at least 1 when batch_size is above {BATCH_SIZE_WITHOUT_WINDOW}")
        table.finish()
        return config


def _integer(table: TomlTable, key: str, limits: tuple[int, int], default: int) -> int:
    value = table.integer(key, *limits, default=default)
    return default if value is None else value


def _schedule(worker: str, name: str, table: TomlTable) -> Schedule:
    schedule = Schedule(
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
    given = {kind: text for kind in EXPRESSIONS if (text := table.text(kind)) is not None}
    if len(given) != 1:
        table.note("cron", f"give one of {', '.join(EXPRESSIONS)}; {len(given)} are given")
        return ""
    kind, text = given.popitem()
    if problem := EXPRESSIONS[kind](text):
        table.note(kind, problem)
    return f"{kind}({text})"


def _task(worker: str, table: TomlTable) -> str:
    task = table.text("task")
    if task is None:
        table.note("task", f'is needed, such as "{worker}.report"')
    elif not TASK_NAME.fullmatch(task) or not task.startswith(f"{worker}."):
        table.note("task", f'must be a task of this worker, such as "{worker}.report", not {task!r}')
    return task or ""


def _timezone(table: TomlTable) -> str:
    name = table.text("timezone", "UTC") or "UTC"
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        table.note("timezone", f'must be a zone such as "Europe/Berlin", not {name!r}')
    return name


def _check_arguments(schedule: Schedule, table: TomlTable) -> None:
    for key, value in (("args", schedule.args), ("kwargs", schedule.kwargs)):
        try:
            size = len(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            table.note(key, "holds what JSON cannot carry (a date, a time, inf or nan): write it as a string")
        else:
            if size > SCHEDULE_INPUT_BYTES:
                table.note(key, f"must be at most {SCHEDULE_INPUT_BYTES} bytes of JSON, not {size}")


def _environment(table: TomlTable) -> dict[str, str]:
    given = table.mapping("environment")
    for key, value in given.items():
        if not ENVIRONMENT_KEY.fullmatch(key) or RESERVED_ENVIRONMENT.fullmatch(key):
            table.note(
                f"environment.{key}", f"must be {ENVIRONMENT_KEY.pattern} and not {RESERVED_ENVIRONMENT.pattern}"
            )
        if not isinstance(value, str) or "\0" in value:
            table.note(f"environment.{key}", "must be a string")
        else:
            _check_placeholders(table, f"environment.{key}", value)
    size = sum(len(f"{key}{value}".encode()) for key, value in given.items())
    if size > ENVIRONMENT_BYTES:
        table.note("environment", f"must be at most {ENVIRONMENT_BYTES} bytes, not {size}")
    return {key: str(value) for key, value in given.items()}


def _permission(table: TomlTable) -> Permission:
    permission = Permission(table.texts("actions"), table.texts("resources"))
    for key, entries in (("actions", permission.actions), ("resources", permission.resources)):
        if not entries:
            table.note(key, "must name at least one")
    for action in permission.actions:
        if not ACTION.fullmatch(action):
            table.note("actions", f'must be single actions such as "s3:GetObject", not {action!r}')
    for resource in permission.resources:
        _check_resource(table, resource)
    table.finish()
    return permission


def _check_resource(table: TomlTable, resource: str) -> None:
    _check_placeholders(table, "resources", resource)
    if not re.fullmatch(r"arn:[^:*]+:[^:*]+:[^:*]*:[^:*]*:.*[^*:].*", resource):
        table.note("resources", f"must be an ARN that names its service and a resource, not {resource!r}")


def _check_placeholders(table: TomlTable, key: str, text: str) -> None:
    for name in unknown_placeholders(text):
        table.note(key, f"{{{name}}} is no placeholder")
