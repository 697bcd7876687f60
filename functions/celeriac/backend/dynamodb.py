"""The backend on Amazon DynamoDB: the only place with condition expressions, each one named."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from celeriac import aws, clock, limits, marks, states
from celeriac.backend.base import FAILURE_EXPIRES, LONGEST_WAIT, RESULT_EXPIRES, Backend, seconds
from celeriac.backend.items import (
    ATTRIBUTES,
    fields_of,
    key_of,
    living,
    names_of,
    now_text,
    parameters_of,
    row_of,
    values_of,
)
from celeriac.exceptions import OperationalError
from celeriac.join import Place
from celeriac.message import Message
from celeriac.row import Row
from celeriac.storage import Objects

__all__ = ["DynamoDBBackend"]

# The conditions: a write happens where its condition is true. A row past its time counts as gone, for TTL deletes late.
ROW_IS_GONE = "attribute_not_exists(#id) OR #expires_at < :now"
TEXT_IS_UNCHANGED = "#text = :old"
IS_UNFINISHED = "NOT #state IN (:success, :failure, :revoked)"
MARK_IS_WEAKER = f"{IS_UNFINISHED} AND (attribute_not_exists(#mark) OR #mark < :mark)"
ATTEMPT_IS_CURRENT = f"{ROW_IS_GONE} OR (#attempt <= :attempted AND {IS_UNFINISHED})"
ATTEMPT_MAY_GO_ON = f"({ATTEMPT_IS_CURRENT}) AND (attribute_not_exists(#mark) OR #mark < :terminate)"

READ_ATTEMPTS = 5
READ_INTERVAL_S = 0.2
"""How often, and after what pauses, a throttled table is asked for what it left unread."""


class DynamoDBBackend(Backend):
    """The backend on Amazon DynamoDB."""

    def __init__(self, table: str, payloads: Objects, result_expires: timedelta = RESULT_EXPIRES) -> None:
        super().__init__(payloads, result_expires)
        self.table = table

    def read(
        self, ids: Iterable[str], notices: Iterable[str] = (), *, consistent: bool = False
    ) -> tuple[dict[str, Row], dict[str, str]]:
        keys = [key_of(key) for key in dict.fromkeys((*ids, *notices))]
        items = list(self._items(keys, consistent=consistent))
        texts = {item["id"]["S"]: item["text"]["S"] for item in items if "text" in item}
        return {row.id: row for row in living(items)}, texts

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
        return next(living([item] if item else []), None)

    def accept(self, message: Message) -> None:
        row = Row.of(message, states.PENDING)
        self._put_if_gone({"id": row.id, **fields_of(row), "expires_at": self.receipt_expires_at(message)})

    def progress(self, row: Row) -> bool:
        return self._write(row, fields_of(row), remove=(), condition=ATTEMPT_MAY_GO_ON) is None

    def _record(self, row: Row) -> Row | None:
        fields = fields_of(row)
        # Who revokes a task means its retries, too.
        kept = {*fields, "mark"} if row.state == states.RETRY else {*fields}
        return self._write(row, fields, remove=tuple(name for name in ATTRIBUTES if name not in kept))

    def forget(self, task_id: str) -> None:
        with aws.translated(f"forgetting {task_id}"):
            aws.client("dynamodb").delete_item(TableName=self.table, Key=key_of(task_id))

    def mark(self, task_id: str, mark: str) -> None:
        fields = {"mark": mark, "expires_at": seconds(clock.now() + LONGEST_WAIT)}
        listing = {"listed": states.REVOKED, "listed_at": clock.now().isoformat()} if mark in marks.REVOKING else {}
        if self._put_if_gone({"id": task_id, "state": states.PENDING, "attempt": 0, **fields, **listing}):
            return
        update = ", ".join(f"#{name} = :{name}" for name in fields)
        update += "".join(f", #{name} = if_not_exists(#{name}, :{name})" for name in listing)
        with suppress(_Standing), _refusals(f"marking {task_id}"):
            aws.client("dynamodb").update_item(
                TableName=self.table,
                Key=key_of(task_id),
                UpdateExpression=f"SET {update}",
                ConditionExpression=MARK_IS_WEAKER,
                ExpressionAttributeNames=names_of(("state", *fields, *listing)),
                ExpressionAttributeValues=parameters_of({**fields, **listing, **_FINISHED}),
            )

    def listed(self, under: str) -> Iterator[Row]:
        pages = (
            aws.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                IndexName="listed",
                KeyConditionExpression="listed = :under",
                ExpressionAttributeValues={":under": {"S": under}},
                ScanIndexForward=False,
            )
        )
        with aws.translated(f"listing {under}"):
            for page in pages:
                yield from living(page["Items"])

    def post(self, key: str, text: str, lives: timedelta) -> None:
        fields = {"id": key, "text": text, "expires_at": seconds(clock.now() + lives)}
        with aws.translated(f"writing {key}"):
            aws.client("dynamodb").put_item(TableName=self.table, Item=values_of(fields))

    def _keep(self, key: str, text: str, lives: timedelta = FAILURE_EXPIRES) -> None:
        self._put_if_gone({"id": key, "text": text, "expires_at": seconds(clock.now() + lives)})

    def _swap(self, key: str, old: str, new: str) -> None:
        with suppress(_Standing), _refusals(f"changing {key}"):
            aws.client("dynamodb").update_item(
                TableName=self.table,
                Key=key_of(key),
                UpdateExpression="SET #text = :new",
                ConditionExpression=TEXT_IS_UNCHANGED,
                ExpressionAttributeNames=names_of(("text",)),
                ExpressionAttributeValues={":old": {"S": old}, ":new": {"S": new}},
            )

    def _kept(self, key: str) -> str | None:
        item = self._item(key)
        return str(item["text"]["S"]) if item else None

    def _note_arrival(self, place: Place) -> bool:
        shard = place.index // SHARD_MEMBERS
        expires_at = {"expires_at": seconds(clock.now() + FAILURE_EXPIRES)}
        with aws.translated(f"arriving at the join {place.join}"):
            answer = aws.client("dynamodb").update_item(
                TableName=self.table,
                Key=key_of(_counter(place.join, shard)),
                UpdateExpression="ADD #arrived :index SET #expires_at = :expires_at",
                ExpressionAttributeNames=names_of(("arrived", "expires_at")),
                ExpressionAttributeValues={":index": {"NS": [str(place.index)]}, **parameters_of(expires_at)},
                ReturnValues="ALL_NEW",
            )
        noted = answer["Attributes"]
        size = int(noted["size"]["N"]) if "size" in noted else place.size or math.inf
        return len(noted["arrived"]["NS"]) >= min(SHARD_MEMBERS, size - shard * SHARD_MEMBERS)

    def _note_size(self, last: Place) -> None:
        with aws.translated(f"telling the size of the join {last.join}"):
            aws.client("dynamodb").update_item(
                TableName=self.table,
                Key=key_of(_counter(last.join, last.index // SHARD_MEMBERS)),
                UpdateExpression="SET #size = :size, #expires_at = :expires_at",
                ExpressionAttributeNames=names_of(("size", "expires_at")),
                ExpressionAttributeValues=parameters_of(
                    {"size": last.size, "expires_at": seconds(clock.now() + FAILURE_EXPIRES)}
                ),
            )

    def _arrivals(self, join_id: str, size: int) -> int:
        shards = range(-(-size // SHARD_MEMBERS))
        items = self._items([key_of(_counter(join_id, shard)) for shard in shards], consistent=True)
        return sum(len(item["arrived"]["NS"]) for item in items)

    def _item(self, key: str) -> dict[str, Any] | None:
        with aws.translated(f"reading {key}"):
            answer = aws.client("dynamodb").get_item(TableName=self.table, Key=key_of(key), ConsistentRead=True)
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _put_if_gone(self, fields: Mapping[str, Any]) -> bool:
        """Write an item, unless there is one; says whether it did."""
        with suppress(_Standing), _refusals(f"writing {fields['id']}"):
            aws.client("dynamodb").put_item(
                TableName=self.table,
                Item=values_of(fields),
                ConditionExpression=ROW_IS_GONE,
                ExpressionAttributeNames=names_of(("id", "expires_at")),
                ExpressionAttributeValues={":now": {"N": now_text()}},
            )
            return True
        return False

    def _write(
        self, row: Row, fields: Mapping[str, Any], remove: tuple[str, ...], condition: str = ATTEMPT_IS_CURRENT
    ) -> Row | None:
        """Write unless the condition says no; returns the row that stood in the way."""
        fields = {**fields, "expires_at": self.expires_at(row)}
        values = {**fields, "attempted": row.attempted, **_FINISHED, "now": int(now_text())}
        if condition == ATTEMPT_MAY_GO_ON:
            values["terminate"] = marks.TERMINATE
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in fields)
        update += " REMOVE " + ", ".join(f"#{name}" for name in remove) if remove else ""
        names = {"id", "mark", *fields, *remove} if "#mark" in condition + update else {"id", *fields, *remove}
        try:
            with _refusals(f"writing the row of {row.id}"):
                aws.client("dynamodb").update_item(
                    TableName=self.table,
                    Key=key_of(row.id),
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeNames=names_of(names),
                    ExpressionAttributeValues=parameters_of(values),
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
        raise _Standing(row_of(item) if item else None) from error


SHARD_MEMBERS = 256
"""The members of a join that share one counter item: as many numbers as fit into the KiB of one write unit."""


def _counter(join_id: str, shard: int) -> str:
    return f"chord#{join_id}/{shard}"


_FINISHED = {"success": states.SUCCESS, "failure": states.FAILURE, "revoked": states.REVOKED}
