"""What a worker.toml says: every key has a default, so an empty file is a worker."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.lane import BATCH_SIZE, BATCH_WINDOW_S, LANE_NAME, MAX_CONCURRENCY, MAX_RECEIVES, Lane
from infra.placeholders import PLACEHOLDERS, unknown_placeholders
from infra.schedule import SCHEDULE_NAME, Schedule
from infra.thresholds import DEFAULTS, Thresholds
from infra.toml_table import TomlTable, shown

__all__ = ["Permission", "WorkerConfig"]

# AWS quotas: docs.aws.amazon.com, "Lambda quotas".
MEMORY_MB = (128, 10_240)
TIMEOUT_S = (1, 900)
CONCURRENCY = (1, 1_000)
ENVIRONMENT_BYTES = 3_072  # of Lambda's 4 KB: the rest is Celeriac's own

ENVIRONMENT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
RESERVED_ENVIRONMENT = re.compile(
    r"(CELERIAC|LAMBDA|AWS_LAMBDA)_.*|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_(SECRET_)?ACCESS_KEY.*|AWS_SESSION_.*"
)
ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w*", re.ASCII)
RESOURCE = re.compile(r"arn:[^:*]+:[^:*]+:[^:*]*:[^:*]*:.*[^*:].*")


@dataclass(frozen=True)
class Permission:
    """A `[[permissions]]`: what the worker's own code may do, beyond what every worker may."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class WorkerConfig:
    """A worker: its folder's name and what its worker.toml says.

    `beat` says whether its code declares schedules, at each deployment, and may change them while it runs; `list_tasks`
    whether the table lists every task that ends, or failures only.
    """

    name: str
    memory_mb: int = 512
    timeout_s: int = 60
    batch_size: int = 10
    batch_window_s: int = 0
    max_concurrency: int | None = None
    concurrency: int = 1
    max_receives: int = 5
    uses: tuple[str, ...] = ()
    lanes: tuple[Lane, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    beat: bool | None = None
    list_tasks: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    permissions: tuple[Permission, ...] = ()
    thresholds: Thresholds = DEFAULTS

    @classmethod
    def parse(
        cls, name: str, values: dict[str, Any], file: str, problems: list[str], thresholds: Thresholds = DEFAULTS
    ) -> WorkerConfig:
        """Read a worker.toml's contents, noting in `problems` all that is wrong with them."""
        table = TomlTable(values, file, problems)
        own = cls(
            name,
            memory_mb=table.integer("memory_mb", *MEMORY_MB, default=cls.memory_mb),
            timeout_s=table.integer("timeout_s", *TIMEOUT_S, default=cls.timeout_s),
            batch_size=table.integer("batch_size", *BATCH_SIZE, default=cls.batch_size),
            batch_window_s=table.integer("batch_window_s", *BATCH_WINDOW_S, default=cls.batch_window_s),
            max_concurrency=table.integer("max_concurrency", *MAX_CONCURRENCY, default=None),
            concurrency=table.integer("concurrency", *CONCURRENCY, default=cls.concurrency),
            max_receives=table.integer("max_receives", *MAX_RECEIVES, default=cls.max_receives),
            list_tasks=table.boolean("list_tasks", default=cls.list_tasks),
        )
        lanes = tuple(Lane.parse(name, key, child, own.main) for key, child in table.tables("queues", LANE_NAME))
        open_lanes = {lane.name for lane in lanes if not lane.fifo}
        config = dataclasses.replace(
            own,
            uses=table.texts("uses"),
            lanes=lanes,
            schedules=tuple(
                Schedule.parse(name, key, child, open_lanes) for key, child in table.tables("schedules", SCHEDULE_NAME)
            ),
            beat=_beat(table),
            environment=_environment(table),
            permissions=tuple(_permission(row) for row in table.rows("permissions")),
            thresholds=thresholds.changed(table.table("alarms")),
        )
        config.main.check(table)
        table.finish()
        return config

    @property
    def main(self) -> Lane:
        """The queue that every worker has."""
        return Lane(
            batch_size=self.batch_size,
            batch_window_s=self.batch_window_s,
            max_concurrency=self.max_concurrency,
        )

    @property
    def queues(self) -> dict[str, Lane]:
        """The queues by the names that the code has for them: "thumbnail", "thumbnail.bulk"."""
        return {self.name: self.main, **{f"{self.name}.{lane.name}": lane for lane in self.lanes}}


def _beat(table: TomlTable) -> bool | None:
    """Whether the worker's code declares schedules; None where nothing is said."""
    is_said = "beat" in table
    beat = table.boolean("beat", default=False)
    return beat if is_said else None


def _environment(table: TomlTable) -> dict[str, str]:
    given = table.mapping("environment")
    for name, value in given.items():
        key = f"environment.{name}"
        if not ENVIRONMENT_KEY.fullmatch(name):
            table.note(key, f"the name must match {ENVIRONMENT_KEY.pattern}")
        if RESERVED_ENVIRONMENT.fullmatch(name):
            table.note(key, "the name is Lambda's or Celeriac's own")
        if not isinstance(value, str) or "\0" in value:
            table.note(key, f"must be a string, not {shown(value)}")
        else:
            _check_placeholders(table, key, value)
    size = sum(len(f"{name}{value}".encode()) for name, value in given.items() if isinstance(value, str))
    if size > ENVIRONMENT_BYTES:
        table.note("environment", f"must be at most {ENVIRONMENT_BYTES} bytes, not {size}")
    return given


def _permission(table: TomlTable) -> Permission:
    permission = Permission(table.texts("actions"), table.texts("resources"))
    for key, entries in (("actions", permission.actions), ("resources", permission.resources)):
        if not entries:
            table.note(key, "must name at least one")
    for action in permission.actions:
        if not ACTION.fullmatch(action):
            table.note("actions", f'must be single actions such as "s3:GetObject", not {shown(action)}')
    for resource in permission.resources:
        _check_resource(table, resource)
    table.finish()
    return permission


def _check_resource(table: TomlTable, resource: str) -> None:
    _check_placeholders(table, "resources", resource)
    if not RESOURCE.fullmatch(resource):
        table.note("resources", f"must be an ARN that names its service and a resource, not {shown(resource)}")


def _check_placeholders(table: TomlTable, key: str, text: str) -> None:
    for name in unknown_placeholders(text):
        table.note(key, f"{{{name}}} is no placeholder; there are {', '.join(PLACEHOLDERS)}")
