"""The figures of a day, as an operator reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["Arrivals", "Day", "Failed", "report"]

FAILURES_SHOWN = 10
REASON_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Files of one kind that arrived."""

    files: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that failed, and why."""

    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day, by UTC."""

    on: date
    images: Arrivals
    pdfs: Arrivals
    failures: Sequence[Failed]


def report(deployment: str, today: Day, yesterday: Day, until: datetime) -> tuple[str, str]:
    """Subject and text of the report: today as far as it has come, and yesterday, which the last report saw half of."""
    counts = f"{_count(today.images.files, 'image')}, {_count(today.pdfs.files, 'PDF')}, "
    subject = f"{deployment}: {counts}{_count(len(today.failures), 'failure')} on {today.on}"
    lines = [
        f"{today.on}, until {until:%H:%M} UTC",
        *_lines(today),
        "",
        f"{yesterday.on}, the whole day",
        *_lines(yesterday),
        "",
        "Days begin and end at midnight UTC.",
    ]
    return subject, "\n".join(lines)


def _lines(day: Day) -> Iterable[str]:
    yield f"  {_count(day.images.files, 'image')} ({_megabytes(day.images)})"
    yield f"  {_count(day.pdfs.files, 'PDF')} ({_megabytes(day.pdfs)})"
    yield f"  {_count(len(day.failures), 'failure')}"
    kinds = Counter(day.failures).most_common()
    for failed, times in kinds[:FAILURES_SHOWN]:
        yield f"    {times:,} × {failed.task}: {failed.reason[:REASON_CHARACTERS]}"
    if len(kinds) > FAILURES_SHOWN:
        yield f"    and {len(kinds) - FAILURES_SHOWN:,} other kinds"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _megabytes(arrivals: Arrivals) -> str:
    return f"{arrivals.size_bytes / 1_000_000:,.1f} MB"
