"""The options of a schedule that count from each of its firings: `expires` and `countdown`, in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from celeriac.exceptions import ImproperlyConfigured

__all__ = ["counted", "plain"]

MOST_S = 366 * 86400
REFUSED = {
    "task_id": "each firing has an id of its own",
    "root_id": "each firing is the first of its tasks",
    "parent_id": "each firing is the first of its tasks",
    "eta": "the schedule says when",
}


def counted(options: dict[str, Any], task: Any) -> dict[str, float]:
    """What counts from each firing, taken out of the options; an `expires` that is a moment stays there.

    Raises ImproperlyConfigured, with the reason, for what a firing cannot have.
    """
    for option, reason in REFUSED.items():
        if options.get(option) is not None:
            raise ImproperlyConfigured(f"{option} cannot be given, for {reason}")
    found = {"countdown_s": _seconds("countdown", options.pop("countdown", None))}
    expires = options.get("expires", getattr(task, "expires", None))
    if isinstance(expires, str | datetime):
        options["expires"] = expires
    else:
        options.pop("expires", None)
        found["expires_s"] = _seconds("expires", expires)
    return {name: value for name, value in found.items() if value is not None}


def plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as JSON has them, to be shown and given again."""
    return {name: _plain(value) for name, value in options.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, datetime) else value


def _seconds(name: str, value: Any) -> float | None:
    seconds = _plain(value)
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MOST_S:
        raise ImproperlyConfigured(f"{name} must be 0 to {MOST_S:,} seconds, or a timedelta, not {value!r:.100}")
    return float(seconds)
