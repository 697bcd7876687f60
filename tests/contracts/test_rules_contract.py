"""What every scheduler promises of its rules: they are kept as they were put, and fire."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from celeriac import aws, clock
from celeriac.beat.firing import body_of
from celeriac.exceptions import QueueNotFound
from celeriac.message import Message
from celeriac.rule import Rule
from celeriac.scheduler import AlreadyScheduled, EventBridgeScheduler, Scheduler
from celeriac.testing import MemoryScheduler
from local.wait import until

TICK_S = 120
"""MiniStack looks at its schedules every ten seconds."""
BODY = body_of("tidy", Message(id="-", task="a.tidy", queue="a"), {"name": "tidy", "schedule": {"every_s": 60}})


@pytest.fixture
def scheduler(engine: Any, kind: str) -> Iterator[Scheduler]:
    """A scheduler of the engine's kind for its queues."""
    if kind == "twin":
        yield MemoryScheduler()
        return
    deployment = f"rules-{uuid.uuid4().hex[:12]}"
    for group in (deployment, f"{deployment}-schedules"):
        aws.client("scheduler").create_schedule_group(Name=group)
    yield EventBridgeScheduler("", engine.broker.queues, deployment)


def rule(name: str = "tidy", expression: str = "cron(0 3 ? * MON-FRI *)", **more: Any) -> Rule:
    return Rule(name, expression, "Europe/Berlin", "a", BODY, **more)


def test_a_rule_is_kept_as_it_was_put(scheduler: Scheduler) -> None:
    one, other = rule(), rule("a.b_c-d", "rate(2 hours)", is_enabled=False)
    scheduler.put(one, is_new=True)
    scheduler.put(other, is_new=True)

    assert scheduler.rule("tidy") == one
    assert {each.name: each for each in scheduler.rules()} == {"tidy": one, "a.b_c-d": other}


def test_a_rule_is_replaced_and_a_name_is_taken_once(scheduler: Scheduler) -> None:
    scheduler.put(rule(), is_new=True)
    with pytest.raises(AlreadyScheduled):
        scheduler.put(rule(), is_new=True)

    scheduler.put(rule(expression="rate(1 day)").switched(is_enabled=False), is_new=False)

    assert scheduler.rule("tidy") == rule(expression="rate(1 day)", is_enabled=False)


def test_what_is_dropped_is_gone_and_may_be_dropped_again(scheduler: Scheduler) -> None:
    scheduler.put(rule(), is_new=True)

    scheduler.drop("tidy")
    scheduler.drop("tidy")

    assert scheduler.rule("tidy") is None
    assert list(scheduler.rules()) == []


def test_an_interval_begins_when_it_is_said_to(scheduler: Scheduler) -> None:
    start = clock.now().replace(microsecond=0) + timedelta(hours=2)
    scheduler.put(rule(expression="rate(2 hours)", start=start), is_new=True)

    found = scheduler.rule("tidy")

    assert found is not None
    assert found.start == start


def test_an_interval_whose_beginning_is_over_goes_on_in_step(scheduler: Scheduler) -> None:
    begun = clock.now().replace(microsecond=0) - timedelta(minutes=185)
    scheduler.put(rule(expression="rate(2 hours)", start=begun), is_new=True)

    found = scheduler.rule("tidy")

    assert found is not None
    assert found.start == begun + timedelta(hours=4), "AWS takes no start that is over"


def test_an_interval_without_a_beginning_counts_from_when_it_was_created(scheduler: Scheduler) -> None:
    before = clock.now() - timedelta(seconds=2)
    scheduler.put(rule(expression="rate(2 hours)"), is_new=True)

    found = scheduler.rule("tidy")

    assert found is not None
    assert found.start is None
    assert found.created is not None
    assert before <= found.created <= clock.now() + timedelta(seconds=2)
    assert found.starts == found.created + timedelta(hours=2)


def test_a_rule_and_a_declared_one_of_the_same_name_are_two(engine: Any, scheduler: Scheduler) -> None:
    if not isinstance(scheduler, EventBridgeScheduler):
        pytest.skip("CloudFormation deploys nothing in memory")
    scheduler.put(rule(), is_new=True)
    own = aws.client("scheduler").get_schedule(Name="tidy", GroupName=f"{scheduler.deployment}-schedules")
    aws.client("scheduler").create_schedule(
        Name="tidy",
        GroupName=scheduler.deployment,
        ScheduleExpression="rate(5 minutes)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=own["Target"],
    )

    mine, declared = sorted(scheduler.rules(), key=lambda each: each.expression)

    assert (mine.expression, mine.target) == (rule().expression, None)
    assert (declared.expression, declared.target) == ("rate(5 minutes)", own["Target"])
    assert scheduler.rule("tidy") == mine


def test_a_rule_whose_queue_is_gone_says_so(engine: Any, scheduler: Scheduler) -> None:
    if not isinstance(scheduler, EventBridgeScheduler):
        pytest.skip("nothing is taken away in memory")
    scheduler.put(rule(), is_new=True)
    later = EventBridgeScheduler("", {"b": engine.broker.queues["b"]}, scheduler.deployment)
    (orphan,) = later.rules()

    with pytest.raises(QueueNotFound, match="'tidy': its queue '' is not in this deployment"):
        later.put(orphan.switched(is_enabled=False), is_new=False)
    later.drop("tidy")
    assert list(later.rules()) == []


@pytest.mark.parametrize("kind", [pytest.param("ministack", marks=pytest.mark.cloud)], indirect=True)
def test_a_rule_puts_its_message_into_its_queue(engine: Any, scheduler: Scheduler) -> None:
    moment = clock.now() - timedelta(minutes=1)
    once = replace(rule(expression=f"at({moment:%Y-%m-%dT%H:%M:%S})"), timezone="UTC")
    scheduler.put(once, is_new=True)

    found = until(lambda: engine.received("a"), "the rule's message", timeout_s=TICK_S)

    assert [(message.task, message.headers) for message in found] == [("a.tidy", {"celery_beat_task": True})]
    until(lambda: scheduler.rule("tidy") is None, "what fires once to be deleted", timeout_s=TICK_S)
