"""Times on a wall clock, and the moments that they are on the nights on which the clock is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo

__all__ = ["is_skipped", "moment_of", "times_after"]


def moment_of(wall: datetime, zone: tzinfo, fold: int = 0) -> datetime:
    """The moment, in UTC, at which the clocks of a zone show a time.

    Of one that comes twice it is the first (with `fold` 1, the second); one that is skipped counts on from before the
    change, as in Celery: 02:30, where 02:00 is followed by 03:00, is what then is 03:30.
    """
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def is_skipped(wall: datetime, zone: tzinfo) -> bool:
    """Whether the clocks of a zone never show this time."""
    return moment_of(wall, zone).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None)


def times_after(day: date, wall: datetime, hours: Sequence[int], minutes: Sequence[int]) -> Iterator[datetime]:
    """The times of a day, in order, that are later than a naive time on it or before it."""
    is_same = day == wall.date()
    for hour in hours:
        if not is_same or hour >= wall.hour:
            for minute in minutes:
                if not is_same or (hour, minute) > (wall.hour, wall.minute):
                    yield datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - a time on a wall
