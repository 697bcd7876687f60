"""One DynamoDB table: reading items, writing them under conditions, and what a refusal leaves."""

from __future__ import annotations

import random
import time
from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from celeriac import aws, limits
from celeriac.backend.base import RESULT_EXPIRES, Backend
from celeriac.backend.dynamodb.items import key_of, names_of, now_text, parameters_of, row_of, values_of
from celeriac.exceptions import OperationalError
from celeriac.row import Row
from celeriac.storage import Objects

__all__ = ["READ_ATTEMPTS", "ROW_IS_GONE", "Standing", "Table", "refusals"]

# A condition: a write happens where it is true. A row past its time counts as gone, for TTL deletes late.
ROW_IS_GONE = "attribute_not_exists(#id) OR #expires_at < :now"

READ_ATTEMPTS = 5
READ_INTERVAL_S = 0.2
"""How often, and after what pauses, a throttled table is asked for what it left unread."""


class Standing(Exception):
    """A condition said no; `item` is what stood in the way, where it was asked for."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        self.item = item

    @property
    def row(self) -> Row | None:
        """What stood in the way, as a row."""
        return row_of(self.item) if self.item else None


class Table(Backend, ABC):
    """A backend's table, and what it does to single items."""

    def __init__(
        self, table: str, payloads: Objects, result_expires: timedelta = RESULT_EXPIRES, *, lists_all: bool = False
    ) -> None:
        super().__init__(payloads, result_expires, lists_all=lists_all)
        self.table = table

    def forget(self, task_id: str) -> None:
        with aws.translated(f"forgetting {task_id}"):
            aws.client("dynamodb").delete_item(TableName=self.table, Key=key_of(task_id))

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

    def _item(self, key: str) -> dict[str, Any] | None:
        with aws.translated(f"reading {key}"):
            answer = aws.client("dynamodb").get_item(TableName=self.table, Key=key_of(key), ConsistentRead=True)
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _put_if_gone(self, fields: Mapping[str, Any]) -> bool:
        """Write an item, unless there is one; says whether it did."""
        with suppress(Standing):
            self._put(fields, ROW_IS_GONE)
            return True
        return False

    def _put(self, fields: Mapping[str, Any], condition: str) -> None:
        """Write an item where a condition on its `id` and its time is true; raises Standing with what is there."""
        with refusals(f"writing {fields['id']}"):
            aws.client("dynamodb").put_item(
                TableName=self.table,
                Item=values_of(fields),
                ConditionExpression=condition,
                ExpressionAttributeNames=names_of(("id", "expires_at")),
                ExpressionAttributeValues={":now": {"N": now_text()}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )

    def _update(
        self, key: str, update: str, names: Iterable[str], values: Mapping[str, Any], **more: Any
    ) -> dict[str, Any]:
        """Change an item; raises Standing if a condition among `more` says no. Returns what `ReturnValues` asks for."""
        with refusals(f"writing {key}"):
            answer = aws.client("dynamodb").update_item(
                TableName=self.table,
                Key=key_of(key),
                UpdateExpression=update,
                ExpressionAttributeNames=names_of(names),
                ExpressionAttributeValues=parameters_of(values),
                **more,
            )
        attributes: dict[str, Any] = answer.get("Attributes", {})
        return attributes


@contextmanager
def refusals(what: str) -> Iterator[None]:
    """Turn a condition's no into Standing."""
    try:
        with aws.translated(what):
            yield
    except OperationalError as error:
        if aws.error_code(error.__cause__) != "ConditionalCheckFailedException":
            raise
        raise Standing(getattr(error.__cause__, "response", {}).get("Item")) from error
