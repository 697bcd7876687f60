"""`schedule`: every so many seconds, minutes, hours or days."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from celeriac.schedules.base import BaseSchedule, schedstate
from celeriac.schedules.wall import moment_of

__all__ = ["DAY", "HOUR", "MINUTE", "SECOND", "maybe_schedule", "schedule"]

DAY, HOUR, MINUTE, SECOND = (timedelta(seconds=seconds) for seconds in (86400, 3600, 60, 1))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class schedule(BaseSchedule):  # noqa: N801 - Celery's name
    """Every `run_every`, a timedelta or seconds; with `relative`, on the full second, minute, hour or day.

    >>> schedule(90)
    <freq: 1.50 minutes>

    Source: https://docs.celeryq.dev/en/stable/reference/celery.schedules.html#celery.schedules.schedule
    """

    relative = False

    def __init__(
        self,
        run_every: float | timedelta | None = None,
        relative: bool = False,
        nowfun: Callable[[], datetime] | None = None,
        app: Any = None,
    ) -> None:
        super().__init__(nowfun, app)
        self.run_every: Any = run_every if not isinstance(run_every, int | float) else timedelta(seconds=run_every)
        self.relative = relative

    @property
    def seconds(self) -> float:
        """The interval in seconds, 0 for one that goes back in time."""
        return float(max(self.run_every.total_seconds(), 0))

    @property
    def human_seconds(self) -> str:
        """The interval in words."""
        units = (("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", SECOND))
        for name, unit in units:
            if self.run_every >= unit:
                count = self.run_every / unit
                return f"{count:.2f} {name}{'s' if count > 1 else ''}"
        return "now"

    def next_after(self, moment: datetime) -> datetime:
        """The next run after the one at an aware moment, in UTC."""
        start = moment.astimezone(UTC)
        if not self.relative or self.run_every <= timedelta(0):
            end: datetime = start + self.run_every
            return end
        return _aligned(moment.astimezone(self.tz), self.run_every)

    def runs(self, at: datetime, seconds: float) -> list[datetime]:
        """The runs in so many seconds from an aware moment on: the multiples of the interval since 1970."""
        start = at.astimezone(UTC)
        first = math.ceil((start - _EPOCH) / self.run_every)
        end = math.ceil((start + timedelta(seconds=seconds) - _EPOCH) / self.run_every)
        return [_EPOCH + number * self.run_every for number in range(first, end)]

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Whether it is time for the run that follows the one at `last_run_at`, and the seconds until the next."""
        last = self.maybe_make_aware(last_run_at)
        left_s = max(self.remaining_estimate(last).total_seconds(), 0)
        if left_s:
            return schedstate(is_due=False, next=left_s)
        until_next_s = self.remaining_estimate(self.now()).total_seconds() if self.relative else 0
        return schedstate(is_due=True, next=until_next_s if until_next_s > 0 else self.seconds)

    def __repr__(self) -> str:
        return f"<freq: {self.human_seconds}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.run_every, self.relative, self.nowfun)

    def __eq__(self, other: object) -> bool:
        return bool(self.run_every == (other.run_every if isinstance(other, schedule) else other))

    __hash__ = None


def maybe_schedule(s: Any, relative: bool = False, app: Any = None) -> Any:
    """A schedule of what may be one: seconds and a timedelta are intervals, a schedule gets the app, None stays."""
    if isinstance(s, int | float | timedelta):
        return schedule(s, relative, app=app)
    if isinstance(s, BaseSchedule):
        s.app = app
    return s


def _aligned(start: datetime, interval: timedelta) -> datetime:
    """The last full unit of the interval that is after `start` and not after its end; or else the first after it.

    A day counts by the calendar, from midnight to midnight; hours and minutes are as long as they always are.
    """
    zone = start.tzinfo or UTC
    begin = start.astimezone(UTC)
    if interval >= DAY:
        midnight = (start.replace(tzinfo=None) + interval).replace(hour=0, minute=0, second=0, microsecond=0)
        return min(moment for moment in _moments(midnight, zone) if moment > begin)
    end = begin + interval
    unit = next((unit for unit in (HOUR, MINUTE, SECOND) if interval >= unit), None)
    if unit is None:
        return end
    marks = sorted(moment for wall in _marks(end.astimezone(zone), unit) for moment in _moments(wall, zone))
    return max((mark for mark in marks if begin < mark <= end), default=None) or next(
        (mark for mark in marks if mark > begin), end
    )


def _marks(around: datetime, unit: timedelta) -> Iterator[datetime]:
    """The full units on a wall clock around a time: enough of them to reach over any change of the clock."""
    wall = around.replace(tzinfo=None, fold=0)
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    full = midnight + (wall - midnight) // unit * unit
    yield from (full + step * unit for step in range(-4, 5))


def _moments(wall: datetime, zone: tzinfo) -> set[datetime]:
    """The moments at which the clocks show a time: two where it comes twice."""
    return {moment_of(wall, zone), max(moment_of(wall, zone), moment_of(wall, zone, fold=1))}
