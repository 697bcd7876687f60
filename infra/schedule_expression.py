"""EventBridge Scheduler's expressions, checked at synth: the service itself would say so only in mid-deployment."""

from __future__ import annotations

import datetime
import re

from infra.toml_table import shown

__all__ = ["at_problem", "cron_problem", "rate_problem"]

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS = ("minutes", "hours", "day of month", "month", "day of week", "year")
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
DAY_OF_MONTH, MONTH, DAY_OF_WEEK = 2, 3, 4


def cron_problem(expression: str) -> str | None:
    """Say what is wrong with the six fields of an AWS cron expression, or None."""
    fields = expression.split()
    if len(fields) != len(FIELDS):
        return f"must have six fields ({', '.join(FIELDS)}), not {len(fields)}"
    if (fields[DAY_OF_MONTH] == "?") == (fields[DAY_OF_WEEK] == "?"):
        return "exactly one of day of month and day of week must be ?"
    for position, field in enumerate(fields):
        if not all(_part_is_good(position, part) for part in field.split(",")):
            return f"{shown(field)} is no value for {FIELDS[position]}"
    return None


def rate_problem(expression: str) -> str | None:
    """Say what is wrong with a rate such as "5 minutes", or None."""
    match = re.fullmatch(r"([1-9]\d{0,5}) (minute|hour|day)(s?)", expression)
    if match is None:
        return 'must be a number and minutes, hours or days, such as "5 minutes"'
    if (match[1] == "1") == bool(match[3]):
        return 'takes the singular for one and the plural for more, such as "1 hour" or "2 hours"'
    return None


def at_problem(expression: str) -> str | None:
    """Say what is wrong with a local date and time such as "2026-12-31T23:00:00", or None."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", expression):
        try:
            datetime.datetime.strptime(f"{expression}+0000", "%Y-%m-%dT%H:%M:%S%z")
        except ValueError:
            return f"{shown(expression)} is not on the calendar"
        return None
    return 'must be a date and time without zone, such as "2026-12-31T23:00:00"'


def _part_is_good(position: int, part: str) -> bool:
    if part == "?":
        return position in (DAY_OF_MONTH, DAY_OF_WEEK)
    if position == DAY_OF_MONTH and re.fullmatch(r"L|LW|([1-9]|[12]\d|3[01])W", part):
        return True
    if position == DAY_OF_WEEK and (nth := re.fullmatch(r"(\w{1,3})(L|#[1-5])", part)):
        return _value(position, nth[1]) is not None
    span, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdecimal() and 0 < int(step) <= RANGES[position][1]):
        return False
    if span == "*":
        return True
    low, dash, high = span.partition("-")
    ends = [_value(position, low), _value(position, high if dash else low)]
    return None not in ends


def _value(position: int, text: str) -> int | None:
    names = {MONTH: MONTHS, DAY_OF_WEEK: WEEKDAYS}.get(position, ())
    if text.upper() in names:
        return names.index(text.upper()) + 1
    low, high = RANGES[position]
    if re.fullmatch(r"\d{1,4}", text, re.ASCII) and low <= int(text) <= high:
        return int(text)
    return None
