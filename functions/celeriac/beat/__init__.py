"""Periodic tasks without a beat process: EventBridge Scheduler keeps the time, and sends.

>>> app.schedules.create("nightly", "report.nightly", crontab(hour=3))  # doctest: +SKIP

What `app.conf.beat_schedule` declares becomes a schedule when the worker is deployed, what `app.schedules` creates at
once. docs/schedules.md has examples of both, and of those in worker.toml.
Source: https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html
"""

from celeriac.beat.entry import ScheduleEntry
from celeriac.beat.timetable import Schedules

__all__ = ["ScheduleEntry", "Schedules"]
