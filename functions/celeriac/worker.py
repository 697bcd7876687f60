"""The Lambda worker: an SQS event in, what must be delivered again out.

For each delivery: look at the fence, run, write the outcome, send what follows, and only then let SQS delete the
message. A crash between any two of these steps loses nothing, because the message comes back and the steps after the
outcome can be repeated. One bad message never fails its batch.
Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from logging import ERROR, INFO, WARNING
from typing import TYPE_CHECKING, Any, Protocol

from celeriac import clock, log, states
from celeriac.broker import PayloadGone
from celeriac.exceptions import CeleriacError, NotRegistered, QueueNotFound, TaskRevokedError
from celeriac.fence import Verdict, judge
from celeriac.followups import abandoned, follow_ups
from celeriac.message import Message
from celeriac.row import Row
from celeriac.trace import failed, trace

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Worker"]

MARGIN_S = 2.0
"""What must be left of an invocation, beyond the longest task so far, for another task to begin."""
EARLY_S = 0.5
"""A task that is due this soon is run rather than sent back."""


class LambdaContext(Protocol):
    """What a worker needs of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as SQS delivered it; `receives` counts this delivery too; `error` is why it cannot run."""

    item_id: str
    message: Message
    receives: int = 1
    error: CeleriacError | None = None


class Worker:
    """The handler of a worker's function: `handler = Worker(app)`."""

    def __init__(self, app: Celeriac) -> None:
        self.app = app
        log.configure(os.environ)

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
        """Work through a batch; returns Lambda's partial batch response."""
        return _Batch(self.app, context).run(event["Records"])


class _Batch:
    """One invocation: its deliveries, what the table says of them, and its time."""

    def __init__(self, app: Celeriac, context: LambdaContext) -> None:
        self.app, self.context = app, context
        self.broker, self.backend = app.services.broker, app.services.backend
        self.failed: list[str] = []
        self.rows: dict[str, Row] = {}
        self.longest_s, self.begun, self.lock = 0.0, 0, threading.Lock()

    def run(self, records: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
        copies: dict[str, list[Delivery]] = {}
        for record in records:
            if delivery := self._opened(record):
                copies.setdefault(delivery.message.id, []).append(delivery)
        self.rows = self.backend.get_many(copies)
        self._side_by_side(list(copies.values()))
        return {"batchItemFailures": [{"itemIdentifier": item_id} for item_id in self.failed]}

    def _opened(self, record: Mapping[str, Any]) -> Delivery | None:
        """The delivery of an SQS record; a poisonous one is left to the dead-letter queue."""
        item_id = record["messageId"]
        receives = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
        try:
            return Delivery(item_id, self.broker.open(record["body"], item_id), receives)
        except PayloadGone as error:
            return Delivery(item_id, error.message, receives, error)
        except CeleriacError as error:
            log.task_line(ERROR, f"message cannot be read: {error}", message_id=item_id, receives=receives)
            self.failed.append(item_id)
            return None

    def _side_by_side(self, groups: list[list[Delivery]]) -> None:
        """Run the tasks of a batch, `concurrency` at a time; copies of one task one after the other."""
        threads = min(self.app.services.concurrency, len(groups))
        if threads <= 1:
            for group in groups:
                self._guarded(group)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(self._guarded, groups))

    def _guarded(self, group: list[Delivery]) -> None:
        """Settle deliveries; trouble with AWS, or a task that wants its message back, costs this item a redelivery."""
        for delivery in group:
            try:
                self._settle(delivery)
            except Exception:  # noqa: BLE001 - one item's trouble, whatever it is, is not its batch's
                log.logger.exception("task will be delivered again", extra={"fields": _about(delivery)})
                self.failed.append(delivery.item_id)

    def _settle(self, delivery: Delivery) -> None:
        message = delivery.message
        row = self.rows.get(message.id)
        verdict = judge(message, row)
        if verdict is Verdict.STALE:
            return
        if verdict is Verdict.RUN and self._must_wait(message):
            self.broker.publish([message])
            return
        standing = self.backend.filled(row) if row and verdict is Verdict.REPLAY else self._outcome(delivery)
        if standing.state == states.IGNORED:
            return
        self.rows[message.id] = standing
        for other in abandoned(message, standing):
            self.backend.record(other)
        self.broker.publish(follow_ups(self.app, message, standing))

    def _must_wait(self, message: Message) -> bool:
        """Whether to send the message back: it is early (a delay in SQS ends after 15 minutes), or this function's time
        is nearly over. Sent back it is a new message; to fail it would use up one of its receives."""
        if message.eta and (message.eta - clock.now()).total_seconds() > EARLY_S:
            return True
        with self.lock:
            self.begun += 1
            left_s = self.context.get_remaining_time_in_millis() / 1000
            return self.begun > 1 and left_s < max(self.longest_s, message.time_limit or 0) + MARGIN_S

    def _outcome(self, delivery: Delivery) -> Row:
        """Run the task and record what became of it; returns the row that stands."""
        row = self._ran(delivery)
        try:
            for message in follow_ups(self.app, delivery.message, row):
                self.broker.require(message.queue)
        except QueueNotFound as error:
            row = failed(delivery.message, error)
        self._log(delivery, row)
        return self.backend.record(row) if self._is_kept(delivery.message, row) else row

    def _ran(self, delivery: Delivery) -> Row:
        message = delivery.message
        if delivery.error:
            return failed(message, delivery.error)
        if message.expires and message.expires <= clock.now():
            return failed(message, TaskRevokedError("expired")).replace(state=states.REVOKED)
        try:
            task = self.app.tasks[message.task]
        except NotRegistered as error:
            return failed(message, error)
        if task.track_started:
            self.backend.progress(Row.of(message, states.STARTED, started_at=clock.now()))
        row = trace(task, message, redelivered=delivery.receives > 1)
        if row.started_at and row.done_at:
            self.longest_s = max(self.longest_s, (row.done_at - row.started_at).total_seconds())
        return row

    def _is_kept(self, message: Message, row: Row) -> bool:
        """Whether the outcome is written: an ignored success is not, unless a row of it waits for its end."""
        if row.state == states.IGNORED:
            return False
        task = self.app.known(message.task)
        ignored = (
            message.ignore_result if message.ignore_result is not None else task is not None and task.ignore_result
        )
        return row.state != states.SUCCESS or not ignored or message.retries > 0 or message.id in self.rows

    def _log(self, delivery: Delivery, row: Row) -> None:
        level = {states.FAILURE: ERROR, states.RETRY: WARNING, states.REVOKED: WARNING}.get(row.state, INFO)
        duration = (row.done_at - row.started_at).total_seconds() if row.done_at and row.started_at else None
        log.task_line(level, f"task {row.state.lower()}", **_about(delivery), duration_s=duration, error=row.error)


def _about(delivery: Delivery) -> dict[str, Any]:
    message = delivery.message
    return {
        "task_id": message.id,
        "task": message.task,
        "attempt": message.retries,
        "queue": message.queue,
        "receives": delivery.receives,
        "root_id": message.root_id,
    }
