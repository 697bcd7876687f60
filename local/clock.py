"""The Scheduler's clock, for an emulator whose own stands still (LocalStack's does): what is due is fired from here."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from celeriac.beat.firing import fired
from celeriac.schedules.expression import Expression
from local.endpoint import Endpoint

GROUPS = ("{}", "{}-schedules", "{}-etas")
LOOK_S = 5.0


@dataclass(frozen=True)
class Firing:
    """A schedule that is due, and the moment for which it is."""

    moment: datetime
    schedule: dict[str, Any]


class Clock:
    """Fires the schedules of a deployment as EventBridge Scheduler would, time zones and clock changes included."""

    def __init__(self, endpoint: Endpoint, deployment: str) -> None:
        self._scheduler, self._sqs = endpoint.client("scheduler"), endpoint.client("sqs")
        self._groups = [group.format(deployment) for group in GROUPS]

    def fire(self, since: datetime, until: datetime) -> list[str]:
        """Fire what is due after `since` and not after `until`, in its order; returns the schedules' names."""
        due = sorted(self._due(since, until), key=lambda firing: firing.moment)
        for firing in due:
            self._send(firing)
        return [firing.schedule["Name"] for firing in due]

    def run(self) -> None:
        """Fire what comes due from now on, until the process is ended."""
        since = datetime.now(UTC)
        while True:
            time.sleep(LOOK_S)
            until = datetime.now(UTC)
            for name in self.fire(since, until):
                print(f"{until:%H:%M:%S} {name}", flush=True)
            since = until

    def _due(self, since: datetime, until: datetime) -> Iterator[Firing]:
        for schedule in self._schedules():
            # A one-time schedule that is overdue fires late rather than never, and is then deleted.
            is_late_too = schedule["ScheduleExpression"].startswith("at") and _is_deleted(schedule)
            start = datetime.min.replace(tzinfo=UTC) if is_late_too else since
            expression = _expression(schedule)
            moment = expression.following(start)
            while moment is not None and moment <= until:
                yield Firing(moment, schedule)
                moment = expression.following(moment)

    def _schedules(self) -> Iterator[dict[str, Any]]:
        for group in self._groups:
            try:
                found = self._scheduler.list_schedules(GroupName=group)["Schedules"]
            except self._scheduler.exceptions.ResourceNotFoundException:
                continue
            for each in found:
                schedule = dict(self._scheduler.get_schedule(Name=each["Name"], GroupName=group))
                if schedule["State"] == "ENABLED":
                    yield schedule

    def _send(self, firing: Firing) -> None:
        target = firing.schedule["Target"]
        url = self._sqs.get_queue_url(QueueName=target["Arn"].rpartition(":")[2])["QueueUrl"]
        self._sqs.send_message(QueueUrl=url, MessageBody=fired(target["Input"], firing.moment))
        if _is_deleted(firing.schedule):
            self._scheduler.delete_schedule(Name=firing.schedule["Name"], GroupName=firing.schedule["GroupName"])


def _is_deleted(schedule: dict[str, Any]) -> bool:
    """Whether a schedule that has fired for the last time is to be deleted."""
    return schedule.get("ActionAfterCompletion") == "DELETE" and schedule["ScheduleExpression"].startswith("at")


def _expression(schedule: dict[str, Any]) -> Expression:
    """The expression in its time zone, of which MiniStack's CloudFormation loses all but what the message says."""
    told = json.loads(schedule["Target"]["Input"]).get("firing", {})
    zone = told.get("timezone") or schedule.get("ScheduleExpressionTimezone", "UTC")
    return Expression(schedule["ScheduleExpression"], zone, schedule.get("StartDate") or schedule.get("CreationDate"))
