"""FIFO lanes: what SQS is told of a message's place in line, and how a worker keeps to it.

A FIFO queue hands out the messages of a group one after the other: what comes later waits until what came before is
deleted. It cannot delay a single message, so one that is not due yet waits in its worker's own queue, and the worker
sends it on when its time has come.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from celeriac.lanes import is_fifo
from celeriac.message import Message

if TYPE_CHECKING:
    from celeriac.attempt import Delivery

__all__ = ["deduplication_of", "group_of", "lines", "work_off"]

ONE_LINE = "default"
"""The group of a message that names none: a FIFO lane without groups is one line, as in Celery."""


def group_of(message: Message, url: str) -> str | None:
    """The MessageGroupId: a line of a FIFO queue; in any other the tenant that SQS shares the workers out to."""
    return message.message_group_id or message.tenant or (ONE_LINE if is_fifo(url) else None)


def deduplication_of(message: Message) -> str:
    """The MessageDeduplicationId: the same for a message that is sent twice, another for each attempt and each wait.

    SQS drops for five minutes what has the id of an earlier message; to drop a retry would lose the task.
    """
    times = [moment.isoformat() if moment else "" for moment in (message.eta, message.slot)]
    place = "\n".join([message.id, str(message.retries), *times])
    return hashlib.sha256(place.encode()).hexdigest()


def lines(records: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """The SQS ids of a batch's messages, each group's in its order."""
    groups: dict[str, list[str]] = {}
    for record in records:
        groups.setdefault(record.get("attributes", {}).get("MessageGroupId", ""), []).append(record["messageId"])
    return list(groups.values())


def work_off(
    line: Sequence[str],
    opened: Mapping[str, Delivery],
    settle: Callable[[Delivery], None],
    failed: list[str],
    is_last: Callable[[Delivery], bool],
) -> None:
    """Settle a group's deliveries in their order; what comes after one that failed waits for the next batch.

    What could not be opened has failed already. A last delivery is settled all the same: it runs nothing, it tells of
    the task's end, and nobody else would.
    """
    is_held_up = False
    for item_id in line:
        delivery = opened.get(item_id)
        if delivery and is_held_up and not is_last(delivery):
            failed.append(item_id)
        elif delivery:
            settle(delivery)
        is_held_up = is_held_up or item_id in failed
