"""What is written on a command line: JSON, lists, times."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import typer

from celeriac import clock, limits

__all__ = ["ago", "json_array", "json_object", "moment", "moment_or_seconds", "names", "seconds", "task_id", "times"]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def json_array(text: str) -> list[Any]:
    """Arguments, such as `[1, "two"]`."""
    value = _json(text)
    if not isinstance(value, list):
        raise typer.BadParameter(f"must be a JSON array, such as '[1, \"two\"]', not {text!r:.100}")
    return value


def json_object(text: str) -> dict[str, Any]:
    """Keyword arguments, such as `{"size": 512}`."""
    value = _json(text)
    if not isinstance(value, dict):
        raise typer.BadParameter(f"must be a JSON object, such as '{{\"size\": 512}}', not {text!r:.100}")
    return value


def moment(text: str) -> datetime:
    """An ISO 8601 time; without a zone it is UTC."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r:.100} is no ISO 8601 time, such as 2027-01-31T08:00:00+01:00") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def seconds(text: str) -> float:
    """A number of seconds."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise typer.BadParameter(f"must be a number of seconds, not {text!r:.100}")
    return number


def moment_or_seconds(text: str) -> datetime | float:
    """An ISO 8601 time, or a number of seconds from now."""
    try:
        return seconds(text)
    except typer.BadParameter:
        return moment(text)


def times(text: str) -> str | float:
    """A schedule: seconds, or text that the library reads."""
    try:
        return seconds(text)
    except typer.BadParameter:
        return text


def ago(text: str) -> datetime:
    """A time in the past: so long ago, such as `90s`, `10m`, `2h` or `3d`, or an ISO 8601 time."""
    number, unit = text[:-1], text[-1:]
    if unit in _UNITS and number.isascii() and number.isdigit() and len(number) < 8:
        try:
            return clock.now() - timedelta(seconds=int(number) * _UNITS[unit])
        except OverflowError as error:
            raise typer.BadParameter(f"the calendar does not go back {text}") from error
    return moment(text)


def task_id(text: str) -> str:
    """A task's id: 1 to 255 characters of Unicode, for no row has another."""
    if not 0 < len(text) <= limits.TASK_ID_CHARS or any("\ud800" <= char <= "\udfff" for char in text):
        raise typer.BadParameter(f"a task's id has 1 to {limits.TASK_ID_CHARS} characters, not {text!r:.100}")
    return text


def names(text: str | None) -> list[str]:
    """A comma-separated list, empty where none was given; one without a name is refused, for it would mean all."""
    found = [name.strip() for name in (text or "").split(",") if name.strip()]
    if text is not None and not found:
        raise typer.BadParameter(f"must be names, with commas between, not {text!r:.100}")
    return found


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"is not JSON: {error}") from error
