"""The clock for emulators whose Scheduler stands still: given a time, it fires what is due, once."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from celeriac.beat.firing import body_of
from celeriac.message import Message
from local.clock import Clock
from local.endpoint import Endpoint

pytestmark = pytest.mark.cloud

NIGHT = datetime(2031, 3, 29, 12, tzinfo=UTC)
"""The day before the clocks of Berlin go forward; far enough away for the emulator's own clock to stay out of it."""


@pytest.fixture
def deployment(embedded_aws: Endpoint) -> str:
    name = f"clock-{uuid.uuid4().hex[:12]}"
    embedded_aws.client("scheduler").create_schedule_group(Name=f"{name}-schedules")
    embedded_aws.client("sqs").create_queue(QueueName=name)
    return name


@pytest.fixture
def schedule(embedded_aws: Endpoint, deployment: str) -> Callable[..., None]:
    def make(name: str, expression: str, zone: str = "UTC", told: str = "", **more: Any) -> None:
        target = {
            "Arn": f"arn:aws:sqs:us-east-1:000000000000:{deployment}",
            "RoleArn": "arn:aws:iam::000000000000:role/r",
        }
        body = body_of(name, Message(id="-", task="a.work"), {"timezone": told or zone})
        embedded_aws.client("scheduler").create_schedule(
            Name=name,
            GroupName=f"{deployment}-schedules",
            ScheduleExpression=expression,
            ScheduleExpressionTimezone=zone,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={**target, "Input": body},
            **more,
        )

    return make


@pytest.fixture
def received(embedded_aws: Endpoint, deployment: str) -> Callable[[], list[str]]:
    """The ids of the messages that have come to the queue."""
    sqs = embedded_aws.client("sqs")
    url = sqs.get_queue_url(QueueName=deployment)["QueueUrl"]

    def receive() -> list[str]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return sorted(json.loads(message["Body"])["id"] for message in found)

    return receive


def test_what_is_due_is_fired_with_its_time(
    embedded_aws: Endpoint, deployment: str, schedule: Any, received: Callable[[], list[str]]
) -> None:
    schedule("hourly", "cron(0 * * * ? *)")
    schedule("later", "cron(0 0 1 1 ? *)")
    schedule("paused", "cron(0 * * * ? *)", State="DISABLED")

    names = Clock(embedded_aws, deployment).fire(NIGHT - timedelta(minutes=90), NIGHT)

    assert names == ["hourly", "hourly"]
    assert received() == ["hourly@2031-03-29T11:00:00Z", "hourly@2031-03-29T12:00:00Z"]


def test_a_time_that_the_clocks_skip_does_not_fire(
    embedded_aws: Endpoint, deployment: str, schedule: Any, received: Callable[[], list[str]]
) -> None:
    schedule("night", "cron(30 2 * * ? *)", "Europe/Berlin")

    assert Clock(embedded_aws, deployment).fire(NIGHT, NIGHT + timedelta(days=2)) == ["night"]
    assert received() == ["night@2031-03-31T00:30:00Z"]


def test_a_zone_that_the_emulator_has_lost_is_that_of_the_message(
    embedded_aws: Endpoint, deployment: str, schedule: Any, received: Callable[[], list[str]]
) -> None:
    schedule("late", "cron(0 23 * * ? *)", told="Europe/Berlin")

    Clock(embedded_aws, deployment).fire(NIGHT, NIGHT + timedelta(days=1))

    assert received() == ["late@2031-03-29T22:00:00Z"]


def test_what_fires_once_is_deleted(
    embedded_aws: Endpoint, deployment: str, schedule: Any, received: Callable[[], list[str]]
) -> None:
    schedule("once", f"at({NIGHT - timedelta(days=1):%Y-%m-%dT%H:%M:%S})", ActionAfterCompletion="DELETE")
    clock = Clock(embedded_aws, deployment)

    assert clock.fire(NIGHT, NIGHT + timedelta(minutes=1)) == ["once"], "late rather than never"
    assert clock.fire(NIGHT, NIGHT + timedelta(minutes=1)) == []
    assert received() == ["once@2031-03-28T12:00:00Z"]
