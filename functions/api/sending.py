"""Sending tasks and leaving a receipt for each, in this order: a receipt proves that its task was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import quote

from api.app import app
from api.documents import Fault, Links, TaskReceipt
from api.problems import NotSent
from celeriac import Task, log, states
from celeriac.exceptions import PublishError
from celeriac.message import Message
from celeriac.publish import message_of

__all__ = ["leave_receipts", "link_to", "location_of", "message_to", "publish", "receipts_of", "send", "states_of"]

CALLS_AT_A_TIME = 10
"""To DynamoDB, one a task."""

T = TypeVar("T")
R = TypeVar("R")


def message_to(task: Task, args: Sequence[Any], kwargs: Mapping[str, Any], **options: Any) -> Message:
    """A call's message. Its result is kept whatever the task says, for the receipt waits for an end."""
    return message_of(task.app, task.name, args, kwargs, **options, ignore_result=False)


def send(messages: Sequence[Message], *, is_repeat: bool = False) -> list[TaskReceipt]:
    """Send what a repeat finds no receipt of, which at the first time is everything; raises NotSent."""
    found = states_of(messages) if is_repeat else {}
    left = [message for message in messages if message.id not in found]
    reasons = publish(left)
    leave_receipts([message for message in left if message.id not in reasons])
    if reasons:
        raise _not_sent(messages, reasons, found)
    return receipts_of(messages, found)


def states_of(messages: Sequence[Message]) -> dict[str, str]:
    """The states of those messages' tasks that have a receipt; each is read as it is now, not as it lately was."""
    rows = _side_by_side(app.services.backend.get, [message.id for message in messages])
    return {row.id: row.state for row in rows if row}


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
    """One conditional write a task: DynamoDB takes no batch of them."""
    _side_by_side(app.services.backend.accept, messages)


def publish(messages: Sequence[Message]) -> Mapping[str, str]:
    """Send; returns the ids of what was not sent, and why."""
    try:
        app.services.broker.publish(messages)
    except PublishError as error:
        log.logger.exception("tasks were not sent", extra={"fields": {"unsent": error.unsent}})
        return error.unsent
    return {}


def _side_by_side(call: Callable[[T], R], items: Sequence[T]) -> list[R]:
    if len(items) < 2:
        return [call(item) for item in items]
    with ThreadPoolExecutor(CALLS_AT_A_TIME) as pool:
        return list(pool.map(call, items))


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
