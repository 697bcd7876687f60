"""Gather a day's figures: what arrived in the bucket, and which tasks failed."""

from __future__ import annotations

from datetime import date
from itertools import islice

from celeriac.backend import Backend
from celeriac.row import Row
from celeriac.serialization import loads
from celeriac.storage import Bucket
from notify.figures import Arrivals, Day, Failed

__all__ = ["day_of"]

FAILURES_READ = 10_000
"""More than anyone reads about; each page of them is a query."""


def day_of(files: Bucket, backend: Backend, on: date) -> Day:
    """One day by UTC, which is also how the keys of uploads are dated: `images/2026-11-22/…`."""
    failures = [_failed(row) for row in islice(backend.failures(on=on), FAILURES_READ)]
    return Day(on, _arrivals(files, "images", on), _arrivals(files, "pdfs", on), failures)


def _arrivals(files: Bucket, kind: str, on: date) -> Arrivals:
    sizes = [stored.size_bytes for prefix in ("", "incoming/") for stored in files.keys(f"{prefix}{kind}/{on}/")]
    return Arrivals(len(sizes), sum(sizes))


def _failed(row: Row) -> Failed:
    error = loads(row.error) if row.error else {}
    message = error.get("exc_message") or []
    reason = ", ".join(map(str, message)) if isinstance(message, list) else str(message)
    return Failed(row.name or row.id, f"{error.get('exc_type', 'an unknown error')}: {reason}".splitlines()[0])
