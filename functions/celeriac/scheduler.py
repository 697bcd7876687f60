"""Far ETAs: a one-time EventBridge schedule brings a message to its queue shortly before it is due.

It fires at a whole minute, within a minute of it; the worker sends what comes early back with the rest as its delay,
and so the second is exact. Whatever the Scheduler does not take goes through SQS in hops of 15 minutes.
Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
"""

from __future__ import annotations

import functools
import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from logging import WARNING
from typing import Any
from urllib.parse import urlsplit

from celeriac import aws, clock, lanes, limits, log
from celeriac.exceptions import (
    CeleriacError,
    ImproperlyConfigured,
    ObjectNotFound,
    OperationalError,
    QueueNotFound,
)
from celeriac.message import Message
from celeriac.rule import Rule
from celeriac.serialization import loads

__all__ = ["AlreadyScheduled", "Call", "EventBridgeScheduler", "Pending", "Scheduler"]

LEAD = timedelta(minutes=2)
"""How long before its time a message is called: one minute is the Scheduler's precision, one is to spare."""
PAYLOAD_STAYS = timedelta(days=12)
"""What lies in S3 is deleted after 15 days; a message that has a payload there is called to renew it."""
TIME = "%Y%m%dT%H%M%S"
NAME = re.compile(r"(?P<id>.+)_\d+_(?P<due>\d{8}T\d{6})(_\d{8})?")
READ_SIDE_BY_SIDE = 8
"""A list of schedules tells next to nothing of them: each is asked for by itself."""
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

    @abstractmethod
    def put(self, rule: Rule, is_new: bool) -> None:
        """Create a rule, or replace it; raises AlreadyScheduled for a new one whose name is taken."""

    @abstractmethod
    def rule(self, name: str) -> Rule | None:
        """The rule of that name, or None."""

    @abstractmethod
    def rules(self) -> Iterator[Rule]:
        """All rules, in no order."""

    @abstractmethod
    def drop(self, name: str) -> None:
        """Delete a rule; one that is gone already is no error."""

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

    Their role is that of the queue's worker, `{queue}-etas`; what cannot be delivered goes to `{queue}-dead`. Rules are
    in the group `{deployment}-schedules`, those that worker.tomls declare in the group `{deployment}`.
    """

    def __init__(self, group: str, queues: Mapping[str, str], deployment: str = "") -> None:
        self.group, self.queues, self.deployment = group, queues, deployment

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
                Target=self._target(call.queue, _spelled(call.body)),
            )

    def put(self, rule: Rule, is_new: bool) -> None:
        call = aws.client("scheduler").create_schedule if is_new else aws.client("scheduler").update_schedule
        if not (rule.target or rule.queue in self.queues):
            raise QueueNotFound(f"schedule {rule.name!r}: its queue {rule.queue!r} is not in this deployment")
        if lanes.is_fifo(self.queues.get(rule.queue, "")):
            raise ImproperlyConfigured(f"schedule {rule.name!r}: the Scheduler has no rights on FIFO lanes")
        with aws.translated(f"schedule {rule.name}", _KINDS):
            call(
                Name=rule.name,
                GroupName=self.deployment if rule.target else self._own_group,
                ScheduleExpression=rule.expression,
                ScheduleExpressionTimezone=rule.timezone,
                FlexibleTimeWindow={"Mode": "OFF"},
                State="ENABLED" if rule.is_enabled else "DISABLED",
                ActionAfterCompletion="DELETE" if rule.expression.startswith("at") else "NONE",
                **({"StartDate": rule.starts} if rule.starts else {}),
                Target=rule.target or self._target(rule.queue, rule.body),
            )

    def rule(self, name: str) -> Rule | None:
        found = (self._read(group, name) for group in (self._own_group, self.deployment))
        return next((rule for rule in found if rule is not None), None)

    def rules(self) -> Iterator[Rule]:
        for group in (self._own_group, self.deployment):
            with aws.translated(f"listing the schedules of {group}"):
                pages = aws.client("scheduler").get_paginator("list_schedules").paginate(GroupName=group)
                names = [schedule["Name"] for page in pages for schedule in page["Schedules"]]
            with ThreadPoolExecutor(READ_SIDE_BY_SIDE) as pool:
                found = list(pool.map(functools.partial(self._read, group), names))
            yield from (rule for rule in found if rule is not None)

    def _read(self, group: str, name: str) -> Rule | None:
        with suppress(ObjectNotFound), aws.translated(f"schedule {name}", _KINDS):
            return self._rule(aws.client("scheduler").get_schedule(Name=name, GroupName=group))
        return None

    def drop(self, name: str) -> None:
        with suppress(ObjectNotFound), aws.translated(f"schedule {name}", _KINDS):
            aws.client("scheduler").delete_schedule(Name=name, GroupName=self._own_group)

    @property
    def _own_group(self) -> str:
        return f"{self.deployment}-schedules"

    def _rule(self, found: Mapping[str, Any]) -> Rule:
        return Rule(
            found["Name"],
            found["ScheduleExpression"],
            found.get("ScheduleExpressionTimezone", "UTC"),
            lanes.source_of(found["Target"]["Arn"], self.queues, otherwise=""),
            found["Target"]["Input"],
            found["State"] == "ENABLED",
            found.get("StartDate"),
            found["Target"] if found["GroupName"] == self.deployment else None,
            found.get("CreationDate"),
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

    def _target(self, queue_name: str, text: str) -> dict[str, Any]:
        meta = aws.client("scheduler").meta
        account, physical = urlsplit(self.queues[queue_name]).path.strip("/").split("/")[-2:]
        worker = self.queues[queue_name.partition(".")[0]].rpartition("/")[2]
        queue = f"arn:{meta.partition}:sqs:{meta.region_name}:{account}:{physical}"
        return {
            "Arn": queue,
            "RoleArn": f"arn:{meta.partition}:iam::{account}:role/{worker}-etas",
            "Input": text,
            "DeadLetterConfig": {"Arn": f"{queue}-dead"},
        }


_KINDS: Mapping[str, type[CeleriacError]] = {
    "ConflictException": AlreadyScheduled,
    "ResourceNotFoundException": ObjectNotFound,
}


def _spelled(body: str) -> str:
    """What looks like one of the Scheduler's own words would be replaced; in JSON it can be written otherwise."""
    return body.replace("<aws.scheduler.", "\\u003caws.scheduler.")


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
