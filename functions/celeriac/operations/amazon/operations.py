"""The operations on the account that the environment names, or on its local cloud."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from celeriac import aws, clock, limits
from celeriac.backend import Backend, DynamoDBBackend
from celeriac.broker import GONE
from celeriac.exceptions import OperationalError, QueueNotFound
from celeriac.lanes import is_fifo
from celeriac.operations.amazon.ages import Ages
from celeriac.operations.amazon.figures import asked
from celeriac.operations.amazon.log_events import NothingThere, log_lines
from celeriac.operations.base import Operations
from celeriac.operations.figures import SUM, Metric, Times
from celeriac.operations.status import FunctionStatus, LogLine, QueueStatus, SwitchedLately, Usage
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.broker import Broker

__all__ = ["AmazonOperations"]

DEPTH = "ApproximateNumberOfMessages"
ATTRIBUTES = [DEPTH, f"{DEPTH}NotVisible", f"{DEPTH}Delayed", "QueueArn", "RedrivePolicy"]
LOOK_EVERY_S = 1.0
UNTOLD_LOOKS = 10
"""How often to look for a move of dead letters that SQS does not tell of."""
HOUR_S = 3600
_OF_QUEUES = {"NumberOfMessagesSent": "messages", "NumberOfEmptyReceives": "empty_receives"}
_OF_FUNCTIONS = ("Invocations", "Duration")
_OF_TABLES = {"ConsumedWriteCapacityUnits": "writes", "ConsumedReadCapacityUnits": "reads"}
CARRIED_WITHIN_S = 60


class _NoMoves(OperationalError):
    """Raised by an emulator that has no StartMessageMoveTask."""


_IN_USE = {"ResourceInUseException": SwitchedLately, "ResourceConflictException": SwitchedLately}
_NOT_FOUND = {"ResourceNotFoundException": NothingThere}
_NOT_IMPLEMENTED = dict.fromkeys(
    ("InvalidAction", "UnknownOperationException", "NotImplemented", "InternalFailure", "501"), _NoMoves
)


class AmazonOperations(Operations):
    """The operations on the account, or the local cloud, that the process' environment names."""

    def __init__(self, broker: Broker, backend: Backend) -> None:
        super().__init__(broker, backend)
        self._known_ages = Ages()

    def log(
        self,
        worker: str,
        since: datetime,
        *,
        until: datetime | None = None,
        task_id: str | None = None,
        within_s: float | None = None,
    ) -> Iterator[LogLine]:
        group = f"/aws/lambda/{self._name(worker)}"
        try:
            yield from log_lines(worker, group, since, until=until, task_id=task_id, within_s=within_s)
        except NothingThere:
            return  # it has not run yet

    def usage(self, since: datetime) -> Usage | None:
        workers = sorted(queue for queue in self.broker.queues if "." not in queue)
        queues = [url.rpartition("/")[2] for url in self.broker.queues.values()]
        functions = [self._name(worker) for worker in workers]
        tables = [self.backend.table] if isinstance(self.backend, DynamoDBBackend) else []
        metrics = [
            *(_metric("AWS/SQS", which, "QueueName", name) for which in _OF_QUEUES for name in queues),
            *(_metric("AWS/Lambda", which, "FunctionName", name) for which in _OF_FUNCTIONS for name in functions),
            *(_metric("AWS/DynamoDB", which, "TableName", name) for which in _OF_TABLES for name in tables),
        ]
        sums = {metric: sum(told.values()) for metric, told in asked(metrics, HOUR_S, since, clock.now()).items()}
        if not sums:
            return None

        def in_all(which: str) -> float:
            return sum(value for metric, value in sums.items() if metric.name == which)

        ms_of = {name: sums.get(_metric("AWS/Lambda", "Duration", "FunctionName", name), 0.0) for name in functions}
        sizes = {name: self._function(worker).memory_mb or 0 for worker, name in zip(workers, functions, strict=True)}
        return Usage(
            **{field: in_all(which) for which, field in {**_OF_QUEUES, **_OF_TABLES}.items()},
            invocations=in_all("Invocations"),
            gb_s=sum(ms_of[name] / 1000 * sizes[name] / 1024 for name in functions),
        )

    def _ages(self, queues: Iterable[str]) -> dict[str, float]:
        return self._known_ages.of({name: self._queue_metrics(name)["oldest_s"] for name in queues})

    def _points(self, metrics: Iterable[Metric], times: Times) -> Mapping[Metric, Mapping[datetime, float]]:
        return asked(metrics, times.period_s, times.since, times.until)

    def _paused(self, queues: Iterable[str]) -> dict[str, bool]:
        # All mappings of the account, a hundred a request. To ask for each queue's would soon be too much: Lambda
        # takes 15 such requests a second from all who look or deploy.
        found: dict[tuple[str, ...], list[bool]] = {}  # by account and name, in which ARNs and URLs end
        for mapping in _mappings("looking for the functions that read queues"):
            place = tuple(mapping.get("EventSourceArn", "").split(":")[-2:])
            found.setdefault(place, []).append(_is_off(mapping))
        disabled = {name: found.get(tuple(self.broker.queues[name].split("/")[-2:])) for name in queues}
        return {name: all(each) for name, each in disabled.items() if each}

    def _queue(self, name: str, paused: bool | None) -> QueueStatus:
        attributes = self._found(name, self.broker.queues[name])
        waiting, in_flight, delayed = (int(attributes.get(key, 0)) for key in ATTRIBUTES[:3])
        return QueueStatus(
            name=name,
            worker=name.partition(".")[0],
            waiting=waiting,
            in_flight=in_flight,
            delayed=delayed,
            dead=self._dead(name, attributes),
            paused=paused if attributes else None,
            exists=bool(attributes),
        )

    def _found(self, name: str, url: str) -> dict[str, str]:
        """What SQS says of a queue; nothing of one that somebody has deleted, so that the others can be seen."""
        try:
            return self._attributes(name, url)
        except QueueNotFound:
            return {}

    def _attributes(self, name: str, url: str) -> dict[str, str]:
        with aws.translated(f"looking at queue {name!r}", GONE):
            answer = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=ATTRIBUTES)
        return dict(answer["Attributes"])

    def _dead(self, name: str, attributes: Mapping[str, str]) -> int | None:
        arn = _dead_arn(attributes)
        found = {} if arn is None else self._found(f"{name} (dead letters)", self._beside(name, arn))
        return int(found[DEPTH]) if found else None

    def _beside(self, name: str, arn: str) -> str:
        """The URL of a queue in the same account and region as another."""
        return f"{self.broker.queues[name].rpartition('/')[0]}/{arn.rpartition(':')[2]}"

    def _name(self, worker: str) -> str:
        """The function of a worker has its queue's name."""
        self.broker.require(worker)
        return self.broker.queues[worker].rpartition("/")[2]

    def _function(self, worker: str) -> FunctionStatus:
        if worker not in self.broker.queues:
            return FunctionStatus()
        try:
            with aws.translated(f"looking at the function of {worker}", _NOT_FOUND):
                told = aws.client("lambda").get_function_configuration(FunctionName=self._name(worker))
                reserved = aws.client("lambda").get_function_concurrency(FunctionName=self._name(worker))
        except NothingThere:
            return FunctionStatus()
        return FunctionStatus(
            state=told.get("State"),
            memory_mb=told.get("MemorySize"),
            timeout_s=told.get("Timeout"),
            reserved_concurrency=reserved.get("ReservedConcurrentExecutions"),
        )

    def _switch(self, queue: str, *, enabled: bool) -> None:
        arn = self._attributes(queue, self.broker.queues[queue])["QueueArn"]
        mappings = _mappings(f"looking for the function that reads queue {queue!r}", EventSourceArn=arn)
        if not mappings:
            raise OperationalError(f"no function reads queue {queue!r}: it has no event source mapping")
        for mapping in (each for each in mappings if _is_off(each) == enabled):
            with aws.translated(f"{'resuming' if enabled else 'pausing'} queue {queue!r}", _IN_USE):
                aws.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)

    def _moved(self, queue: str) -> Iterator[int]:
        attributes = self._attributes(queue, self.broker.queues[queue])
        arn = _dead_arn(attributes)
        if arn is None:
            raise OperationalError(f"queue {queue!r} has no dead letters: it has no redrive policy")
        dead = self._beside(queue, arn)
        number = int(self._attributes(f"{queue} (dead letters)", dead)[DEPTH])
        if not number:
            return
        try:
            earlier = _begin_move(queue, arn, attributes["QueueArn"])
        except _NoMoves:
            yield from self._carried(queue, dead, number)
            return
        yield from _watched(queue, arn, earlier)

    def _carried(self, queue: str, dead: str, number: int) -> Iterator[int]:
        """Move messages by hand: each is sent before it is deleted, so that none can be lost."""
        sqs, url, moved = aws.client("sqs"), self.broker.queues[queue], 0
        while moved < number:
            with aws.translated(f"redriving queue {queue!r}"):
                batch = sqs.receive_message(
                    QueueUrl=dead,
                    MaxNumberOfMessages=limits.SQS_BATCH_ENTRIES,
                    VisibilityTimeout=CARRIED_WITHIN_S,
                    WaitTimeSeconds=1,
                    MessageAttributeNames=["All"],
                    MessageSystemAttributeNames=["MessageGroupId"],
                ).get("Messages", [])
                if not batch:
                    return
                for letter in batch:
                    sqs.send_message(QueueUrl=url, **_copy(letter, url))
                    sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])
            moved += len(batch)
            yield moved


def _is_off(mapping: Mapping[str, Any]) -> bool:
    return mapping["State"] in {"Disabled", "Disabling"}


def _begin_move(queue: str, dead: str, alive: str) -> int | None:
    """Have SQS move dead letters, unless it does: of a queue there is one move at a time, and a second is refused.

    Returns when the move before this one was begun. SQS is told where to: of a letter that did not die in the queue
    but was sent to the dead at once, as a firing is that could not be delivered, it would not know.
    """
    task = _move(queue, dead)
    if task is not None and task["Status"] == "RUNNING":
        return None
    with aws.translated(f"redriving queue {queue!r}", _NOT_IMPLEMENTED):
        aws.client("sqs").start_message_move_task(SourceArn=dead, DestinationArn=alive)
    return _begun(task)


def _watched(queue: str, arn: str, earlier: int | None = None) -> Iterator[int]:
    """Follow SQS's own move to its end; `earlier` is when the one before it was begun, of which SQS may tell still."""
    for _ in range(UNTOLD_LOOKS):
        while (task := _move(queue, arn)) and (earlier is None or _begun(task) != earlier):
            yield int(task.get("ApproximateNumberOfMessagesMoved", 0))
            if task["Status"] == "COMPLETED":
                return
            if task["Status"] != "RUNNING":
                why = task.get("FailureReason", "it was cancelled")
                raise OperationalError(f"redriving queue {queue!r} ended as {task['Status']}: {why}")
            time.sleep(LOOK_EVERY_S)
        time.sleep(LOOK_EVERY_S)
    raise OperationalError(
        f"SQS moves the dead letters of {queue!r}, but does not tell how far it is: count what is left"
    )


def _begun(task: Mapping[str, Any] | None) -> int | None:
    return task.get("StartedTimestamp") if task else None


def _move(queue: str, arn: str) -> dict[str, Any] | None:
    """The last move of dead letters, if SQS tells of it: one that has just begun may not be in its list yet."""
    with aws.translated(f"redriving queue {queue!r}", _NOT_IMPLEMENTED):
        answer = aws.client("sqs").list_message_move_tasks(SourceArn=arn, MaxResults=1)
    return next(iter(answer.get("Results", ())), None)


def _copy(letter: Mapping[str, Any], url: str) -> dict[str, Any]:
    """A dead letter as it is sent again; twice within five minutes is once in a FIFO queue."""
    group = letter.get("Attributes", {}).get("MessageGroupId")
    return {
        "MessageBody": letter["Body"],
        **({"MessageAttributes": letter["MessageAttributes"]} if letter.get("MessageAttributes") else {}),
        **({"MessageGroupId": group} if group else {}),
        **({"MessageDeduplicationId": letter["MessageId"]} if is_fifo(url) else {}),
    }


def _dead_arn(attributes: Mapping[str, str]) -> str | None:
    policy = attributes.get("RedrivePolicy")
    return str(loads(policy)["deadLetterTargetArn"]) if policy else None


def _mappings(doing: str, **only: str) -> list[dict[str, Any]]:
    with aws.translated(doing):
        pages = aws.client("lambda").get_paginator("list_event_source_mappings").paginate(**only)
        return [mapping for page in pages for mapping in page["EventSourceMappings"]]


def _metric(namespace: str, name: str, dimension: str, value: str) -> Metric:
    return Metric(namespace, name, ((dimension, value),), SUM)
