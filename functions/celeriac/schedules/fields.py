"""The fields of a crontab: numbers, names, ranges, steps and lists of these."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["Cronspec", "ParseException", "crontab_parser", "values_of"]

Cronspec = int | str | Iterable[int]
"""What a field of a crontab may be."""

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = {name: number for number, name in [*enumerate(_DAYS), *enumerate(_MONTHS, 1)]}
_PART = re.compile(r"(?:(?P<star>\*)|(?P<low>-?\w+)(?:-(?P<high>\w+))?)(?P<slash>/(?P<step>\w*))?")


class ParseException(Exception):
    """Raised when a field of a crontab cannot be read."""


class crontab_parser:  # noqa: N801 - Celery's name
    """Reads a field of `max_` values that begin with `min_`.

    >>> sorted(crontab_parser(24).parse("22-1,*/12"))
    [0, 1, 12, 22, 23]

    Source: https://docs.celeryq.dev/en/stable/reference/celery.schedules.html#celery.schedules.crontab_parser
    """

    ParseException = ParseException

    def __init__(self, max_: int = 60, min_: int = 0) -> None:
        self.max_, self.min_ = max_, min_

    def parse(self, spec: str) -> set[int]:
        """The values that a field names; raises ParseException, or ValueError for a value out of range."""
        return {value for part in spec.split(",") for value in self._part(part.strip())}

    def _part(self, part: str) -> Iterable[int]:
        found = _PART.fullmatch(part)
        if found is None:
            raise ParseException(f"{part!r} is no value, range or step" if part else "empty part")
        values = self._span(found)
        if not found["slash"]:
            return values
        if not found["star"] and not found["high"]:
            # To Quartz and AWS it is "from here on", and to Celery nothing.
            raise ValueError(f"{part!r}: a step is of a range or of *, such as */2")
        return values[:: self._step(found["step"])]

    def _span(self, found: re.Match[str]) -> list[int]:
        end = self.min_ + self.max_
        if found["star"]:
            return list(range(self.min_, end))
        low = self._value(found["low"])
        high = self._value(found["high"]) if found["high"] else low
        # A range may go around: 22-1 are the hours around midnight.
        return list(range(low, high + 1)) if low <= high else [*range(low, end), *range(self.min_, high + 1)]

    def _step(self, text: str) -> int:
        if not text:
            raise ParseException("empty filter")
        if not text.isdecimal() or int(text) < 1:
            raise ValueError(f"{text!r} is no step")
        return int(text)

    def _value(self, text: str) -> int:
        if text.startswith("-"):
            raise ParseException("negative numbers not supported")
        value = int(text) if text.isdecimal() else _NAMES.get(text[:3].lower())
        if value is None:
            raise ValueError(f"Invalid weekday literal {text!r}.")
        if not self.min_ <= value < self.min_ + self.max_:
            raise ValueError(f"Invalid value: {value} is not in {self.min_}-{self.min_ + self.max_ - 1}.")
        return value


def values_of(spec: Cronspec, max_: int, min_: int = 0) -> set[int]:
    """The values of a field that is a number, a text or an iterable of numbers.

    Raises TypeError for anything else, ValueError for a value out of range, ParseException for a text.
    """
    if isinstance(spec, int):
        values = {spec}
    elif isinstance(spec, str):
        values = crontab_parser(max_, min_).parse(spec)
    elif isinstance(spec, Iterable):
        values = set(spec)
    else:
        raise TypeError(f"A field of a crontab is an int, a str or an iterable of ints, not {type(spec)!r}.")
    for value in values:
        if not min_ <= value < max_ + min_:
            raise ValueError(f"Invalid crontab pattern: {value!r} is not in {min_}-{max_ - 1 + min_}.")
    if not values:
        raise ValueError("Invalid crontab pattern: a field without values never occurs.")
    return values
