"""`crontab`: minutes, hours and days, as in cron(8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from celeriac.schedules.base import BaseSchedule, schedstate
from celeriac.schedules.fields import Cronspec, values_of
from celeriac.schedules.wall import moment_of, times_after

__all__ = ["crontab"]

_LONGEST_MONTHS = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_YEARS = 41
"""A 29th of February falls on each day of the week within 40 years, whatever centuries come between."""


class crontab(BaseSchedule):  # noqa: N801 - Celery's name
    """A crontab. It runs on the days that all three of `day_of_week`, `day_of_month` and `month_of_year` name.

    >>> crontab(minute=0, hour=9, day_of_week="mon", day_of_month="1-7")  # the first Monday of each month
    <crontab: 0 9 1-7 * mon (m/h/dM/MY/d)>

    A field is a number, a text such as "*/15", "mon-fri" or "1,2,10-12", or numbers in any iterable; Sunday is 0.
    A range may go around ("fri-mon"). Raises ParseException, ValueError or TypeError for a field that cannot be, and
    ValueError for days that no month has.

    Source: https://docs.celeryq.dev/en/stable/reference/celery.schedules.html#celery.schedules.crontab
    """

    def __init__(
        self,
        minute: Cronspec = "*",
        hour: Cronspec = "*",
        day_of_week: Cronspec = "*",
        day_of_month: Cronspec = "*",
        month_of_year: Cronspec = "*",
        nowfun: Callable[[], datetime] | None = None,
        app: Any = None,
    ) -> None:
        super().__init__(nowfun, app)
        given = (minute, hour, day_of_week, day_of_month, month_of_year)
        # An iterator can be read once: what it yields is kept.
        self._orig = tuple(_lasting(spec) for spec in given)
        self.minute = values_of(self._orig[0], 60)
        self.hour = values_of(self._orig[1], 24)
        self.day_of_week = values_of(self._orig[2], 7)
        self.day_of_month = values_of(self._orig[3], 31, 1)
        self.month_of_year = values_of(self._orig[4], 12, 1)
        if min(self.day_of_month) > max(_LONGEST_MONTHS[month] for month in self.month_of_year):
            raise ValueError(
                f"Invalid crontab: day_of_month {self._orig[3]!r} never occurs in month_of_year {self._orig[4]!r}."
            )

    @classmethod
    def from_string(cls, crontab: str) -> Self:
        """The crontab of five fields: minute, hour, day of month, month, day of week; raises ValueError.

        >>> crontab.from_string("30 7 * * mon-fri") == crontab(30, 7, "mon-fri")
        True

        Source: https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#crontab-schedules
        """
        fields = crontab.split()
        if len(fields) != 5:
            raise ValueError(f"{crontab!r} must have five fields, and has {len(fields)}")
        minute, hour, day_of_month, month_of_year, day_of_week = fields
        return cls(minute, hour, day_of_week, day_of_month, month_of_year)

    @property
    def fields(self) -> str:
        """The five fields as text, which `from_string` reads."""
        minute, hour, day_of_week, day_of_month, month_of_year = self._orig
        given = (minute, hour, day_of_month, month_of_year, day_of_week)
        if all(isinstance(spec, int | str) and " " not in str(spec) for spec in given):
            return " ".join(map(str, given))
        own = ((self.minute, 60), (self.hour, 24), (self.day_of_month, 31), (self.month_of_year, 12))
        values = (*own, (self.day_of_week, 7))
        return " ".join("*" if len(each) == size else ",".join(map(str, sorted(each))) for each, size in values)

    def next_after(self, moment: datetime) -> datetime:
        """The next run after an aware moment, in UTC."""
        local = moment.astimezone(self.tz)
        wall = self.next_wall(local.replace(tzinfo=None, fold=0))
        # Who is in the second 02:00 hour of a night goes on from there.
        return moment_of(wall, self.tz, local.fold if wall.date() == local.date() else 0)

    def runs(self, at: datetime, seconds: float) -> list[datetime]:  # noqa: ARG002 - its runs are minutes
        """The runs in the minute that begins at an aware moment: that moment, if the clock's fields match."""
        local = at.astimezone(self.tz)
        is_time = local.minute in self.minute and local.hour in self.hour
        is_day = local.day in self.day_of_month and local.month in self.month_of_year
        return [at] if is_time and is_day and local.isoweekday() % 7 in self.day_of_week else []

    def next_wall(self, wall: datetime) -> datetime:
        """The next time after `wall` on a clock that is never changed; both are naive."""
        hours, minutes = sorted(self.hour), sorted(self.minute)
        for day in self._days_from(wall.date()):
            for found in times_after(day, wall, hours, minutes):
                return found
        raise RuntimeError(f"{self!r} never occurs")

    def _days_from(self, first: date) -> Iterator[date]:
        months = [
            (year, month) for year in range(first.year, first.year + _YEARS) for month in sorted(self.month_of_year)
        ]
        days = (
            date(year, month, day)
            for year, month in months
            for day in sorted(self.day_of_month)
            if day <= _days_in(year, month)
        )
        return (day for day in days if day >= first and day.isoweekday() % 7 in self.day_of_week)

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Whether it is time for the run that follows the one at `last_run_at`, and the seconds until the next.

        A run that was missed by more than `beat_cron_starting_deadline` seconds is not due any more.
        """
        late_s = -self.remaining_estimate(last_run_at).total_seconds()
        deadline_s = getattr(getattr(self._app, "conf", None), "beat_cron_starting_deadline", None)
        if deadline_s is not None and late_s > 0:
            since = self.maybe_make_aware(self.now()).astimezone(UTC) - timedelta(seconds=deadline_s, microseconds=1)
            if self.remaining_estimate(since).total_seconds() > 0:
                return schedstate(is_due=False, next=max(self.remaining_estimate(self.now()).total_seconds(), 0))
        return super().is_due(last_run_at)

    def __repr__(self) -> str:
        minute, hour, day_of_week, day_of_month, month_of_year = self._orig
        return f"<crontab: {minute} {hour} {day_of_month} {month_of_year} {day_of_week} (m/h/dM/MY/d)>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*self._orig, self.nowfun)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, crontab):
            return NotImplemented
        return self._values == other._values and bool(super().__eq__(other))

    @property
    def _values(self) -> tuple[set[int], ...]:
        return self.minute, self.hour, self.day_of_week, self.day_of_month, self.month_of_year

    __hash__ = None


def _lasting(spec: Cronspec) -> Cronspec:
    return spec if isinstance(spec, int | str | set | list | tuple) or not hasattr(spec, "__iter__") else list(spec)


def _days_in(year: int, month: int) -> int:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _LONGEST_MONTHS[month] - (month == 2 and not is_leap)
