"""The six fields of an AWS cron expression: the values that they name, and the times on a wall clock that match.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from celeriac.schedules.wall import times_after

__all__ = ["DAY_OF_WEEK", "RANGES", "YEAR", "CronFields"]

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS = ("minutes", "hours", "day of month", "month", "day of week", "year")
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR = 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class CronFields:
    """What the fields name; the two fields of days stay text, for what they mean depends on the month."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: tuple[int, ...]
    day_of_month: str
    day_of_week: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the six fields; raises ValueError that says what is wrong."""
        fields = text.split()
        if len(fields) != len(FIELDS):
            raise ValueError(f"must have six fields ({', '.join(FIELDS)}), not {len(fields)}")
        if (fields[DAY_OF_MONTH] == "?") == (fields[DAY_OF_WEEK] == "?"):
            raise ValueError("exactly one of day of month and day of week must be ?")
        for position, field in enumerate(fields):
            if problem := _problem(position, field):
                raise ValueError(problem)
        values = [() if position in _DAYS else _all_of(position, field) for position, field in enumerate(fields)]
        return cls(values[0], values[1], frozenset(values[3]), values[5], fields[2], fields[4])

    def next_wall(self, wall: datetime) -> datetime | None:
        """The next time after a naive one that matches, or None."""
        for day in self._days_from(wall.date()):
            for found in times_after(day, wall, self.hours, self.minutes):
                return found
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in self.years:
            for month in sorted(self.months) if year >= first.year else ():
                if (year, month) >= (first.year, first.month):
                    days = (date(year, month, day) for day in sorted(self._days_of(year, month)))
                    yield from (day for day in days if day >= first)

    def _days_of(self, year: int, month: int) -> set[int]:
        last = calendar.monthrange(year, month)[1]
        if self.day_of_week == "?":
            return {day for part in self.day_of_month.split(",") for day in _days_of_month(part, year, month, last)}
        return {day for part in self.day_of_week.split(",") for day in _days_of_week(part, year, month, last)}


_DAYS = (DAY_OF_MONTH, DAY_OF_WEEK)


def _problem(position: int, field: str) -> str | None:
    parts = field.split(",")
    if ("?" in field and field != "?") or not all(_is_day(position, part) or _values(position, part) for part in parts):
        return f"{field!r} is no value for {FIELDS[position]}"
    if position == DAY_OF_WEEK and "/" in field:
        return f"{field!r}: a day of week takes no step; name the days, such as MON,WED,FRI"
    if "#" in field and len(parts) > 1:
        return f"{field!r}: a day of week with # stands alone; make it two schedules"
    return None


def _is_day(position: int, part: str) -> bool:
    """Whether this means certain days of a month, or no restriction on them."""
    if position == DAY_OF_MONTH:
        return re.fullmatch(r"\?|L|LW|([1-9]|[12]\d|3[01])W", part, re.ASCII) is not None
    nth = re.fullmatch(r"(\w{1,3})(L|#[1-5])", part, re.ASCII)
    return position == DAY_OF_WEEK and (part in {"?", "L"} or (nth is not None and _value(position, nth[1]) > 0))


def _days_of_month(part: str, year: int, month: int, last: int) -> set[int]:
    if part == "L":
        return {last}
    if part.endswith("W"):
        return {_weekday_near(year, month, last if part == "LW" else min(int(part[:-1]), last), last)}
    return {day for day in _values(DAY_OF_MONTH, part) if day <= last}


def _weekday_near(year: int, month: int, day: int, last: int) -> int:
    """The day of Monday to Friday that is nearest to a day, in the same month."""
    weekday = calendar.weekday(year, month, day)
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < last else day - 2
    return day


def _days_of_week(part: str, year: int, month: int, last: int) -> set[int]:
    if part == "L":
        part = "7"
    name, hash_, nth = part.partition("#")
    is_last = not hash_ and part.endswith("L") and len(part) > 1
    wanted = _values(DAY_OF_WEEK, name[:-1] if is_last else name)
    days = [day for day in range(1, last + 1) if calendar.weekday(year, month, day) in {(n - 2) % 7 for n in wanted}]
    if is_last:
        return set(days[-1:])
    return set(days[int(nth) - 1 : int(nth)]) if hash_ else set(days)


def _all_of(position: int, field: str) -> tuple[int, ...]:
    return tuple(sorted({value for part in field.split(",") for value in _values(position, part)}))


def _values(position: int, part: str) -> list[int]:
    """The values of a number, a name, a range or a step; none of what cannot be read."""
    low, high = RANGES[position]
    span, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdecimal() and 0 < int(step) <= high):
        return []
    begin, dash, end = span.partition("-")
    first = low if span == "*" else _value(position, begin)
    final = high if span == "*" or (slash and not dash) else _value(position, end if dash else begin)
    if first < 0 or final < 0:
        return []
    values = range(first, final + 1) if first <= final else [*range(first, high + 1), *range(low, final + 1)]
    return list(values)[:: int(step) if slash else 1]


def _value(position: int, text: str) -> int:
    """The number that a number or a name means, or -1."""
    names = {MONTH: MONTHS, DAY_OF_WEEK: WEEKDAYS}.get(position, ())
    if text.upper() in names:
        return names.index(text.upper()) + 1
    low, high = RANGES[position]
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) and low <= int(text) <= high else -1
