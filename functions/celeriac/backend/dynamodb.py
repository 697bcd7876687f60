"""The backend on Amazon DynamoDB: the only place with condition expressions, each one named."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from typing import Any

from celeriac import aws, clock, limits, states
from celeriac.backend.base import FAILURE_EXPIRES, RESULT_EXPIRES, Backend, seconds
from celeriac.exceptions import OperationalError
from celeriac.join import Join, Place
from celeriac.message import Message
from celeriac.row import Row
from celeriac.serialization import dumps, loads
from celeriac.storage import Objects

__all__ = ["DynamoDBBackend"]

# The conditions: a write happens where its condition is true. A row past its time counts as gone, for TTL deletes late.
ROW_IS_GONE = "attribute_not_exists(#id) OR #expires_at < :now"
TEXT_IS_UNCHANGED = "#text = :old"
ATTEMPT_IS_CURRENT = f"{ROW_IS_GONE} OR (#attempt <= :attempted AND NOT #state IN (:success, :failure, :revoked))"

READ_ATTEMPTS = 5
READ_INTERVAL_S = 0.2
"""How often, and after what pauses, a throttled table is asked for what it left unread."""

_TIMES = frozenset({"started_at", "done_at"})
_ATTRIBUTES = tuple(name for name in Row.__dataclass_fields__ if name != "id")


class DynamoDBBackend(Backend):
    """The backend on Amazon DynamoDB."""

    def __init__(self, table: str, payloads: Objects, result_expires: timedelta = RESULT_EXPIRES) -> None:
        super().__init__(payloads, result_expires)
        self.table = table

    def get_many(self, ids: Iterable[str], *, consistent: bool = False) -> dict[str, Row]:
        keys = [_key(task_id) for task_id in dict.fromkeys(ids)]
        return {row.id: row for row in _living(self._items(keys, consistent=consistent))}

    def _items(self, keys: list[dict[str, Any]], *, consistent: bool = False) -> Iterator[dict[str, Any]]:
        for start in range(0, len(keys), limits.DYNAMODB_BATCH_GET_ITEMS):
            chunk = keys[start : start + limits.DYNAMODB_BATCH_GET_ITEMS]
            request = {self.table: {"Keys": chunk, "ConsistentRead": consistent}}
            for attempt in range(READ_ATTEMPTS):
                time.sleep(READ_INTERVAL_S * attempt * random.random())  # noqa: S311 - jitter, not a secret
                with aws.translated(f"reading {len(chunk)} items"):
                    answer = aws.client("dynamodb").batch_get_item(RequestItems=request)
                yield from answer["Responses"].get(self.table, ())
                request = answer.get("UnprocessedKeys") or {}
                if not request:
                    break
            else:
                raise OperationalError("DynamoDB left items unread: the table is throttled")

    def _get(self, task_id: str) -> Row | None:
        item = self._item(task_id)
        return next(_living([item] if item else []), None)

    def accept(self, message: Message) -> None:
        row = Row.of(message, states.PENDING)
        self._put_if_gone({"id": row.id, **_fields(row), "expires_at": self.receipt_expires_at(message)})

    def progress(self, row: Row) -> bool:
        return self._write(row, _fields(row), remove=()) is None

    def _record(self, row: Row) -> Row | None:
        fields = _fields(row)
        if row.state == states.FAILURE and row.done_at:
            fields["failed_on"] = row.done_at.date().isoformat()
        return self._write(
            row, fields, remove=tuple(name for name in (*_ATTRIBUTES, "failed_on") if name not in fields)
        )

    def forget(self, task_id: str) -> None:
        with aws.translated(f"forgetting {task_id}"):
            aws.client("dynamodb").delete_item(TableName=self.table, Key=_key(task_id))

    def failures(self, on: date) -> Iterator[Row]:
        pages = (
            aws.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                IndexName="failures",
                KeyConditionExpression="failed_on = :day",
                ExpressionAttributeValues={":day": {"S": on.isoformat()}},
                ScanIndexForward=False,
            )
        )
        with aws.translated(f"listing the failures of {on}"):
            for page in pages:
                yield from _living(page["Items"])

    def _keep(self, key: str, text: str) -> None:
        self._put_if_gone({"id": key, "text": text, "expires_at": seconds(clock.now() + FAILURE_EXPIRES)})

    def _swap(self, key: str, old: str, new: str) -> None:
        with suppress(_Standing), _refusals(f"changing {key}"):
            aws.client("dynamodb").update_item(
                TableName=self.table,
                Key=_key(key),
                UpdateExpression="SET #text = :new",
                ConditionExpression=TEXT_IS_UNCHANGED,
                ExpressionAttributeNames=_names(("text",)),
                ExpressionAttributeValues={":old": {"S": old}, ":new": {"S": new}},
            )

    def _kept(self, key: str) -> str | None:
        item = self._item(key)
        return str(item["text"]["S"]) if item else None

    def _note_arrival(self, place: Place) -> bool:
        shard = place.index // SHARD_MEMBERS
        values = {
            "index": {"NS": [str(place.index)]},
            **_values({"expires_at": seconds(clock.now() + FAILURE_EXPIRES)}),
        }
        with aws.translated(f"arriving at the join {place.join}"):
            answer = aws.client("dynamodb").update_item(
                TableName=self.table,
                Key=_key(_counter(place.join, shard)),
                UpdateExpression="ADD #arrived :index SET #expires_at = :expires_at",
                ExpressionAttributeNames=_names(("arrived", "expires_at")),
                ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
                ReturnValues="ALL_NEW",
            )
        return len(answer["Attributes"]["arrived"]["NS"]) >= min(SHARD_MEMBERS, place.size - shard * SHARD_MEMBERS)

    def _arrivals(self, join: Join) -> int:
        shards = range(-(-len(join.members) // SHARD_MEMBERS))
        items = self._items([_key(_counter(join.id, shard)) for shard in shards], consistent=True)
        return sum(len(item["arrived"]["NS"]) for item in items)

    def _item(self, key: str) -> dict[str, Any] | None:
        with aws.translated(f"reading {key}"):
            answer = aws.client("dynamodb").get_item(TableName=self.table, Key=_key(key), ConsistentRead=True)
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _put_if_gone(self, fields: Mapping[str, Any]) -> None:
        with suppress(_Standing), _refusals(f"writing {fields['id']}"):
            aws.client("dynamodb").put_item(
                TableName=self.table,
                Item=_values(fields),
                ConditionExpression=ROW_IS_GONE,
                ExpressionAttributeNames=_names(("id", "expires_at")),
                ExpressionAttributeValues={":now": {"N": _now()}},
            )

    def _write(self, row: Row, fields: Mapping[str, Any], remove: tuple[str, ...]) -> Row | None:
        """Write unless ATTEMPT_IS_CURRENT says no; returns the row that stood in the way."""
        fields = {**fields, "expires_at": self.expires_at(row)}
        values = _values({**fields, "attempted": row.attempted, **_FINISHED}) | {"now": {"N": _now()}}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in fields)
        update += " REMOVE " + ", ".join(f"#{name}" for name in remove) if remove else ""
        try:
            with _refusals(f"writing the row of {row.id}"):
                aws.client("dynamodb").update_item(
                    TableName=self.table,
                    Key=_key(row.id),
                    UpdateExpression=update,
                    ConditionExpression=ATTEMPT_IS_CURRENT,
                    ExpressionAttributeNames=_names(("id", *fields, *remove)),
                    ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except _Standing as refusal:
            return refusal.row
        return None


class _Standing(Exception):
    """A condition said no; `row` is what stood in the way, where it was asked for."""

    def __init__(self, row: Row | None) -> None:
        self.row = row


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    try:
        with aws.translated(what):
            yield
    except OperationalError as error:
        if aws.error_code(error.__cause__) != "ConditionalCheckFailedException":
            raise
        item = getattr(error.__cause__, "response", {}).get("Item")
        raise _Standing(_row(item) if item else None) from error


SHARD_MEMBERS = 256
"""The members of a join that share one counter item: as many numbers as fit into the KiB of one write unit."""


def _counter(join_id: str, shard: int) -> str:
    return f"chord#{join_id}/{shard}"


_FINISHED = {"success": states.SUCCESS, "failure": states.FAILURE, "revoked": states.REVOKED}


def _key(task_id: str) -> dict[str, Any]:
    return {"id": {"S": task_id}}


def _fields(row: Row) -> dict[str, Any]:
    """The row's attributes that have a value, as plain JSON types."""
    fields: dict[str, Any] = {}
    for name in _ATTRIBUTES:
        value = getattr(row, name)
        if value is not None and value != ():
            fields[name] = value.isoformat() if isinstance(value, datetime) else value
    if row.children:
        fields["children"] = dumps(row.children)
    return fields


def _names(names: Iterable[str]) -> dict[str, str]:
    return {f"#{name}": name for name in names}


def _values(fields: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in fields.items()}


def _now() -> str:
    return str(int(clock.now().timestamp()))


def _living(items: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """The rows among those items whose time is not over: TTL deletes days late."""
    now = clock.now().timestamp()
    rows = (item for item in items if "state" in item)
    return (_row(item) for item in rows if float(item.get("expires_at", {"N": "inf"})["N"]) >= now)


def _row(item: Mapping[str, Any]) -> Row:
    fields = {name: next(iter(item[name].values())) for name in _ATTRIBUTES if name in item}
    fields |= {name: datetime.fromisoformat(fields[name]) for name in _TIMES & fields.keys()}
    fields["attempt"] = int(fields.get("attempt", 0))
    fields["children"] = tuple(loads(fields.get("children", "[]")))
    return Row(id=item["id"]["S"], **fields)
