"""A small office for the tests of the worker: an app, its twin, and short words for what they do and say."""

from __future__ import annotations

import json
from typing import Any

from celeriac import Celeriac
from celeriac.broker import Entry
from celeriac.message import Message
from celeriac.row import Row
from celeriac.testing import Twin
from celeriac.worker import Worker

KIB = 1024


class Office:
    """An app with two tasks, which give back what they are given and note it."""

    def __init__(self) -> None:
        self.app, self.ran = Celeriac("office"), list[Any]()
        self.work = self.app.task(name="office.work")(self._work)
        self.note = self.app.task(name="office.note")(self._work)

    def _work(self, value: Any = None, *_more: Any) -> Any:
        self.ran.append(value)
        return value


class Remaining:
    """Lambda's context: what is left of an invocation, at each look."""

    def __init__(self, *seconds: float) -> None:
        self.seconds = [*seconds]

    def get_remaining_time_in_millis(self) -> int:
        return int(1000 * (self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]))


def call(number: int, task: str = "office.work", **fields: Any) -> Message:
    """A message for the office."""
    return Message(id=f"id-{number}", task=task, args=[number], queue="office", **fields)


def invoked(app: Celeriac, *messages: Message | str, left_s: Remaining | None = None) -> list[str]:
    """What a worker gives back of a batch."""
    bodies = [message if isinstance(message, str) else message.dumps() for message in messages]
    records = [{"messageId": f"sqs-{number}", "body": body} for number, body in enumerate(bodies)]
    answer = Worker(app)({"Records": records}, left_s or Remaining(60))
    assert [*answer] == ["batchItemFailures"]
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def put(twin: Twin, body: str) -> None:
    """Put a text into the office's queue, as a stranger might."""
    twin.broker.send_batch("office", [Entry("stranger", body)])


def queued(twin: Twin) -> list[Message]:
    """What waits in the office's queue."""
    return [Message.loads(letter.body) for letter in twin.broker.messages["office"]]


def row_of(twin: Twin, task_id: str) -> Row:
    """A task's row, which must be there."""
    row = twin.backend.get(task_id)
    assert row is not None
    return row


def error_of(twin: Twin, task_id: str) -> tuple[str, str]:
    """The type and the text of what a task failed with."""
    record = json.loads(row_of(twin, task_id).error or "null")
    return record["exc_type"], record["exc_message"][0]
