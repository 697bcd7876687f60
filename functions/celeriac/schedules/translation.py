"""From a schedule to what EventBridge Scheduler takes.

Most schedules are one expression of AWS's. What no expression says exactly (both fields of days restricted, seconds,
the sun) is a *tick*: an expression that fires often enough, and the task `celery.tick`, which asks the schedule itself
for the runs until the next tick and sends them, each at its second.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from itertools import pairwise
from typing import Any

from celeriac.exceptions import ImproperlyConfigured
from celeriac.schedules.base import BaseSchedule
from celeriac.schedules.cron_fields import DAY_OF_WEEK, RANGES
from celeriac.schedules.crontab import crontab
from celeriac.schedules.expression import CENTURY, Expression
from celeriac.schedules.interval import DAY, HOUR, MINUTE, SECOND, schedule
from celeriac.schedules.solar import solar

__all__ = ["Translation", "translated", "zone_name"]

MOST_CHARACTERS = 256
"""Of an expression: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""
_UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))
EVERY_MINUTE = "cron(* * * * ? *)"


@dataclass(frozen=True, slots=True)
class Translation:
    """An expression and its time zone; where it ticks, `window_s` are the seconds that each tick stands for."""

    expression: str
    timezone: str = "UTC"
    window_s: int = 0


def translated(when: BaseSchedule) -> Translation:
    """What AWS is told of a schedule; raises ImproperlyConfigured, with the reason, for one that it cannot keep."""
    translate = _TRANSLATIONS.get(type(when))  # a subclass may decide what nobody asks it
    if translate is None:
        kind = type(when).__name__
        raise ImproperlyConfigured(f"{when!r}: there is no beat to ask a schedule of one's own, {kind}, if it is due")
    return translate(when)


def zone_name(zone: tzinfo) -> str:
    """The IANA name of a time zone; raises ImproperlyConfigured for one without a name, such as a fixed offset."""
    name = getattr(zone, "key", None) or str(zone)
    if name != "UTC" and not getattr(zone, "key", None):
        raise ImproperlyConfigured(f"timezone must be the name of a zone such as Europe/Berlin, not {zone!r}")
    return name


def _of_crontab(when: crontab) -> Translation:
    zone = zone_name(when.tz)
    minutes, hours = _field(when.minute, 0), _field(when.hour, 1)
    months, days = _field(when.month_of_year, 3), _field(when.day_of_month, 2)
    weekdays, window_s = _field([day + 1 for day in when.day_of_week], DAY_OF_WEEK), 0
    if weekdays == "*":
        pair = f"{days} {months} ?"
    elif days == "*":
        pair = f"? {months} {weekdays}"
    elif (nth := _nth_week(when.day_of_month)) and len(when.day_of_week) == 1:
        pair = f"? {months} {weekdays}#{nth}"  # AWS takes one weekday with a #, and no list of them
    else:
        pair, window_s = f"{days} {months} ?", 60
    return _checked(Translation(f"cron({minutes} {hours} {pair} *)", zone, window_s), when)


def _nth_week(days: Collection[int]) -> int:
    """Which week of a month these seven days are, or 0."""
    first = min(days)
    return (first + 6) // 7 if first % 7 == 1 and set(days) == {*range(first, min(first + 7, 32))} else 0


def _field(values: Collection[int], position: int) -> str:
    """The values in as few characters as AWS needs: all, a step from the first to the end, or a list of ranges.

    Days of the week have no steps there.
    """
    low, high = RANGES[position]
    ordered = sorted(values)
    if len(ordered) == high - low + 1:
        return "*"
    steps = {later - earlier for earlier, later in pairwise(ordered)}
    is_step = len(ordered) > 2 and len(steps) == 1 and position != DAY_OF_WEEK
    if is_step and (step := steps.pop()) > 1 and ordered[-1] + step > high:
        return f"{ordered[0]}/{step}"
    return ",".join(_ranges(ordered))


def _ranges(ordered: list[int]) -> list[str]:
    spans: list[list[int]] = []
    for value in ordered:
        if spans and spans[-1][-1] == value - 1:
            spans[-1].append(value)
        else:
            spans.append([value])
    return [f"{span[0]}-{span[-1]}" if len(span) > 2 else ",".join(map(str, span)) for span in spans]


def _checked(translation: Translation, when: BaseSchedule) -> Translation:
    if len(translation.expression) > MOST_CHARACTERS:
        raise ImproperlyConfigured(f"{when!r}: more than AWS's {MOST_CHARACTERS} characters; make it two schedules")
    return translation


def _of_interval(when: schedule) -> Translation:
    every = when.run_every
    if every < SECOND:
        raise ImproperlyConfigured(f"{when!r}: an interval of less than a second is no schedule")
    if every > CENTURY:
        raise ImproperlyConfigured(f"{when!r}: an interval must be a hundred years at most")
    if when.relative and every >= MINUTE:
        return _of_relative(when, every)
    if every % MINUTE:
        return Translation(EVERY_MINUTE, window_s=60)
    unit, word = next((unit, word) for unit, word in _UNITS if not every % unit)
    count = every // unit
    return Translation(f"rate({count} {word}{'s' if count > 1 else ''})")


def _of_relative(when: schedule, every: timedelta) -> Translation:
    """A relative interval is on the full minute, hour or day; so it is a cron, if it divides the next larger unit."""
    zone = zone_name(when.tz)
    for unit, size, form in ((DAY, 1, "0 0 {}"), (HOUR, 24, "0 {} *"), (MINUTE, 60, "{} * *")):
        count = every / unit
        if every >= unit:
            if count != int(count) or size % int(count):
                break
            field = "*" if count == 1 else f"0/{int(count)}"
            return Translation(f"cron({form.format(field)} * ? *)", zone)
    raise ImproperlyConfigured(
        f"{when!r}, relative: the clock has no such marks; use crontab(), or an interval without relative=True"
    )


_TRANSLATIONS: Mapping[type[BaseSchedule], Callable[[Any], Translation]] = {
    Expression: lambda when: Translation(when.text, when.timezone),
    crontab: _of_crontab,
    schedule: _of_interval,
    solar: lambda _when: Translation(EVERY_MINUTE, window_s=60),
}
