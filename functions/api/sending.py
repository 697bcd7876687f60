"""Sending tasks and leaving a receipt for each, in this order: a receipt proves that its task was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from api.app import app
from api.documents import Fault, Links, TaskReceipt
from api.problems import NotSent
from celeriac import log, states
from celeriac.exceptions import PublishError
from celeriac.message import Message

__all__ = ["leave_receipts", "link_to", "location_of", "receipts_of", "send", "states_of"]

RECEIPTS_AT_A_TIME = 10


def send(messages: Sequence[Message], *, is_repeat: bool = False) -> list[TaskReceipt]:
    """Send what a repeat finds no receipt of, which at the first time is everything; raises NotSent."""
    found = states_of(messages) if is_repeat else {}
    left = [message for message in messages if message.id not in found]
    reasons = _publish(left)
    leave_receipts([message for message in left if message.id not in reasons])
    if reasons:
        raise _not_sent(messages, reasons, found)
    return receipts_of(messages, found)


def states_of(messages: Iterable[Message]) -> dict[str, str]:
    """The states of those messages' tasks that have a receipt."""
    rows = app.services.backend.get_many(message.id for message in messages)
    return {task_id: row.state for task_id, row in rows.items()}


def receipts_of(messages: Iterable[Message], found: Mapping[str, str]) -> list[TaskReceipt]:
    """What a caller learns of tasks that were sent: PENDING, unless a repeat found them further."""
    return [
        TaskReceipt(item.id, item.task, found.get(item.id, states.PENDING), Links(link_to(item.id)))
        for item in messages
    ]


def link_to(task_id: str) -> str:
    """The path of a task, below the API's URL."""
    return f"/tasks/{quote(task_id, safe='')}"


def location_of(tasks: Sequence[TaskReceipt]) -> dict[str, str]:
    """The header that leads to a single task, relative to the request's own URL, wherever that is mounted."""
    return {"location": tasks[0].links.self.removeprefix("/")} if len(tasks) == 1 else {}


def leave_receipts(messages: Sequence[Message]) -> None:
    """One conditional write a task, some at a time: DynamoDB takes no batch of them."""
    accept = app.services.backend.accept
    if len(messages) == 1:
        accept(messages[0])
    elif messages:
        with ThreadPoolExecutor(RECEIPTS_AT_A_TIME) as pool:
            list(pool.map(accept, messages))


def _publish(messages: Sequence[Message]) -> Mapping[str, str]:
    """Send; returns the ids of what was not sent, and why."""
    try:
        app.services.broker.publish(messages)
    except PublishError as error:
        log.logger.exception("tasks were not sent", extra={"fields": {"unsent": error.unsent}})
        return error.unsent
    return {}


def _not_sent(messages: Sequence[Message], reasons: Mapping[str, str], found: Mapping[str, str]) -> NotSent:
    # The reasons stay in the log: they name roles and accounts.
    faults = [
        Fault(index=index, id=message.id, detail=f"The queue {message.queue!r} did not take {message.task}.")
        for index, message in enumerate(messages)
        if message.id in reasons
    ]
    return NotSent(
        f"{len(faults)} of {len(messages)} tasks were not sent. Repeat the request with the Idempotency-Key that it "
        "had to send just these; without one, a repeat would send the others twice.",
        faults,
        receipts_of((message for message in messages if message.id not in reasons), found),
    )
