"""The schedule's message, delivered as EventBridge Scheduler would deliver it."""

import json
from typing import Any

import pytest

from local.mailbox import mails
from local.system import System
from local.wait import until

pytestmark = pytest.mark.cloud


def test_the_schedule_is_at_eleven_at_night_in_a_named_time_zone(system: System) -> None:
    schedule = _schedule(system)

    assert schedule["State"] == "ENABLED"
    assert schedule["ScheduleExpression"] == "cron(0 23 * * ? *)"


def test_the_message_of_the_schedule_becomes_a_mail(system: System) -> None:
    target = _schedule(system)["Target"]
    body = target["Input"].replace("<aws.scheduler.scheduled-time>", "2026-11-22T23:00:00Z")
    body = body.replace("<aws.scheduler.execution-id>", "d32c5kddcf5bb8c3")
    before = len(mails(system.endpoint))

    system.endpoint.client("sqs").send_message(QueueUrl=system.queue_url("notify"), MessageBody=body)

    until(lambda: len(mails(system.endpoint)) > before, "the report", timeout_s=120)
    assert target["Arn"].endswith(f":{system.outputs.deployment}-notify")
    assert json.loads(body)


def _schedule(system: System) -> dict[str, Any]:
    scheduler = system.endpoint.client("scheduler")
    found = scheduler.list_schedules(GroupName=system.outputs.deployment)["Schedules"]
    [schedule] = [each for each in found if "daily" in each["Name"]]
    return dict(scheduler.get_schedule(GroupName=schedule["GroupName"], Name=schedule["Name"]))
