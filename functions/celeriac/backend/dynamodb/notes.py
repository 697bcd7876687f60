"""What the table keeps beside rows: texts under a key, slots of rates, and the counters of joins."""

from __future__ import annotations

import math
from abc import ABC
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from celeriac import aws, clock
from celeriac.backend.base import FAILURE_EXPIRES, LONGEST_WAIT, RESULT_EXPIRES, seconds
from celeriac.backend.dynamodb.items import key_of, names_of, parameters_of, values_of
from celeriac.backend.dynamodb.table import ROW_IS_GONE, Standing, Table, refusals
from celeriac.join import Place
from celeriac.storage import Objects

__all__ = ["Notes"]

# The conditions: a write happens where its condition is true.
TEXT_IS_UNCHANGED = "#text = :old"
SLOTS_ARE_TAKEN = "#next > :now"
SLOTS_ARE_FREE = "attribute_not_exists(#next) OR #next <= :now"

SHARD_MEMBERS = 256
"""The members of a join that share one counter item: as many numbers as fit into the KiB of one write unit."""
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class Notes(Table, ABC):
    """The part of the backend that is no rows."""

    def __init__(
        self, table: str, payloads: Objects, result_expires: timedelta = RESULT_EXPIRES, *, lists_all: bool = False
    ) -> None:
        super().__init__(table, payloads, result_expires, lists_all=lists_all)
        self._busy: dict[str, bool] = {}
        """Whether slots were taken when this process last took one, which is the better guess."""

    def post(self, key: str, text: str, lives: timedelta) -> None:
        fields = {"id": key, "text": text, "expires_at": seconds(clock.now() + lives)}
        with aws.translated(f"writing {key}"):
            aws.client("dynamodb").put_item(TableName=self.table, Item=values_of(fields))

    def claim(self, key: str, text: str, lives: timedelta) -> tuple[str, int] | None:
        fields = {"id": key, "text": text, "expires_at": seconds(clock.now() + lives)}
        try:
            self._put(fields, ROW_IS_GONE)
        except Standing as refusal:
            item = refusal.item or {}
            return item["text"]["S"], int(item["expires_at"]["N"])
        return None

    def release(self, key: str, text: str) -> None:
        with suppress(Standing), refusals(f"releasing {key}"):
            aws.client("dynamodb").delete_item(
                TableName=self.table,
                Key=key_of(key),
                ConditionExpression=TEXT_IS_UNCHANGED,
                ExpressionAttributeNames=names_of(("text",)),
                ExpressionAttributeValues=parameters_of({"old": text}),
            )

    def reserve(self, key: str, number: int, interval: timedelta) -> datetime:
        length = number * round(interval / _MICROSECOND)
        is_busy = self._busy.get(key, False)
        while True:
            now = round((clock.now() - _EPOCH) / _MICROSECOND)
            first = self._reserve(key, length, now, is_busy=is_busy)
            if first is not None:
                self._busy[key] = first + length > now
                return _EPOCH + first * _MICROSECOND
            is_busy = not is_busy

    def _reserve(self, key: str, length: int, now: int, *, is_busy: bool) -> int | None:
        """Take what is free after the slots that are taken, or from now on; None if it is the other of the two."""
        values = {"now": now, "length": length, "expires_at": seconds(clock.now() + LONGEST_WAIT)}
        if not is_busy:
            values["next"] = now + values.pop("length")
        update = f"SET #next = {'#next + :length' if is_busy else ':next'}, #expires_at = :expires_at"
        condition = {"ConditionExpression": SLOTS_ARE_TAKEN if is_busy else SLOTS_ARE_FREE}
        with suppress(Standing):
            noted = self._update(key, update, ("next", "expires_at"), values, **condition, ReturnValues="UPDATED_NEW")
            return int(noted["next"]["N"]) - length
        return None

    def _keep(self, key: str, text: str, lives: timedelta = FAILURE_EXPIRES) -> None:
        self._put_if_gone({"id": key, "text": text, "expires_at": seconds(clock.now() + lives)})

    def _swap(self, key: str, old: str, new: str) -> None:
        with suppress(Standing):
            values, condition = {"old": old, "new": new}, {"ConditionExpression": TEXT_IS_UNCHANGED}
            self._update(key, "SET #text = :new", ("text",), values, **condition)

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


def _counter(join_id: str, shard: int) -> str:
    return f"chord#{join_id}/{shard}"
