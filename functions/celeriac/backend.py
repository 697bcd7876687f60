"""The result table: one row a task, and the conditions that make a redelivery harmless.

The row's `attempt` is the fencing token. An outcome is written only over an earlier attempt or over none, so of all
deliveries of one attempt exactly one is recorded, and the others learn what stands. `Backend` is what every backend
does; `DynamoDBBackend` speaks to AWS, and is the only place with condition expressions; the twin in `celeriac.testing`
keeps a dictionary.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from celeriac import aws, clock, limits, states
from celeriac.exceptions import OperationalError
from celeriac.message import Message
from celeriac.row import Row
from celeriac.serialization import dumps, loads
from celeriac.storage import Objects

__all__ = ["Backend", "DynamoDBBackend"]

RESULT_EXPIRES = timedelta(days=1)
"""Celery's `result_expires`."""
FAILURE_EXPIRES = timedelta(days=14)
"""A failure stays as long as a dead letter does: time enough for a person."""


class Backend(ABC):
    """Keeps what became of tasks."""

    def __init__(self, payloads: Objects, result_expires: timedelta = RESULT_EXPIRES) -> None:
        self.payloads, self.result_expires = payloads, result_expires

    @abstractmethod
    def get_many(self, ids: Iterable[str]) -> dict[str, Row]:
        """The rows of those ids that have one: the fence before a run.

        Half the price of `get`, and as much less certain: the read is eventually consistent, and what is stored in S3
        is left there until `filled`.
        """

    @abstractmethod
    def _get(self, task_id: str) -> Row | None: ...

    @abstractmethod
    def accept(self, message: Message, **attributes: str) -> None:
        """Leave a receipt that a message was sent: PENDING, unless there is a row already."""

    @abstractmethod
    def progress(self, row: Row) -> bool:
        """Write a state on the way, unless the task is finished or a later attempt is current; says whether it did."""

    @abstractmethod
    def _record(self, row: Row) -> Row | None:
        """Write an outcome; returns None, or the row that stood in its way."""

    @abstractmethod
    def forget(self, task_id: str) -> None:
        """Delete a task's row, if there is one."""

    @abstractmethod
    def failures(self, on: date) -> Iterator[Row]:
        """The tasks that failed on a day (UTC), newest first."""

    def get(self, task_id: str) -> Row | None:
        """The task's row as it is now, its result included, or None."""
        row = self._get(task_id)
        return self.filled(row) if row else None

    def record(self, row: Row) -> Row:
        """Write an outcome, or the RETRY that ends an attempt; returns the row that stands, ours or an earlier one."""
        standing = self._record(self._stashed(row))
        return self.filled(standing) if standing else row

    def expires_at(self, row: Row) -> int:
        """When the row may go, in seconds since the epoch."""
        age = FAILURE_EXPIRES if row.state in {states.FAILURE, states.RETRY} else self.result_expires
        return int((clock.now() + age).timestamp())

    def receipt_expires_at(self, message: Message) -> int:
        """When a receipt may go: the time of a result, counted from when the task is due."""
        return int((max(clock.now(), message.eta or clock.now()) + self.result_expires).timestamp())

    def _stashed(self, row: Row) -> Row:
        """The row with long JSON in S3 and a reference in its place."""
        return self._translated(
            row, lambda name, text: self._stash(row, name, text) if len(text) > limits.INLINE_RESULT_BYTES else text
        )

    def filled(self, row: Row) -> Row:
        """The row with its long JSON fetched from S3."""
        return self._translated(row, lambda _name, text: self._unstash(text) if text.startswith(_REFERENCE) else text)

    @staticmethod
    def _translated(row: Row, change: Any) -> Row:
        texts = {name: getattr(row, name) for name in ("result", "message")}
        return row.replace(**{name: change(name, text) for name, text in texts.items() if text is not None})

    def _stash(self, row: Row, name: str, text: str) -> str:
        key = f"results/{row.id}/{row.attempted}/{name}"
        self.payloads.write(key, text.encode(), "application/json")
        return _REFERENCE + key

    def _unstash(self, text: str) -> str:
        return self.payloads.read(text.removeprefix(_REFERENCE)).decode()


_REFERENCE = "s3:"
"""What a reference begins with; no JSON text does."""

# The conditions: a write happens where its condition is true. A row past its time counts as gone, for TTL deletes late.
ROW_IS_GONE = "attribute_not_exists(#id) OR #expires_at < :now"
ATTEMPT_IS_CURRENT = f"{ROW_IS_GONE} OR (#attempt <= :attempted AND NOT #state IN (:success, :failure, :revoked))"

_TIMES = frozenset({"started_at", "done_at"})
_ATTRIBUTES = tuple(name for name in Row.__dataclass_fields__ if name != "id")


class DynamoDBBackend(Backend):
    """The backend on Amazon DynamoDB."""

    def __init__(self, table: str, payloads: Objects, result_expires: timedelta = RESULT_EXPIRES) -> None:
        super().__init__(payloads, result_expires)
        self.table = table

    def get_many(self, ids: Iterable[str]) -> dict[str, Row]:
        rows: dict[str, Row] = {}
        unique = iter(dict.fromkeys(ids))
        while chunk := list(islice(unique, limits.DYNAMODB_BATCH_GET_ITEMS)):
            rows |= {row.id: row for row in self._batch(chunk)}
        return rows

    def _batch(self, ids: list[str]) -> Iterator[Row]:
        request = {self.table: {"Keys": [_key(task_id) for task_id in ids]}}
        for _ in range(aws.ATTEMPTS):
            with aws.translated(f"reading {len(ids)} rows"):
                answer = aws.client("dynamodb").batch_get_item(RequestItems=request)
            yield from _living(answer["Responses"].get(self.table, ()))
            request = answer.get("UnprocessedKeys") or {}
            if not request:
                return
        raise OperationalError("DynamoDB left rows unread: the table is throttled")

    def _get(self, task_id: str) -> Row | None:
        with aws.translated(f"reading the row of {task_id}"):
            answer = aws.client("dynamodb").get_item(TableName=self.table, Key=_key(task_id), ConsistentRead=True)
        return next(_living([answer["Item"]] if "Item" in answer else []), None)

    def accept(self, message: Message, **attributes: str) -> None:
        row = Row.of(message, states.PENDING)
        expires_at = self.receipt_expires_at(message)
        values = _values({"id": row.id, **_fields(row), **attributes, "expires_at": expires_at})
        with suppress(_Standing), _refusals(f"accepting {row.id}"):
            aws.client("dynamodb").put_item(
                TableName=self.table,
                Item=values,
                ConditionExpression=ROW_IS_GONE,
                ExpressionAttributeNames=_names(("id", "expires_at")),
                ExpressionAttributeValues={":now": {"N": _now()}},
            )

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
    """The rows of those items whose time is not over: TTL deletes days late."""
    now = clock.now().timestamp()
    return (_row(item) for item in items if float(item.get("expires_at", {"N": "inf"})["N"]) >= now)


def _row(item: Mapping[str, Any]) -> Row:
    fields = {name: next(iter(item[name].values())) for name in _ATTRIBUTES if name in item}
    fields |= {name: datetime.fromisoformat(fields[name]) for name in _TIMES & fields.keys()}
    fields["attempt"] = int(fields.get("attempt", 0))
    fields["children"] = tuple(loads(fields.get("children", "[]")))
    return Row(id=item["id"]["S"], **fields)
