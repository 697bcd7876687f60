"""One attempt at one task: run it, see that what follows can be sent, record what became of it, log a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from logging import ERROR, INFO, WARNING
from typing import TYPE_CHECKING, Any, Self

from celeriac import clock, limits, log, signals, states, tally, tracing, unique
from celeriac.conclusion import follow_ups
from celeriac.context import Context
from celeriac.exceptions import CeleriacError, NotRegistered, TaskRevokedError
from celeriac.message import Message
from celeriac.result.family import followers
from celeriac.revocation import not_begun
from celeriac.row import Row
from celeriac.serialization import loads
from celeriac.trace import failed, trace

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Delivery", "attempt", "receives_of"]

TOLD_CHARS = 400
"""A message of so many is in the row of a task that runs, which with it as without is of one KiB."""
_LEVELS = {states.FAILURE: ERROR, states.RETRY: WARNING, states.REVOKED: WARNING}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as SQS delivered it; `receives` counts this delivery too; `error` is why it cannot run."""

    item_id: str
    receipt: str
    message: Message
    receives: int = 1
    error: CeleriacError | None = None
    sent_at: datetime | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any], message: Message, error: CeleriacError | None = None) -> Self:
        """The delivery of an SQS record in which this message was found."""
        attributes = record.get("attributes", {})
        if tracing.is_on() and not message.trace:
            message = message.replace(trace=attributes.get("AWSTraceHeader"))
        return cls(
            record["messageId"],
            record.get("receiptHandle", ""),
            message,
            receives_of(record),
            error,
            _moment(attributes.get("SentTimestamp")),
        )

    def waited_s(self, until: datetime) -> float | None:
        """How long the message has been in the queue beyond the time that it was to wait; None if SQS does not say."""
        if self.sent_at is None:
            return None
        due_at = max(self.sent_at, self.message.due or self.sent_at)
        return max(0.0, (until - due_at).total_seconds())

    @property
    def about(self) -> dict[str, Any]:
        """What a log line says of it."""
        return {
            "task_id": self.message.id,
            "task": self.message.task,
            "shadow": self.message.shadow,
            "attempt": self.message.retries,
            "queue": self.message.queue,
            "receives": self.receives,
            "root_id": self.message.root_id,
        }


def receives_of(record: Mapping[str, Any]) -> int:
    """How often SQS has delivered a record, this time included."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


def _moment(milliseconds: str | None) -> datetime | None:
    """One of SQS's times, which are in milliseconds since the epoch."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if milliseconds else None


def attempt(app: Celeriac, delivery: Delivery, *, has_row: bool) -> Row:
    """Run the task and record its outcome; returns the row that stands, ours or that of a faster copy."""
    if delivery.receives > 1:
        log.task_line(WARNING, "task is delivered again, for nothing came of it before", **delivery.about)
    request = Context.of(delivery.message, redelivered=delivery.receives > 1)
    row = _unwanted(app, delivery.message, _deliverable(app, delivery.message, _run(app, delivery, request)))
    _log(app, delivery, row, request)
    return app.services.backend.record(row) if _is_kept(app, delivery.message, row, has_row) else row


def _run(app: Celeriac, delivery: Delivery, request: Context) -> Row:
    message = delivery.message
    if isinstance(delivery.error, TaskRevokedError):
        return not_begun(app, request, delivery.error)
    if delivery.error:
        return failed(message, delivery.error)
    if message.expires and message.expires <= clock.now():
        return not_begun(app, request, TaskRevokedError("expired"))
    try:
        task = app.tasks[message.task]
    except NotRegistered as error:
        signals.task_unknown.send(app, message=message, exc=error, name=message.task, id=message.id)
        return failed(message, error)
    tally.total_count[task.name] += 1
    log.received(request, delivery.about)
    signals.task_received.send(task, request=request)
    if task.track_started and not _is_ignored(app, message):
        app.services.backend.progress(_begun(message))
    unique.begin(app, message)
    return trace(task, request)


def _begun(message: Message) -> Row:
    """The row of a task that runs, with what it runs with if that is short."""
    text = message.dumps()
    return Row.of(message, states.STARTED, started_at=clock.now(), message=text if len(text) <= TOLD_CHARS else None)


def _deliverable(app: Celeriac, message: Message, row: Row) -> Row:
    """The row, or a failure in its place if what follows from it cannot be, or goes to a queue of somebody else's.

    A failure stays what it is: why the task failed matters more than why nobody could be told.
    """
    try:
        following = follow_ups(app, message, row).messages
        for one in following:
            app.services.broker.require(one.queue)
    except Exception as error:  # noqa: BLE001 - signatures are what a caller wrote, and in raw messages anything
        return row if row.state == states.FAILURE else failed(message, error)
    if row.state != states.SUCCESS:
        return row
    return row.replace(children=(*row.children, *followers(message, following))[: limits.ROW_CHILDREN])


def _is_kept(app: Celeriac, message: Message, row: Row, has_row: bool) -> bool:
    """Whether the outcome is written: an ignored success is not, unless a row of it waits for its end.

    EventBridge Scheduler may deliver a firing twice, and minutes apart; only a row keeps the second from running.
    """
    if row.state != states.SUCCESS or has_row or message.retries > 0 or message.is_periodic:
        return row.state != states.IGNORED
    return not _is_ignored(app, message)


def _unwanted(app: Celeriac, message: Message, row: Row) -> Row:
    """The row without a result that neither the caller wants nor what follows, which may have to be sent again."""
    wanted = message.chain or message.link or not _is_ignored(app, message)
    return row if wanted or row.state != states.SUCCESS else row.replace(result=None, message=None)


def _is_ignored(app: Celeriac, message: Message) -> bool:
    """Whether nobody wants the result: as the call says, or else the task; a chord wants those of its header."""
    if message.chord:
        return False
    if message.ignore_result is not None:
        return message.ignore_result
    task = app.known(message.task)
    return task is not None and bool(task.ignore_result)


def _log(app: Celeriac, delivery: Delivery, row: Row, request: Context) -> None:
    """One line; an error that the task `throws` as part of its business is told without its traceback."""
    duration_s = (row.done_at - row.started_at).total_seconds() if row.done_at and row.started_at else None
    level, told = _LEVELS.get(row.state, INFO), loads(row.error or "null")
    task = app.known(request.delivered.task)
    if task is not None and isinstance(request.error, tuple(task.throws)):
        level, told = INFO, repr(request.error)
    log.ended(level, row.state, request, {**delivery.about, "duration_s": duration_s, "error": told})
    if row.state == states.SUCCESS:
        tally.successful_requests.add(row.id)
