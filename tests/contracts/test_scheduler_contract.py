"""What every scheduler promises: a message comes to its queue once, shortly before it is due; else it hops."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from celeriac import aws, clock
from celeriac.message import Message
from celeriac.scheduler import EventBridgeScheduler, Pending, Scheduler
from celeriac.testing import MemoryScheduler
from local.wait import until

TICK_S = 120
"""MiniStack looks at its schedules every ten seconds."""


@pytest.fixture
def scheduler(engine: Any, kind: str) -> Iterator[Scheduler]:
    """The scheduler of the engine, given to its broker."""
    if kind == "twin":
        engine.broker.scheduler = MemoryScheduler()
    else:
        group = f"contract-{uuid.uuid4().hex[:12]}"
        aws.client("scheduler").create_schedule_group(Name=group)
        engine.broker.scheduler = EventBridgeScheduler(group, engine.broker.queues)
    yield engine.broker.scheduler
    engine.broker.scheduler = None


def late(task_id: str = "id-1", queue: str = "b", hours: float = 5, **fields: Any) -> Message:
    due = clock.now().replace(microsecond=0) + timedelta(hours=hours)
    return Message(id=task_id, task="a.work", queue=queue, eta=due, **fields)


def test_what_is_due_late_waits_in_the_scheduler_and_not_in_its_queue(engine: Any, scheduler: Scheduler) -> None:
    message, other = late(), late("häßlich", queue="a.line", hours=9000 / 24)
    engine.broker.publish([message, other, late("near", hours=0.9)])
    engine.broker.publish([message])
    assert {*scheduler.pending()} == {
        Pending("id-1", message.eta or clock.now(), "b"),
        Pending("häßlich", other.eta or clock.now(), "a"),
    }
    assert engine.received("b") == engine.received("a") == engine.received("a.line") == []


def test_a_long_message_goes_through_the_bucket_and_keeps_within_the_schedules_limit(
    engine: Any, scheduler: Scheduler
) -> None:
    engine.broker.publish([late(args=["x" * 300_000])])
    assert len([*scheduler.pending()]) == 1


@pytest.mark.parametrize("kind", [pytest.param("ministack", marks=pytest.mark.cloud)], indirect=True)
def test_it_comes_to_its_queue_as_it_was_sent(engine: Any, scheduler: Scheduler) -> None:
    now = clock.now()
    sent = late(hours=10 / 3600, args=["<aws.scheduler.execution-id>", "zwei \u2028"], tenant="acme")
    with clock.running_on(lambda: now - timedelta(hours=2)):
        engine.broker.publish([sent])
    assert [pending.id for pending in scheduler.pending()] == ["id-1"]
    found = until(lambda: engine.received("b"), "the scheduled message", timeout_s=TICK_S)
    assert found == [sent]
    until(lambda: not [*scheduler.pending()], "it to delete itself", timeout_s=TICK_S)


@pytest.mark.parametrize("kind", [pytest.param("ministack", marks=pytest.mark.cloud)], indirect=True)
def test_without_its_group_of_schedules_a_message_hops(engine: Any) -> None:
    engine.broker.scheduler = EventBridgeScheduler("nowhere", engine.broker.queues)
    now = clock.now()
    with clock.running_on(lambda: now - timedelta(hours=2)):
        engine.broker.publish([late(hours=0, queue="a")])
    delayed = ["ApproximateNumberOfMessagesDelayed"]
    url = engine.broker.queues["a"]
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=delayed)["Attributes"]
    assert attributes == {delayed[0]: "1"} or engine.size("a") == 1
