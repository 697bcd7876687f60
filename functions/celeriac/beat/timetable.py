"""`app.schedules`: to create, change, pause and delete schedules while all runs."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from celeriac import clock
from celeriac.beat.entry import ScheduleEntry, key_of
from celeriac.exceptions import ImproperlyConfigured, ObjectNotFound
from celeriac.rule import Rule
from celeriac.scheduler import AlreadyScheduled, Scheduler

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Schedules"]


class Schedules:
    """The timetable of a deployment: what is declared in code and in worker.toml, and what is created here.

    >>> app.schedules.create("nightly", "report.nightly", "30 3 * * *", timezone="Europe/Berlin")  # doctest: +SKIP

    It asks EventBridge Scheduler with the rights of the process that calls: an operator's, or those of a worker with
    `beat = true` in its worker.toml.
    """

    def __init__(self, app: Celeriac) -> None:
        self.app = app

    @property
    def scheduler(self) -> Scheduler:
        """The deployment's scheduler; raises ImproperlyConfigured where the deployment has no name."""
        found = self.app.services.scheduler
        if found is None:
            raise ImproperlyConfigured(
                "set CELERIAC_DEPLOYMENT to the deployment whose schedules are meant; one with far_etas=hop has none"
            )
        return found

    def create(
        self,
        name: str,
        task: Any,
        schedule: Any,
        args: Any = (),
        kwargs: Any = None,
        options: Any = None,
        *,
        timezone: str | None = None,
        enabled: bool = True,
    ) -> ScheduleEntry:
        """Schedule a task under a new name; raises AlreadyScheduled for one that is taken.

        `schedule` is a crontab, seconds, a timedelta, a solar event, a datetime (once), a crontab as text or one of
        AWS's expressions; it is in the app's time zone, unless `timezone` names another. Raises ImproperlyConfigured
        with the reason for what EventBridge Scheduler could not keep.
        """
        given = {"args": args, "kwargs": kwargs, "options": options, "timezone": timezone, "enabled": enabled}
        entry = ScheduleEntry.of(_checked(name), task, schedule, self.app, **given).changed(key=key_of(name))
        rule = self._rule_of(entry)
        try:
            self.scheduler.put(rule, is_new=True)
        except AlreadyScheduled as error:
            raise AlreadyScheduled(f"there is a schedule {name!r} already: update it, or delete it first") from error
        return entry

    def update(self, name: str, *, timezone: str | None = None, **changes: Any) -> ScheduleEntry:
        """Change a schedule's `task`, `schedule`, `args`, `kwargs`, `options` or `enabled`.

        It stays in its time zone, unless `timezone` names another. Raises ObjectNotFound, and ImproperlyConfigured for
        one that code declares: it would come back as it was.
        """
        rule, entry = self._own(name)
        if unknown := changes.keys() - {"task", "schedule", "args", "kwargs", "options", "enabled"}:
            raise TypeError(f"update() got an unexpected keyword argument {min(unknown)!r}")
        told = {**{key: getattr(entry, key) for key in _KEPT}, **changes}
        when, task = told.pop("schedule"), told.pop("task")
        zone = timezone or entry.timezone
        new = ScheduleEntry.of(name, task, when, self.app, timezone=zone, **told).changed(key=entry.key)
        kept = self._rule_of(new).in_step_with(rule)
        self.scheduler.put(kept, is_new=False)
        return new.changed(start=kept.start)

    def pause(self, name: str) -> ScheduleEntry:
        """Let a schedule fire no more until it is resumed; raises ObjectNotFound."""
        return self._switched(name, is_enabled=False)

    def resume(self, name: str) -> ScheduleEntry:
        """Let a paused schedule fire again; what it missed is not made up for. Raises ObjectNotFound."""
        return self._switched(name, is_enabled=True)

    def delete(self, name: str) -> None:
        """Delete a schedule; raises ObjectNotFound, and ImproperlyConfigured for one that code declares."""
        rule, _ = self._own(name)
        self.scheduler.drop(rule.name)

    def get(self, name: str) -> ScheduleEntry:
        """A schedule by its name; one that a worker declares is `worker.name`, too. Raises ObjectNotFound."""
        return ScheduleEntry.read(self._rule(name))

    def list(self) -> builtins.list[ScheduleEntry]:
        """All schedules, the declared ones included, in the order of their next runs and the paused ones last."""
        entries = [ScheduleEntry.read(rule) for rule in self.scheduler.rules()]
        never = clock.now().max.replace(tzinfo=clock.now().tzinfo)
        return sorted(entries, key=lambda entry: ((entry.next_runs() or [never])[0], entry.name))

    def _rule_of(self, entry: ScheduleEntry) -> Rule:
        if entry.is_over:
            raise ImproperlyConfigured(f"schedule {entry.name!r} is over and would never fire: {entry.schedule!r}")
        return entry.rule(self.app)

    def _rule(self, name: str) -> Rule:
        found = self.scheduler.rule(key_of(name)) or self.scheduler.rule(name)
        if found is None:
            found = next((rule for rule in self.scheduler.rules() if ScheduleEntry.read(rule).name == name), None)
        if found is None:
            raise ObjectNotFound(f"there is no schedule {name!r}")
        return found

    def _own(self, name: str) -> tuple[Rule, ScheduleEntry]:
        rule = self._rule(name)
        entry = ScheduleEntry.read(rule)
        if entry.declared_by:
            raise ImproperlyConfigured(
                f"schedule {name!r} is declared by the worker {entry.declared_by!r}: change it there, or pause it"
            )
        return rule, entry

    def _switched(self, name: str, is_enabled: bool) -> ScheduleEntry:
        rule = self._rule(name).switched(is_enabled)
        self.scheduler.put(rule, is_new=False)
        return ScheduleEntry.read(rule)


_KEPT = ("task", "schedule", "args", "kwargs", "options", "enabled")


def _checked(name: str) -> str:
    if not isinstance(name, str) or not name or len(name) > 200:
        raise ImproperlyConfigured(f"a schedule's name has 1 to 200 characters, not {name!r:.100}")
    return name
