"""What an app does with schedules: `add_periodic_task`, and `app.schedules`."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from celeriac import log
from celeriac.canvas import Signature

if TYPE_CHECKING:
    from celeriac.beat import Schedules

__all__ = ["Periodic"]


class Periodic:
    """An app's periodic tasks."""

    conf: Any

    def add_periodic_task(
        self,
        schedule: Any,
        sig: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        name: str | None = None,
        **opts: Any,
    ) -> str:
        """Add a task to `conf.beat_schedule`; returns the name that it has there, by default the signature's text.

        Call it from a receiver of `on_after_configure` or `on_after_finalize`, or where the tasks are declared.

        Source: https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#entries
        """
        given = Signature(sig.name, args=args, kwargs=dict(kwargs or {}))
        call = sig.clone(args, dict(kwargs or {})) if isinstance(sig, Signature) else given
        options = {**call.options, **opts}
        fields = {"task": call.task, "args": call.args, "kwargs": call.kwargs, "options": options}
        key = name or repr(call)
        add = functools.partial(self._add, key, {"schedule": schedule, **fields}, is_named=bool(name))
        if self.conf.is_read:
            add()
        else:
            self.conf.when_read(add)
        return key

    def _add(self, key: str, fields: Mapping[str, Any], *, is_named: bool) -> None:
        if not is_named and key in self.conf.beat_schedule:
            log.logger.warning("periodic task %r takes the place of one that has no name either; give name=", key)
        self.conf.beat_schedule[key] = fields

    @functools.cached_property
    def schedules(self) -> Schedules:
        """The timetable of the deployment: `create`, `update`, `pause`, `resume`, `delete`, `list`, `get`."""
        from celeriac.beat import Schedules  # no task needs it

        return Schedules(self)  # type: ignore[arg-type]  # which is an app
