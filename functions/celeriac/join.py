"""Joins: what waits for all members of a group, and what then happens.

A chord's header and a group inside of one are joins. A member that has ended *arrives*, by its place among the members;
arriving twice is arriving once. When all have arrived, the results are gathered in the order of the places, and the
body is sent with them, or this join arrives at the one around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from celeriac.serialization import dumps, loads

__all__ = ["Join", "Place", "leaves"]

Members = list[Any]
"""The ids of the tasks whose results are gathered; a list within the list is a group's."""


@dataclass(frozen=True, slots=True)
class Place:
    """A member's place in a join of a size."""

    join: str
    index: int
    size: int

    @classmethod
    def of(cls, value: dict[str, Any] | None) -> Self | None:
        """A place from a message's JSON."""
        return cls(**value) if value else None

    def as_fields(self) -> dict[str, Any]:
        """The place as a message's JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A join: its members' results, the signature of its body, and its own place in the join around it.

    `chain` is what follows the body, which it takes from where the chord stood.
    """

    id: str
    members: Members
    body: dict[str, Any] | None = None
    chain: list[dict[str, Any]] = field(default_factory=list)
    place: dict[str, Any] | None = None
    root_id: str | None = None

    def grown(self, member: Any) -> Self:
        """The join with one more member."""
        return replace(self, members=[*self.members, member])

    def dumps(self) -> str:
        """The join as JSON text."""
        return dumps({item.name: getattr(self, item.name) for item in fields(self)})

    @classmethod
    def loads(cls, text: str) -> Self:
        """Read what `dumps` wrote."""
        return cls(**loads(text))


def leaves(members: Members) -> Iterator[str]:
    """The ids of all tasks in a tree of members."""
    for member in members:
        if isinstance(member, list):
            yield from leaves(member)
        else:
            yield member
