"""Decoded JSON against the documents: what is wrong, and at which JSON pointer."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

__all__ = ["Misfit", "converted"]

T = TypeVar("T")

_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class Misfit(Exception):
    """Raised for JSON that is not as it should be; `pointer` (RFC 6901) leads to what is wrong in it."""

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.pointer = pointer


def converted(value: Any, kind: type[T]) -> T:
    """The value as a document of that kind; raises Misfit."""
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeError) as error:
        place = _PLACE.search(str(error))
        raise Misfit(_PLACE.sub("", str(error)) + ".", _pointer(place["path"]) if place else "") from error


def _pointer(path: str) -> str:
    """msgspec's `.args[0]` as `/args/0`, as far as it goes: it leaves out the keys of objects."""
    return "".join(f"/{name or index}" for name, index in _STEP.findall(path))
