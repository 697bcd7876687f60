"""Which tasks have sent their mail: an item a task, claimed before the mail is sent and marked after.

SQS may deliver a task twice, and a worker may die between sending a mail and recording it. Who finds a claim without a
mark therefore does not send again. The items lie in the deployment's result table, which forgets them in time, as
`mail#<task id>`; the conditions that make a claim exclusive are named here and nowhere else.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from celeriac import aws, clock
from celeriac.exceptions import CeleriacError

__all__ = ["Claim", "Ledger"]

KEPT = timedelta(days=30)
"""Longer than a message can wait in a queue and then in its dead-letter queue, 14 days each."""

NOBODY_ELSE_HAS_IT = "attribute_not_exists(id) OR expires_at < :now OR claimant = :claimant"
"""A claim of our own is no obstacle: botocore repeats a write whose answer was lost."""
IT_IS_OURS = "claimant = :claimant"

_REFUSED = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that stands: since when, and SES's id of the mail once it has left ("" before)."""

    claimed_at: datetime
    message_id: str


class _Refused(CeleriacError):
    """A condition said no."""


class Ledger:
    """The claims in one table, made in one name."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._claimant = {":claimant": {"S": uuid.uuid4().hex}}

    def claim(self, task_id: str) -> Claim | None:
        """Claim a task's mail; None means that it is ours to send, else it is another's claim that stands."""
        now = clock.now()
        item = {
            **_key(task_id),
            "state": {"S": "CLAIMED"},
            "claimant": self._claimant[":claimant"],
            "claimed_at": {"N": str(now.timestamp())},
            "expires_at": {"N": str(int((now + KEPT).timestamp()))},
        }
        try:
            self._write(
                "put_item",
                Item=item,
                ConditionExpression=NOBODY_ELSE_HAS_IT,
                ExpressionAttributeValues={**self._claimant, ":now": {"N": str(int(now.timestamp()))}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except _Refused as refusal:
            return _claim(getattr(refusal.__cause__, "response", {})["Item"])
        return None

    def mark(self, task_id: str, message_id: str) -> None:
        """Note that the mail we claimed has left."""
        self._write(
            "update_item",
            Key=_key(task_id),
            UpdateExpression="SET #state = :sent, message_id = :message_id",
            ConditionExpression=IT_IS_OURS,
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={**self._claimant, ":sent": {"S": "SENT"}, ":message_id": {"S": message_id}},
        )

    def release(self, task_id: str) -> None:
        """Give our claim up: the mail certainly did not leave."""
        self._write(
            "delete_item",
            Key=_key(task_id),
            ConditionExpression=IT_IS_OURS,
            ExpressionAttributeValues=self._claimant,
        )

    def _write(self, operation: str, **request: Any) -> None:
        with aws.translated(f"the mail ledger's {operation}", {_REFUSED: _Refused}):
            getattr(aws.client("dynamodb"), operation)(TableName=self._table, **request)


def _key(task_id: str) -> dict[str, Any]:
    return {"id": {"S": f"mail#{task_id}"}}


def _claim(item: Mapping[str, Any]) -> Claim:
    claimed_at = datetime.fromtimestamp(float(item["claimed_at"]["N"]), UTC)
    return Claim(claimed_at, item.get("message_id", {}).get("S", ""))
