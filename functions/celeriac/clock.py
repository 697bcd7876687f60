"""The time, from one place, so that the twin can let an hour pass in no time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

__all__ = ["now", "running_on"]


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return _source()


@contextmanager
def running_on(source: Callable[[], datetime]) -> Iterator[None]:
    """Take the time from elsewhere for a while."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
