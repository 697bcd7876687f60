"""The function on the dead-letter queues: whatever dies in a queue gets its row, FAILURE with the reason.

A message is a dead letter when no worker could answer for it: each delivery was cut short (killed, out of memory or of
time), never began (throttled), or could not be read. The row is written first, with the whole message; then comes what
follows a failure; only then SQS deletes the letter. So the table is where the dead lie, in the list of failures, and
`celeriac.failures` sends them again. What cannot be recorded stays in the queue, under its alarm.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from logging import ERROR
from typing import TYPE_CHECKING, Any, Self

from celeriac import clock, fence, launch, log, states, tracing
from celeriac.broker import PayloadGone
from celeriac.conclusion import conclude
from celeriac.context import Context
from celeriac.exceptions import CeleriacError, DecodeError, OperationalError, TaskRevokedError, WorkerLostError
from celeriac.failure import record_of
from celeriac.fence import Verdict
from celeriac.lanes import source_of
from celeriac.message import Message, readable_id
from celeriac.revocation import not_begun
from celeriac.row import Row
from celeriac.serialization import dumps, loads
from celeriac.trace import failed

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.services import Services

__all__ = ["DEAD", "DeadLetters", "handler", "id_in"]

DEAD = "-dead"
"""What the name of a queue of dead letters ends in, before `.fifo`."""
LOST = (
    "no worker could end this task: each delivery was cut short (killed, out of memory, out of time) or never began "
    "(throttled, or the function did not start); the log and the errors of the worker's function tell which"
)


class DeadLetters:
    """The handler of the function: `handler = DeadLetters(app)`.

    The app needs no tasks: an error callback that takes more than an id is sent like any other.
    """

    def __init__(self, app: Celeriac) -> None:
        self.app = app
        log.configure(os.environ)

    @classmethod
    def of(cls, services: Services | None = None) -> Self:
        """The handler with an app of its own, on these services or those of the environment."""
        from celeriac.app import Celeriac  # which comes after this in the order of imports

        app = Celeriac("dead_letters", set_as_current=False, fixups=())
        app.connect(services)
        return cls(app)

    def __call__(self, event: Mapping[str, Any], _context: object = None) -> dict[str, list[dict[str, str]]]:
        """Record dead letters; returns Lambda's partial batch response."""
        failed = [record["messageId"] for record in event["Records"] if not self._is_recorded(record)]
        return {"batchItemFailures": [{"itemIdentifier": item_id} for item_id in failed]}

    def _is_recorded(self, record: Mapping[str, Any]) -> bool:
        item_id = record["messageId"]
        try:
            self._record(record, self._queue_of(record))
        except Exception:  # noqa: BLE001 - one letter's trouble, whatever it is, is not its batch's
            log.logger.exception("dead letter cannot be recorded yet", extra={"fields": {"message_id": item_id}})
            return False
        return True

    def _queue_of(self, record: Mapping[str, Any]) -> str:
        """The queue in which the letter died."""
        arn = record.get("eventSourceARN", "")
        alive = f"{arn.removesuffix('.fifo').removesuffix(DEAD)}{'.fifo' if arn.endswith('.fifo') else ''}"
        return source_of(alive, self.app.services.broker.queues, otherwise="")

    def _record(self, record: Mapping[str, Any], queue: str) -> None:
        error = _reason(record)
        self.app.main = queue.partition(".")[0]  # what every app has is sent where its worker would send it
        try:
            message = self.app.services.broker.open(record["body"], record["messageId"])
        except PayloadGone as gone:
            message, error = gone.message, gone
        except OperationalError:
            raise
        except CeleriacError as unreadable:
            self._keep(record, queue, unreadable)
            return
        with tracing.following(message.trace):
            self._conclude(message.replace(queue=message.queue or queue), error)

    def _conclude(self, message: Message, error: CeleriacError) -> None:
        """Record what became of a task, unless that is known, and do what follows."""
        backend = self.app.services.backend
        row = backend.get(message.id)
        verdict = fence.judge(message, row)
        if verdict is Verdict.STALE:
            return
        if verdict is Verdict.REVOKE:
            row = backend.record(not_begun(self.app, Context.of(message), TaskRevokedError("revoked")))
        if row is None or verdict is Verdict.RUN:
            row = backend.record(failed(message, error))
            log.task_line(ERROR, f"dead letter: {error}", task_id=message.id, task=message.task, queue=message.queue)
        try:
            conclude(self.app, message, row, lambda following: launch.send(self.app, following))
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001 - signatures are what a caller wrote, and nobody comes after this function
            log.logger.exception("what follows is impossible", extra={"fields": {"task_id": message.id}})

    def _keep(self, record: Mapping[str, Any], queue: str, error: CeleriacError) -> None:
        """Keep a text that is no message: under the id that it names or, if that is taken, under the one of SQS."""
        body, item_id = record["body"], record["messageId"]
        task = _fields(body).get("task")
        row = Row(
            id=id_in(body) or item_id,
            state=states.FAILURE,
            name=(task[:100] or None) if isinstance(task, str) else None,
            queue=queue or None,
            error=dumps(record_of(error)),
            message=dumps(body),
            done_at=clock.now(),
        )
        if self.app.services.backend.record(row) != row:
            self.app.services.backend.record(row.replace(id=item_id))
        log.task_line(ERROR, f"dead letter cannot be read: {error}", task_id=row.id, queue=queue, message_id=item_id)


@functools.cache
def _of_this_process() -> DeadLetters:
    return DeadLetters.of()


def handler(event: Mapping[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    """What Lambda calls."""
    return _of_this_process()(event, context)


def id_in(body: str) -> str | None:
    """The task's id that a text names, or None, for it may be anything."""
    return readable_id(_fields(body).get("id"))


def _fields(body: str) -> dict[str, Any]:
    try:
        fields = loads(body)
    except DecodeError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _reason(record: Mapping[str, Any]) -> CeleriacError:
    """Why a message died: what EventBridge Scheduler says of a firing that it could not deliver, or what is known."""
    told = {name: value.get("stringValue") for name, value in record.get("messageAttributes", {}).items()}
    if "ERROR_CODE" in told:
        return WorkerLostError(f"a schedule could not deliver it: {told['ERROR_CODE']}: {told.get('ERROR_MESSAGE')}")
    return WorkerLostError(LOST)
