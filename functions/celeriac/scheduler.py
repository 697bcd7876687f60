"""Far ETAs: a one-time EventBridge schedule brings a message to its queue shortly before it is due.

It fires at a whole minute, within a minute of it; the worker sends what comes early back with the rest as its delay,
and so the second is exact. Whatever the Scheduler does not take goes through SQS in hops of 15 minutes.
Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from logging import WARNING
from typing import Any
from urllib.parse import urlsplit

from celeriac import aws, clock, lanes, limits, log
from celeriac.exceptions import OperationalError
from celeriac.message import Message
from celeriac.serialization import loads

__all__ = ["AlreadyScheduled", "Call", "EventBridgeScheduler", "Pending", "Scheduler"]

LEAD = timedelta(minutes=2)
"""How long before its time a message is called: one minute is the Scheduler's precision, one is to spare."""
PAYLOAD_STAYS = timedelta(days=12)
"""What lies in S3 is deleted after 15 days; a message that has a payload there is called to renew it."""
TIME = "%Y%m%dT%H%M%S"
NAME = re.compile(r"(?P<id>.+)_\d+_(?P<due>\d{8}T\d{6})(_\d{8})?")
PLAIN = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_.-]*")


@dataclass(frozen=True, slots=True)
class Pending:
    """A task that waits for its time in the Scheduler."""

    id: str
    due: datetime
    queue: str


@dataclass(frozen=True, slots=True)
class Call:
    """A message to be put into a queue at a time; `name` makes it the same when it is scheduled twice."""

    name: str
    at: datetime
    queue: str
    body: str


class AlreadyScheduled(OperationalError):
    """Raised when there is a schedule of that name."""


class Scheduler(ABC):
    """Keeps messages until shortly before they are due."""

    @abstractmethod
    def create(self, call: Call) -> None:
        """Schedule a call; raises AlreadyScheduled, or OperationalError where it cannot be."""

    @abstractmethod
    def pending(self) -> Iterator[Pending]:
        """The tasks that wait, in no order; `due` to the second, `queue` that to which they will be sent."""

    def wants(self, message: Message) -> bool:
        """Whether a message is due so late that a schedule costs less than hops."""
        far = timedelta(seconds=limits.SCHEDULE_BEYOND_S)
        return message.due is not None and message.due - clock.now() > far

    def keeps(self, message: Message, queue: str, body: str) -> bool:
        """Take charge of a message that is due late; False where it must hop instead."""
        try:
            self.create(_call(message, queue, body))
        except AlreadyScheduled:
            return True
        except OperationalError as error:
            log.task_line(WARNING, f"task hops to its time: {error}", task_id=message.id, task=message.task)
            return False
        return True


class EventBridgeScheduler(Scheduler):
    """The scheduler on Amazon EventBridge: schedules in `group`, which delete themselves when they have fired.

    Their role is that of the queue's worker, `{queue}-etas`; what cannot be delivered goes to `{queue}-dead`.
    """

    def __init__(self, group: str, queues: Mapping[str, str]) -> None:
        self.group, self.queues = group, queues

    def create(self, call: Call) -> None:
        kinds = {"ConflictException": AlreadyScheduled}
        with aws.translated(f"scheduling {call.name}", kinds):
            aws.client("scheduler").create_schedule(
                Name=call.name,
                GroupName=self.group,
                ScheduleExpression=f"at({call.at:%Y-%m-%dT%H:%M:%S})",
                ScheduleExpressionTimezone="UTC",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target=self._target(call),
            )

    def pending(self) -> Iterator[Pending]:
        with aws.translated(f"listing the schedules of {self.group}"):
            for page in aws.client("scheduler").get_paginator("list_schedules").paginate(GroupName=self.group):
                for schedule in page["Schedules"]:
                    yield self._pending(schedule)

    def _pending(self, schedule: Mapping[str, Any]) -> Pending:
        told = NAME.fullmatch(schedule["Name"])
        task_id = told["id"] if told else schedule["Name"]
        if task_id.startswith("."):
            name = schedule["Name"]
            found = aws.client("scheduler").get_schedule(Name=name, GroupName=self.group)
            task_id = loads(found["Target"]["Input"])["id"]
        due = datetime.strptime(told["due"] if told else "19700101T000000", TIME).replace(tzinfo=UTC)
        return Pending(task_id, due, lanes.source_of(schedule["Target"]["Arn"], self.queues, otherwise=""))

    def _target(self, call: Call) -> dict[str, Any]:
        meta = aws.client("scheduler").meta
        account, physical = urlsplit(self.queues[call.queue]).path.strip("/").split("/")[-2:]
        worker = self.queues[call.queue.partition(".")[0]].rpartition("/")[2]
        queue = f"arn:{meta.partition}:sqs:{meta.region_name}:{account}:{physical}"
        return {
            "Arn": queue,
            "RoleArn": f"arn:{meta.partition}:iam::{account}:role/{worker}-etas",
            # What looks like one of the Scheduler's own words would be replaced; in JSON it can be written otherwise.
            "Input": call.body.replace("<aws.scheduler.", "\\u003caws.scheduler."),
            "DeadLetterConfig": {"Arn": f"{queue}-dead"},
        }


def _call(message: Message, queue: str, body: str) -> Call:
    """When and how to call a message: at a whole minute, and sooner if what it has in S3 must be renewed.

    The name has the task's id, attempt and time in it. A message that is sent twice is thus scheduled once, and one
    that was called and is scheduled again is another, even while AWS has yet to delete the first.
    """
    assert message.due is not None
    at, renewal = message.due - LEAD, clock.now() + PAYLOAD_STAYS
    is_renewed = at > renewal and "payload" in loads(body)
    at = min(at, renewal) if is_renewed else at
    suffix = f"_{message.retries}_{message.due.astimezone(UTC):{TIME}}{f'_{at:%Y%m%d}' if is_renewed else ''}"
    name = f"{message.id}{suffix}"
    if len(name) > limits.SCHEDULE_NAME_CHARS or not PLAIN.fullmatch(message.id):
        name = f".{hashlib.sha256(message.id.encode()).hexdigest()[:32]}{suffix}"
    return Call(name, at.astimezone(UTC).replace(second=0, microsecond=0), queue, body)
