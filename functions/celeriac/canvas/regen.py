"""Signatures that a generator has not made yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["regen"]


class regen:  # noqa: N801 - Celery's name
    """What an iterator gives, taken as it is asked for and kept: it can be gone through again, from the start.

    In anything that is written or copied, it is the list of all.
    """

    def __init__(self, coming: Iterable[Any]) -> None:
        self._taken: list[Any] = []
        self._coming = iter(coming)

    def __iter__(self) -> Iterator[Any]:
        index = 0
        while index < len(self._taken) or self._take():
            yield self._taken[index]
            index += 1

    def _take(self) -> bool:
        for item in self._coming:
            self._taken.append(item)
            return True
        return False

    def __json__(self) -> list[Any]:
        return list(self)

    def __reduce__(self) -> Any:
        return list, (list(self),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list | regen) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as a list
