"""An entry of the timetable: a schedule, and the call that it makes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from celeriac import clock, limits, publish
from celeriac.beat import firing, spec
from celeriac.beat.counted import counted, plain
from celeriac.canvas import Signature
from celeriac.exceptions import ImproperlyConfigured
from celeriac.message import Message
from celeriac.options import fields_of, properties_of
from celeriac.rule import Rule
from celeriac.schedules import BaseSchedule, ParseException, crontab
from celeriac.schedules.expression import Expression
from celeriac.schedules.translation import translated

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["ScheduleEntry", "key_of"]

BODY_BYTES = 250_000
"""Of the Scheduler's 256 KB: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html"""
_CANVAS = {"celery.chain", "celery.chord", "celery.chunks", "celery.group"}
_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,40}")


@dataclass(frozen=True, kw_only=True)
class ScheduleEntry:
    """A schedule by its name, and the task that it sends.

    `options` are those of `Task.apply_async`; an entry that is not `enabled` is paused. `declared_by` is the worker
    whose code or worker.toml declares it, "" for one that `app.schedules` created; an interval counts from `start`.

    Source: https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#available-fields
    """

    name: str
    task: str
    schedule: BaseSchedule
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    declared_by: str = ""
    key: str = ""
    start: datetime | None = None

    @property
    def timezone(self) -> str | None:
        """The time zone of its times; None of an interval and of the sun, which have none."""
        told = translated(self.schedule)
        has_none = told.expression.startswith("rate") or (told.window_s and not isinstance(self.schedule, crontab))
        return None if has_none else told.timezone

    def next_runs(self, count: int = 1, after: datetime | None = None) -> list[datetime]:
        """The next runs after a moment, by default the present, in UTC.

        There are none of a paused entry, nor of the sun where the library ephem is missing.
        """
        with suppress(ImproperlyConfigured):
            return list(islice(self._runs(after or clock.now()), count)) if self.enabled else []
        return []

    def _runs(self, after: datetime) -> Iterator[datetime]:
        told = translated(self.schedule)
        expression = Expression.listed(told.expression, told.timezone, self.start)
        # The tick before this moment stands for what comes after it, too.
        tick = expression.following(after - timedelta(seconds=told.window_s))
        while tick is not None:
            found = self.schedule.runs(tick, told.window_s) if told.window_s else [tick]
            yield from (moment for moment in found if moment > after)
            tick = self._tick_after(tick, expression, told.window_s)

    def _tick_after(self, tick: datetime, expression: Expression, window_s: int) -> datetime | None:
        """The next tick that may have a run: those of a polar night have none."""
        window = timedelta(seconds=window_s)
        runs_at = self.schedule.idle_until(tick + window) if window else tick
        return expression.following(max(tick, runs_at - window)) if runs_at else None

    @classmethod
    def of(cls, name: str, task: Any, when: Any, app: Celeriac, **given: Any) -> Self:
        """The entry that Celery's words mean; raises ImproperlyConfigured, with the reason, for one that cannot be."""
        zone, relative = given.pop("timezone", None), given.pop("relative", False)
        call = _call(task, given)
        schedule = spec.as_schedule(when, app, zone, relative)
        return cls(name=name, schedule=schedule, start=_start(schedule), **call)

    @property
    def is_over(self) -> bool:
        """Whether it will never fire, as a moment or a year that has passed."""
        told = translated(self.schedule)
        return Expression.listed(told.expression, told.timezone, self.start).following(clock.now()) is None

    def rule(self, app: Celeriac) -> Rule:
        """What the Scheduler is told; raises ImproperlyConfigured or QueueNotFound for what it could not do."""
        options = dict(self.options)
        times = self._counted(options, app.known(self.task))
        message = publish.message_of(app, self.task, self.args, self.kwargs, task_id="-", root_id="-", **options)
        app.services.broker.require(message.queue)
        if "expires_s" in times:
            message = message.replace(expires=None)
        told, body = translated(self.schedule), self._body(message, times)
        return Rule(self.key, told.expression, told.timezone, message.queue, body, self.enabled, self.start)

    def body(self) -> str:
        """What the schedule sends, where no app is at hand; raises ImproperlyConfigured, TypeError or ValueError."""
        options = dict(self.options)
        times = self._counted(options, None)
        fields = {"task": self.task, "args": [*self.args], "kwargs": dict(self.kwargs), **fields_of(options)}
        message = Message(id="-", **fields, properties=properties_of(options))
        if wrong := message.complaints():
            raise ImproperlyConfigured("; ".join(wrong))
        return self._body(message, times)

    def _counted(self, options: dict[str, Any], task: Any) -> dict[str, float]:
        try:
            return counted(options, task)
        except ImproperlyConfigured as error:
            raise ImproperlyConfigured(f"schedule {self.name!r}: {error}") from error

    def _body(self, message: Message, times: Mapping[str, float]) -> str:
        told = translated(self.schedule)
        about = {"name": self.name, "schedule": spec.written(self.schedule), "timezone": told.timezone, **times}
        about |= {"window_s": told.window_s} if told.window_s else {}
        about |= {"worker": self.declared_by} if self.declared_by else {}
        about |= {"options": shown} if (shown := plain(self.options)) else {}
        # No firing belongs to the task, or to the trace, that made the schedule.
        body = firing.body_of(self.key, message.replace(root_id=None, parent_id=None, trace=None), about)
        if len(body.encode()) > BODY_BYTES:
            raise ImproperlyConfigured(f"schedule {self.name!r}: its arguments have more than {BODY_BYTES} bytes")
        return body

    @classmethod
    def read(cls, rule: Rule) -> Self:
        """The entry of a rule; of one that nobody here wrote, what can be told."""
        try:
            found = cls._told(json.loads(rule.body), rule)
        except (AttributeError, KeyError, ParseException, TypeError, ValueError):
            found = cls(name=rule.name, task="", schedule=Expression.listed(rule.expression, rule.timezone))
        return found.changed(enabled=rule.is_enabled, key=rule.name, start=rule.start or rule.created)

    @classmethod
    def _told(cls, fields: Mapping[str, Any], rule: Rule) -> Self:
        about = fields.get("firing") or {"name": rule.name, "schedule": {"expression": rule.expression}}
        return cls(
            name=str(about["name"]),
            task=str(fields.get("task", "")),
            schedule=spec.read(about["schedule"], about.get("timezone", rule.timezone)),
            args=list(fields.get("args", ())),
            kwargs=dict(fields.get("kwargs", {})),
            options=dict(about.get("options", {})),
            declared_by=str(about.get("worker", "")),
        )

    def changed(self, **changes: Any) -> Self:
        """The same entry with some fields changed."""
        return replace(self, **changes)


def key_of(name: str, worker: str = "") -> str:
    """The name that AWS takes for an entry's: of a worker's own code, it begins with the worker's."""
    begin = f"{worker}." if worker else ""
    if _PLAIN.fullmatch(name) and len(begin + name) <= limits.SCHEDULE_NAME_CHARS:
        return begin + name
    plain = re.sub(r"[^0-9A-Za-z_-]+", "-", name)[:20].strip("-")
    return f"{begin}{plain}-{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def _call(task: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The task, the arguments and the options, of which a signature has some."""
    call: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if isinstance(task, Signature):
        call["args"] = (*call.get("args", ()), *task.args)
        call["kwargs"] = {**task.kwargs, **call.get("kwargs", {})}
        call["options"] = {**task.options, **call.get("options", {})}
    name = task if isinstance(task, str) else getattr(task, "name", None) or getattr(task, "task", None)
    if not isinstance(name, str) or not name:
        raise ImproperlyConfigured(f"a schedule sends a task, a signature or the name of a task, not {task!r:.100}")
    if name in _CANVAS:
        raise ImproperlyConfigured(f"a schedule sends a task, and {name} is none: schedule a task that calls it")
    return {**call, "task": name}


def _start(when: BaseSchedule) -> datetime | None:
    """When an interval that is created now runs first: after its length."""
    told = translated(when).expression
    return Expression(told, start=clock.now()).next_after(clock.now()) if told.startswith("rate") else None
