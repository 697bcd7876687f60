"""Items of the result table in DynamoDB's own notation, and rows read from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from celeriac import clock
from celeriac.row import Row
from celeriac.serialization import dumps, loads

__all__ = [
    "ATTRIBUTES",
    "fields_of",
    "key_of",
    "living",
    "names_of",
    "now_text",
    "parameters_of",
    "row_of",
    "values_of",
]

LISTING = ("listed", "listed_at")
"""The keys of the sparse index."""
ATTRIBUTES = (*(name for name in Row.__dataclass_fields__ if name != "id"), *LISTING)
"""All that is written of a row."""
_TIMES = frozenset({"started_at", "done_at"})


def key_of(task_id: str) -> dict[str, Any]:
    """The primary key of an item."""
    return {"id": {"S": task_id}}


def fields_of(row: Row, listed: tuple[str, datetime] | None) -> dict[str, Any]:
    """The row's attributes that have a value, and its place in the index, as plain JSON types."""
    fields: dict[str, Any] = {}
    listing = dict(zip(LISTING, listed or (), strict=False))
    for name in ATTRIBUTES:
        value = listing.get(name) if name in LISTING else getattr(row, name)
        if value is not None and value != ():
            fields[name] = value.isoformat() if isinstance(value, datetime) else value
    if row.children:
        fields["children"] = dumps(row.children)
    return fields


def names_of(names: Iterable[str]) -> dict[str, str]:
    """The names of an expression: `#state` stands for `state`, which is a word of DynamoDB's own."""
    return {f"#{name}": name for name in names}


def values_of(fields: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Fields as an item has them."""
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in fields.items()}


def parameters_of(fields: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The values of an expression, by their names with a colon."""
    return {f":{name}": value for name, value in values_of(fields).items()}


def now_text() -> str:
    """The present second, as a number is written."""
    return str(int(clock.now().timestamp()))


def living(items: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """The rows among those items whose time is not over: TTL deletes days late."""
    now = clock.now().timestamp()
    rows = (item for item in items if "state" in item)
    return (row_of(item) for item in rows if float(item.get("expires_at", {"N": "inf"})["N"]) >= now)


def row_of(item: Mapping[str, Any]) -> Row:
    """The row that an item is."""
    names = [name for name in ATTRIBUTES if name in item and name not in LISTING]
    fields = {name: next(iter(item[name].values())) for name in names}
    fields |= {name: datetime.fromisoformat(fields[name]) for name in _TIMES & fields.keys()}
    fields["attempt"] = int(fields.get("attempt", 0))
    fields["children"] = tuple(loads(fields.get("children", "[]")))
    return Row(id=item["id"]["S"], **fields)
