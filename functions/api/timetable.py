"""The JSON of schedules, both ways."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

__all__ = ["ScheduleCall", "ScheduleChange", "ScheduleDocument", "ScheduleList"]

Name = Annotated[str, Meta(min_length=1, max_length=200)]
When = Annotated[
    str | Annotated[float, Meta(gt=0)],
    Meta(
        description="A crontab of five fields, one of EventBridge's expressions such as `rate(5 minutes)`, or seconds."
    ),
]


class ScheduleCall(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A task to send again and again; `options` are those of `apply_async`, without `eta` and `task_id`."""

    name: Name
    task: str
    schedule: When
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    options: dict[str, Any] = {}
    timezone: Annotated[str | None, Meta(description="Such as `Europe/Berlin`; UTC without it.")] = None
    enabled: bool = True


class ScheduleChange(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """What is to be different; what is left out, or null, stays."""

    task: str | None = None
    schedule: When | None = None
    args: list[Any] | None = None
    kwargs: dict[str, Any] | None = None
    options: dict[str, Any] | None = None
    timezone: str | None = None
    enabled: bool | None = None


class ScheduleDocument(Struct, kw_only=True, frozen=True):
    """A schedule, and its next runs; `declared_by` is the worker whose code or worker.toml has it."""

    name: str
    task: str
    schedule: Annotated[dict[str, Any], Meta(description="`crontab`, `every_s`, `solar` or AWS's `expression`.")]
    timezone: Annotated[str, Meta(description="In which a crontab or an expression is read.")]
    args: list[Any]
    kwargs: dict[str, Any]
    options: dict[str, Any]
    enabled: bool
    declared_by: str | None
    next_runs: list[datetime]


class ScheduleList(Struct, frozen=True):
    """All schedules."""

    schedules: list[ScheduleDocument]
