"""Text for a terminal, and JSON for a program."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import datetime
from typing import Any

__all__ = ["as_json", "plain", "spoken"]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text with what would steer a terminal written out: names and errors are what strangers chose."""
    return _CONTROL.sub(lambda match: repr(match[0])[1:-1] if match[0] != "\r" else "\\r", text)


def spoken(seconds: float | None) -> str | None:
    """A duration as a person says it: "42s", "3m 10s", "2h 5m", "4d 1h"."""
    if seconds is None:
        return None
    whole = round(seconds)
    parts = [(whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "m"), (whole % 60, "s")]
    first = next((index for index, (number, _) in enumerate(parts) if number), len(parts) - 1)
    return " ".join(f"{number}{unit}" for number, unit in parts[first : first + 2] if number) or "0s"


def as_json(value: Any, indent: int | None = 2) -> str:
    """Any value as JSON, by default on many lines; what JSON has no word for is text."""
    return json.dumps(value, default=_plain, indent=indent, sort_keys=False)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, set | frozenset | tuple) or hasattr(value, "__getitem__") else str(value)
