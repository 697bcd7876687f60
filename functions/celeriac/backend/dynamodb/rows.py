"""The rows of tasks in DynamoDB: under which conditions they are written, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from celeriac import aws, clock, marks, states
from celeriac.backend.base import LONGEST_WAIT, seconds
from celeriac.backend.dynamodb.items import (
    ATTRIBUTES,
    fields_of,
    key_of,
    living,
    now_text,
    parameters_of,
)
from celeriac.backend.dynamodb.notes import Notes
from celeriac.backend.dynamodb.table import ROW_IS_GONE, Standing
from celeriac.message import Message
from celeriac.row import Row

__all__ = ["DynamoDBBackend"]

# The conditions: a write happens where its condition is true. A row past its time counts as gone, for TTL deletes late.
IS_UNFINISHED = "NOT #state IN (:success, :failure, :revoked)"
MARK_IS_WEAKER = f"{IS_UNFINISHED} AND (attribute_not_exists(#mark) OR #mark < :mark)"
ATTEMPT_IS_CURRENT = f"{ROW_IS_GONE} OR (#attempt <= :attempted AND {IS_UNFINISHED})"
ATTEMPT_MAY_GO_ON = f"({ATTEMPT_IS_CURRENT}) AND (attribute_not_exists(#mark) OR #mark < :terminate)"
ROW_IS_UNCHANGED = "#state = :was AND #attempt = :its_attempt"


class DynamoDBBackend(Notes):
    """The backend on Amazon DynamoDB."""

    def read(
        self, ids: Iterable[str], notices: Iterable[str] = (), *, consistent: bool = False
    ) -> tuple[dict[str, Row], dict[str, str]]:
        keys = [key_of(key) for key in dict.fromkeys((*ids, *notices))]
        items = list(self._items(keys, consistent=consistent))
        texts = {item["id"]["S"]: item["text"]["S"] for item in items if "text" in item}
        return {row.id: row for row in living(items)}, texts

    def _get(self, task_id: str) -> Row | None:
        item = self._item(task_id)
        return next(living([item] if item else []), None)

    def accept(self, message: Message) -> None:
        row = Row.of(message, states.PENDING)
        self._put_if_gone({"id": row.id, **self._fields(row), "expires_at": self.receipt_expires_at(message)})

    def progress(self, row: Row) -> bool:
        return self._write(row, self._fields(row), remove=(), condition=ATTEMPT_MAY_GO_ON) is None

    def _record(self, row: Row) -> Row | None:
        fields = self._fields(row)
        # Who revokes a task means its retries, too.
        kept = {*fields, "mark"} if row.state == states.RETRY else {*fields}
        return self._write(row, fields, remove=tuple(name for name in ATTRIBUTES if name not in kept))

    def mark(self, task_id: str, mark: str) -> None:
        fields = {"mark": mark, "expires_at": seconds(clock.now() + LONGEST_WAIT)}
        listing = {"listed": states.REVOKED, "listed_at": clock.now().isoformat()} if mark in marks.REVOKING else {}
        if self._put_if_gone({"id": task_id, "state": states.PENDING, "attempt": 0, **fields, **listing}):
            return
        update = ", ".join(f"#{name} = :{name}" for name in fields)
        update += "".join(f", #{name} = if_not_exists(#{name}, :{name})" for name in listing)
        values, names = {**fields, **listing, **_FINISHED}, ("state", *fields, *listing)
        with suppress(Standing):
            self._update(task_id, f"SET {update}", names, values, ConditionExpression=MARK_IS_WEAKER)

    def _amend(self, row: Row, was: Row) -> bool:
        fields = {**self._fields(row), "expires_at": self.expires_at(row)}
        gone = [name for name in ATTRIBUTES if name not in fields]
        update = f"{_setting(fields)} REMOVE {', '.join(f'#{name}' for name in gone)}"
        values = {**fields, "was": was.state, "its_attempt": was.attempt}
        with suppress(Standing):
            self._update(row.id, update, (*fields, *gone), values, ConditionExpression=ROW_IS_UNCHANGED)
            return True
        return False

    def listed(self, under: str, until: datetime | None = None) -> Iterator[Row]:
        values, condition = {"under": under}, "listed = :under"
        if until:
            values, condition = {**values, "until": until.isoformat()}, f"{condition} AND listed_at <= :until"
        pages = (
            aws.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                IndexName="listed",
                KeyConditionExpression=condition,
                ExpressionAttributeValues=parameters_of(values),
                ScanIndexForward=False,
            )
        )
        with aws.translated(f"listing {under}"):
            for page in pages:
                yield from living(page["Items"])

    def _fields(self, row: Row) -> dict[str, Any]:
        return fields_of(row, self.listing_of(row))

    def _write(
        self, row: Row, fields: Mapping[str, Any], remove: tuple[str, ...], condition: str = ATTEMPT_IS_CURRENT
    ) -> Row | None:
        """Write unless the condition says no; returns the row that stood in the way."""
        fields = {**fields, "expires_at": self.expires_at(row)}
        values = {**fields, "attempted": row.attempted, **_FINISHED, "now": int(now_text())}
        if condition == ATTEMPT_MAY_GO_ON:
            values["terminate"] = marks.TERMINATE
        update = _setting(fields)
        update += " REMOVE " + ", ".join(f"#{name}" for name in remove) if remove else ""
        names = {"id", "mark", *fields, *remove} if "#mark" in condition + update else {"id", *fields, *remove}
        try:
            conditions = {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
            self._update(row.id, update, names, values, **conditions)
        except Standing as refusal:
            return refusal.row
        return None


def _setting(fields: Iterable[str]) -> str:
    return "SET " + ", ".join(f"#{name} = :{name}" for name in fields)


_FINISHED = {"success": states.SUCCESS, "failure": states.FAILURE, "revoked": states.REVOKED}
