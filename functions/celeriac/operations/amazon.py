"""The operations on AWS: SQS, Lambda's event source mappings and functions, CloudWatch's metrics and logs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from celeriac import aws, clock, limits
from celeriac.exceptions import DecodeError, OperationalError
from celeriac.lanes import is_fifo
from celeriac.operations.base import Operations
from celeriac.operations.status import FunctionStatus, LogLine, QueueStatus
from celeriac.serialization import loads

__all__ = ["AmazonOperations"]

DEPTH = "ApproximateNumberOfMessages"
ATTRIBUTES = [DEPTH, f"{DEPTH}NotVisible", f"{DEPTH}Delayed", "QueueArn", "RedrivePolicy"]
AGE_IS_KNOWN_WITHIN = timedelta(minutes=10)
"""How far back to look for SQS's figures, which come each minute, and late."""
LOOK_EVERY_S = 1.0
CARRIED_WITHIN_S = 60


class _NothingThere(OperationalError):
    """Raised where a worker has no function, or no log yet."""


class _NoMoves(OperationalError):
    """Raised by an emulator that has no StartMessageMoveTask."""


_NOT_FOUND = {"ResourceNotFoundException": _NothingThere}
_NOT_IMPLEMENTED = dict.fromkeys(
    ("InvalidAction", "UnknownOperationException", "NotImplemented", "InternalFailure", "501"), _NoMoves
)


class AmazonOperations(Operations):
    """The operations on the account, or the local cloud, that the process' environment names."""

    def log(self, worker: str, since: datetime) -> Iterator[LogLine]:
        try:
            for event in self._events(worker, since):
                if line := _line(worker, event):
                    yield line
        except _NothingThere:
            return  # it has not run yet

    def _events(self, worker: str, since: datetime) -> Iterator[dict[str, Any]]:
        group, start = f"/aws/lambda/{self._name(worker)}", int(since.timestamp() * 1000)
        with aws.translated(f"reading the log of {worker}", _NOT_FOUND):
            pages = aws.client("logs").get_paginator("filter_log_events")
            for page in pages.paginate(logGroupName=group, startTime=start):
                yield from page["events"]

    def _ages(self, queues: Iterable[str]) -> dict[str, float]:
        names = list(queues)
        queries = [_age_of(index, self.broker.queues[name]) for index, name in enumerate(names)]
        now, ages = clock.now(), dict[str, float]()
        for start in range(0, len(queries), limits.METRICS_A_REQUEST):
            part = queries[start : start + limits.METRICS_A_REQUEST]
            with aws.translated("asking CloudWatch for the ages of messages"):
                answer = aws.client("cloudwatch").get_metric_data(
                    MetricDataQueries=part, StartTime=now - AGE_IS_KNOWN_WITHIN, EndTime=now
                )
            told = {item["Id"]: item["Values"][0] for item in answer["MetricDataResults"] if item["Values"]}
            ages |= {names[int(key.removeprefix("q"))]: age for key, age in told.items()}
        return ages

    def _queue(self, name: str, oldest_s: float | None) -> QueueStatus:
        attributes = self._attributes(name, self.broker.queues[name])
        waiting, in_flight, delayed = (int(attributes.get(key, 0)) for key in ATTRIBUTES[:3])
        return QueueStatus(
            name=name,
            worker=name.partition(".")[0],
            waiting=waiting,
            in_flight=in_flight,
            delayed=delayed,
            dead=self._dead(name, attributes),
            oldest_s=oldest_s if waiting or in_flight else None,
            paused=_is_paused(_mappings(name, attributes["QueueArn"])),
        )

    def _attributes(self, name: str, url: str) -> dict[str, str]:
        with aws.translated(f"looking at queue {name!r}"):
            answer = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=ATTRIBUTES)
        return dict(answer["Attributes"])

    def _dead(self, name: str, attributes: Mapping[str, str]) -> int | None:
        arn = _dead_arn(attributes)
        if arn is None:
            return None
        return int(self._attributes(f"{name} (dead letters)", self._beside(name, arn))[DEPTH])

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
        except _NothingThere:
            return FunctionStatus()
        return FunctionStatus(state=told.get("State"), memory_mb=told.get("MemorySize"), timeout_s=told.get("Timeout"))

    def _switch(self, queue: str, *, enabled: bool) -> None:
        arn = self._attributes(queue, self.broker.queues[queue])["QueueArn"]
        mappings = _mappings(queue, arn)
        if not mappings:
            raise OperationalError(f"no function reads queue {queue!r}: it has no event source mapping")
        for mapping in mappings:
            with aws.translated(f"{'resuming' if enabled else 'pausing'} queue {queue!r}"):
                aws.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)

    def _moved(self, queue: str) -> Iterator[int]:
        arn = _dead_arn(self._attributes(queue, self.broker.queues[queue]))
        if arn is None:
            raise OperationalError(f"queue {queue!r} has no dead letters: it has no redrive policy")
        dead = self._beside(queue, arn)
        number = int(self._attributes(f"{queue} (dead letters)", dead)[DEPTH])
        if not number:
            return
        try:
            with aws.translated(f"redriving queue {queue!r}", _NOT_IMPLEMENTED):
                aws.client("sqs").start_message_move_task(SourceArn=arn)
        except _NoMoves:
            yield from self._carried(queue, dead, number)
            return
        yield from _watched(queue, arn)

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


def _watched(queue: str, arn: str) -> Iterator[int]:
    """Follow SQS's own move to its end."""
    while True:
        with aws.translated(f"redriving queue {queue!r}"):
            [task] = aws.client("sqs").list_message_move_tasks(SourceArn=arn, MaxResults=1)["Results"]
        yield int(task.get("ApproximateNumberOfMessagesMoved", 0))
        if task["Status"] == "COMPLETED":
            return
        if task["Status"] != "RUNNING":
            why = task.get("FailureReason", "it was cancelled")
            raise OperationalError(f"redriving queue {queue!r} ended as {task['Status']}: {why}")
        time.sleep(LOOK_EVERY_S)


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


def _mappings(queue: str, arn: str) -> list[dict[str, Any]]:
    with aws.translated(f"looking for the function that reads queue {queue!r}"):
        answer = aws.client("lambda").list_event_source_mappings(EventSourceArn=arn)
    return list(answer["EventSourceMappings"])


def _is_paused(mappings: list[dict[str, Any]]) -> bool | None:
    return all(mapping["State"] in {"Disabled", "Disabling"} for mapping in mappings) if mappings else None


def _age_of(index: int, url: str) -> dict[str, Any]:
    dimensions = [{"Name": "QueueName", "Value": url.rpartition("/")[2]}]
    metric = {"Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage", "Dimensions": dimensions}
    return {"Id": f"q{index}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}


def _line(worker: str, event: Mapping[str, Any]) -> LogLine | None:
    """An event of the log, if it is one of the library's lines about a task."""
    try:
        fields = loads(event["message"])
    except DecodeError:
        return None
    if not isinstance(fields, dict) or "task_id" not in fields:
        return None
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return LogLine(id=str(event.get("eventId")), at=at, worker=worker, fields=fields)
