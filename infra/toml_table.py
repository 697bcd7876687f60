"""Reading a TOML table key by key, noting everything that is wrong with it instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeGuard, TypeVar

__all__ = ["TomlTable", "shown"]

T = TypeVar("T")

SHOWN_CHARACTERS = 60
PLAIN_KEY = re.compile(r"[\w.\[\]-]{1,100}")


class TomlTable:
    """A table being read: every method takes one key out, and what is left at `finish` is unknown.

    A bad value is noted in `problems` with the file and the key, and a default stands in for it, so that one run
    shows all there is to correct.
    """

    def __init__(self, values: dict[str, Any], file: str, problems: list[str], path: str = "") -> None:
        self._left = dict(values)
        self._known: list[str] = []
        self._file = file
        self._path = path
        self.problems = problems

    def note(self, key: str, problem: str) -> None:
        """Note that something is wrong with `key`, or with the table itself where that is ""."""
        named = key if PLAIN_KEY.fullmatch(key) or not key else shown(key)
        self.problems.append(f"{self._file}: {f'{self._path}{named}'.rstrip('.')}: {problem}")

    def __contains__(self, key: str) -> bool:
        """Whether `key` is given and not taken yet."""
        return key in self._left

    def integer(self, key: str, low: int, high: int, default: T) -> int | T:
        """Take a whole number from `low` to `high`."""
        value = self._take(key, default)
        # A TOML true is a Python bool, and a bool is an int: it is not a number of seconds.
        if value is default:
            return default
        if type(value) is int and low <= value <= high:
            return value
        return self._bad(key, f"a whole number from {low} to {high}", value, default)

    def boolean(self, key: str, *, default: bool) -> bool:
        """Take true or false."""
        value = self._take(key, default)
        return value if isinstance(value, bool) else self._bad(key, "true or false", value, default)

    def text(self, key: str, default: str = "") -> str:
        """Take a string of visible characters; "" stands for one that is not given."""
        if key not in self:
            return str(self._take(key, default))
        value = self._take(key, default)
        return value if _is_text(value) else self._bad(key, "a string that is not empty", value, default)

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of different strings."""
        value = self._take(key, [])
        if isinstance(value, list) and all(_is_text(item) for item in value) and len(set(value)) == len(value):
            return tuple(value)
        return self._bad(key, "a list of different strings, none of them empty", value, ())

    def array(self, key: str) -> list[Any]:
        """Take a list of anything."""
        value = self._take(key, [])
        return value if isinstance(value, list) else self._bad(key, "a list", value, [])

    def mapping(self, key: str) -> dict[str, Any]:
        """Take a table as it is."""
        value = self._take(key, {})
        return value if isinstance(value, dict) else self._bad(key, "a table", value, {})

    def tables(self, key: str, name: re.Pattern[str]) -> Iterator[tuple[str, TomlTable]]:
        """Take the named tables `[key.NAME]`."""
        for child, values in self.mapping(key).items():
            if not name.fullmatch(child):
                self.note(f"{key}.{child}", f"the name must match {name.pattern}")
            elif not isinstance(values, dict):
                self._bad(f"{key}.{child}", "a table", values, None)
            else:
                yield child, TomlTable(values, self._file, self.problems, f"{self._path}{key}.{child}.")

    def table(self, key: str) -> TomlTable:
        """Take the table `[key]`, which may be missing."""
        return TomlTable(self.mapping(key), self._file, self.problems, f"{self._path}{key}.")

    def rows(self, key: str) -> Iterator[TomlTable]:
        """Take the repeated tables `[[key]]`."""
        for index, values in enumerate(self.array(key)):
            if isinstance(values, dict):
                yield TomlTable(values, self._file, self.problems, f"{self._path}{key}[{index}].")
            else:
                self._bad(f"{key}[{index}]", "a table", values, None)

    def finish(self) -> None:
        """Note every key that nobody took."""
        for key in self._left:
            self.note(key, f"unknown; the keys here are {', '.join(self._known)}")

    def _take(self, key: str, default: object) -> object:
        self._known.append(key)
        return self._left.pop(key, default)

    def _bad(self, key: str, wanted: str, value: object, default: T) -> T:
        self.note(key, f"must be {wanted}, not {shown(value)}")
        return default


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def shown(value: object) -> str:
    """A value as it may stand in a message, however long or odd it is."""
    try:
        text = repr(value)
    except ValueError:  # a whole number of thousands of digits has no decimal form in Python
        return "a number of thousands of digits"
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
