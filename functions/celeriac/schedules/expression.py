"""EventBridge Scheduler's expressions, `cron(…)`, `rate(…)` and `at(…)`: read, checked, and when they fire.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

from celeriac.schedules.base import BaseSchedule
from celeriac.schedules.cron_fields import RANGES, YEAR, CronFields
from celeriac.schedules.wall import is_skipped, moment_of

__all__ = ["CENTURY", "Expression", "at_problem", "cron_problem", "rate_problem", "zone_of"]

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"([1-9]\d{0,5}) (minute|hour|day)(s?)", re.ASCII)
_AT = "%Y-%m-%dT%H:%M:%S"
_FORM = re.compile(r"(cron|rate|at)\((.*)\)", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CENTURY = timedelta(days=36_525)


class Expression(BaseSchedule):
    """An expression in AWS's own words, in a time zone; it is a schedule like any other.

    >>> Expression("cron(0 23 ? * MON-FRI *)", "Europe/Berlin")
    <cron(0 23 ? * MON-FRI *) Europe/Berlin>

    A time that the clocks skip does not fire, and one that comes twice fires once, the first time. A rate counts from
    `start`, or else from 1970. Raises ValueError for what the Scheduler would refuse.
    """

    def __init__(self, text: str, timezone: str = "UTC", start: datetime | None = None, app: Any = None) -> None:
        super().__init__(app=app)
        self.text, self.timezone = text, timezone
        self.start = (start or _EPOCH).astimezone(UTC)
        self.zone = zone_of(timezone)
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r:.100} must be cron(…), rate(…) or at(…)")
        self.kind, self.value = found[1], found[2]
        if problem := _PROBLEMS[self.kind](self.value):
            raise ValueError(f"{text!r:.100}: {problem}")
        self._fields = CronFields.parse(self.value) if self.kind == "cron" else None

    @classmethod
    def listed(cls, text: str, timezone: str, start: datetime | None = None) -> Self:
        """The expression as AWS has it; of one that cannot be read here nobody knows when it fires."""
        try:
            return cls(text, timezone, start)
        except ValueError:
            found = cls("rate(1 day)")
            found.text, found.timezone, found.kind = text, timezone, ""
            return found

    @property
    def tz(self) -> tzinfo:
        """The time zone of the expression."""
        return self.zone

    def following(self, moment: datetime) -> datetime | None:
        """The next firing after an aware moment, in UTC, or None when there is none any more."""
        if self.kind == "rate":
            interval = _interval(self.value)
            count = max(0, math.floor((moment - self.start) / interval) + 1)
            return self.start + count * interval
        if self.kind == "at":
            wall = datetime.strptime(self.value, _AT)  # noqa: DTZ007 - a time on a wall
            once = moment_of(wall, self.zone)
            return once if once > moment else None
        return self._next_of_cron(moment)

    def _next_of_cron(self, moment: datetime) -> datetime | None:
        wall = moment.astimezone(self.zone).replace(tzinfo=None, fold=0)
        # In the second 02:30 of a night, what follows on the wall may have been in the first.
        while self._fields and (found := self._fields.next_wall(wall)) is not None:
            fires = moment_of(found, self.zone)
            if fires > moment and not is_skipped(found, self.zone):
                return fires
            wall = found
        return None

    def next_after(self, moment: datetime) -> datetime:
        """The next firing after an aware moment, in UTC; raises ValueError when there is none any more."""
        found = self.following(moment)
        if found is None:
            raise ValueError(f"{self.text} does not fire any more")
        return found

    def runs(self, at: datetime, seconds: float) -> list[datetime]:
        """The firings in so many seconds from an aware moment on."""
        found, moment = [], self.following(at - timedelta(microseconds=1))
        while moment is not None and moment < at + timedelta(seconds=seconds):
            found.append(moment)
            moment = self.following(moment)
        return found

    def __repr__(self) -> str:
        return f"<{self.text} {self.timezone}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.timezone, self.start)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression):
            return NotImplemented
        return (self.text, self.timezone) == (other.text, other.timezone)

    __hash__ = None


def zone_of(name: str) -> tzinfo:
    """The time zone of a name such as "Europe/Berlin"; raises ValueError for one that there is not."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # which few workers need

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, TypeError) as error:
        raise ValueError(f'there is no time zone {name!r:.100}; one is "Europe/Berlin"') from error


def cron_problem(text: str) -> str | None:
    """Say what is wrong with the six fields of an AWS cron expression, or None."""
    try:
        CronFields.parse(text)
    except ValueError as error:
        return str(error)
    return None


def rate_problem(text: str) -> str | None:
    """Say what is wrong with a rate such as "5 minutes", or None."""
    found = _RATE.fullmatch(text)
    if found is None:
        return 'must be a number and minutes, hours or days, such as "5 minutes"'
    if (found[1] == "1") == bool(found[3]):
        return 'takes the singular for one and the plural for more, such as "1 hour" or "2 hours"'
    return "must be a hundred years at most" if _interval(text) > CENTURY else None


def at_problem(text: str) -> str | None:
    """Say what is wrong with a local date and time such as "2026-12-31T23:00:00", or None."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text, re.ASCII):
        return 'must be a date and time without zone, such as "2026-12-31T23:00:00"'
    try:
        wall = datetime.strptime(text, _AT)  # noqa: DTZ007 - as above
    except ValueError:
        return f"{text!r} is not on the calendar"
    first, last = RANGES[YEAR]
    return None if first <= wall.year <= last else f"must be in the years {first} to {last}"


_PROBLEMS = {"cron": cron_problem, "rate": rate_problem, "at": at_problem}


def _interval(rate: str) -> timedelta:
    count, unit = rate.split()
    return timedelta(seconds=int(count) * _UNITS[unit.rstrip("s")])
