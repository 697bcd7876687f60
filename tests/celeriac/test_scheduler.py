"""Far ETAs: which messages are scheduled, when they come, and that none is lost or doubled for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from celeriac import Celeriac, clock, limits
from celeriac.config import Config
from celeriac.exceptions import OperationalError
from celeriac.message import Message
from celeriac.scheduler import Call, EventBridgeScheduler, Pending
from celeriac.serialization import loads
from celeriac.services import Services
from celeriac.testing import Crash, Twin

KIB = 1024
HOUR = timedelta(hours=1)


class Office:
    """An app whose task notes when it ran."""

    def __init__(self) -> None:
        self.app, self.ran, self.retries = Celeriac("office"), list[datetime](), 0
        self.work = self.app.task(name="office.work", bind=True)(lambda task, text="": self._work(task))

    def _work(self, task: Any) -> None:
        self.ran.append(clock.now())
        if task.request.retries < self.retries:
            raise task.retry(countdown=30 * 24 * 3600)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def twin(office: Office) -> Iterator[Twin]:
    with Twin(office.app, lanes={"office.bulk": {}, "office.ordered": {"fifo": True}}) as twin:
        yield twin


def invocations(twin: Twin) -> int:
    return twin.steps.count("read rows")


@pytest.mark.parametrize("away", [timedelta(days=365), timedelta(days=1), timedelta(hours=1, seconds=1)], ids=str)
@pytest.mark.parametrize("queue", [None, "bulk", "ordered"])
def test_a_far_eta_is_met_to_the_second_after_a_handful_of_requests(
    office: Office, twin: Twin, away: timedelta, queue: str | None
) -> None:
    due = clock.now() + away
    result = office.work.apply_async(eta=due, queue=queue)
    assert not any(twin.broker.messages.values())
    (pending,) = twin.scheduler.pending()
    assert pending == Pending(result.id, due.replace(microsecond=0), "office.bulk" if queue == "bulk" else "office")
    twin.run()
    (began,) = office.ran
    assert timedelta(0) <= began - due < timedelta(seconds=1)
    assert invocations(twin) <= 3
    assert list(twin.scheduler.pending()) == []


@pytest.mark.parametrize("away", [timedelta(seconds=1), timedelta(minutes=16), HOUR], ids=str)
def test_a_near_one_costs_no_schedule(office: Office, twin: Twin, away: timedelta) -> None:
    due = clock.now() + away
    office.work.apply_async(eta=due)
    assert not twin.scheduler.calls
    twin.run()
    assert timedelta(0) <= office.ran[0] - due < timedelta(seconds=1)


def test_it_comes_at_a_whole_minute_that_leaves_a_minute_to_spare(office: Office, twin: Twin) -> None:
    for seconds in range(0, 125, 5):
        office.work.apply_async(eta=clock.now() + 2 * HOUR + timedelta(seconds=seconds, microseconds=7))
    for call in twin.scheduler.calls.values():
        ahead = datetime.fromisoformat(loads(call.body)["eta"]) - call.at
        assert (call.at.second, call.at.microsecond) == (0, 0)
        assert timedelta(minutes=2) <= ahead < timedelta(minutes=3), "the Scheduler takes up to one"


def test_another_time_zone_is_the_same_time(office: Office, twin: Twin) -> None:
    due = clock.now() + 5 * HOUR
    office.work.apply_async(eta=due.astimezone(timezone(timedelta(hours=13))))
    (pending,) = twin.scheduler.pending()
    assert pending.due == due.replace(microsecond=0)
    twin.run()
    assert timedelta(0) <= office.ran[0] - due < timedelta(seconds=1)


def test_a_retry_in_a_month_is_scheduled_as_well(office: Office, twin: Twin) -> None:
    office.retries = 2
    office.work.delay()
    twin.run()
    gaps = [later - sooner for sooner, later in zip(office.ran, office.ran[1:], strict=False)]
    assert [round(gap / timedelta(days=1)) for gap in gaps] == [30, 30]
    assert invocations(twin) <= 7


def test_what_is_sent_twice_is_scheduled_once(office: Office, twin: Twin) -> None:
    message = Message(id="id-1", task="office.work", queue="office", eta=clock.now() + 2 * HOUR)
    twin.broker.publish([message, message])
    twin.broker.publish([message])
    assert len(twin.scheduler.calls) == 1
    twin.broker.publish([message.replace(retries=1), message.replace(eta=clock.now() + 3 * HOUR)])
    assert len(twin.scheduler.calls) == 3, "another attempt, and another time"


def test_a_slot_that_is_far_away_is_met_as_an_eta_is(office: Office, twin: Twin) -> None:
    slot = clock.now() + 5 * HOUR
    twin.broker.publish([Message(id="id-1", task="office.work", queue="office", slot=slot)])
    assert [pending.due for pending in twin.scheduler.pending()] == [slot.replace(microsecond=0)]
    twin.run()
    assert timedelta(0) <= office.ran[0] - slot < timedelta(seconds=1)


def test_what_the_scheduler_refuses_hops_to_its_time(office: Office, twin: Twin) -> None:
    refused: list[str] = []

    def fault(step: str) -> None:
        if step.startswith("schedule "):
            refused.append(step)
            raise OperationalError("Throttling")

    twin.fault = fault
    due = clock.now() + 6 * HOUR
    twin.broker.publish(
        [Message(id=f"id-{n}", task="office.work", queue="office", eta=due + timedelta(seconds=n)) for n in range(25)]
    )
    assert len(refused) == 1, "who refuses one is not asked for the others at once"
    assert len(twin.broker.messages["office"]) == 25
    twin.run()
    assert [round((began - due) / timedelta(seconds=1)) for began in office.ran] == list(range(25))


def test_a_scheduler_that_works_again_takes_over_at_the_next_hop(office: Office, twin: Twin) -> None:
    left = [2]

    def fault(step: str) -> None:
        if step.startswith("schedule ") and left[0]:
            left[0] -= 1
            raise OperationalError("Throttling")

    twin.fault = fault
    office.work.apply_async(countdown=24 * 3600)
    twin.run(until=clock.now() + HOUR)
    assert len(twin.scheduler.calls) == 1
    twin.run()
    assert len(office.ran) == 1
    assert invocations(twin) <= 5


@pytest.mark.parametrize("kib", [200, 300, 600])
@pytest.mark.parametrize("days", [1, 100])
def test_long_arguments_outlast_the_wait(office: Office, twin: Twin, kib: int, days: int) -> None:
    """What lies in S3 is deleted after 15 days, unless it is written again."""
    written: dict[str, datetime] = {}

    def fault(step: str) -> None:
        kind, _, key = step.partition(" object ")
        if kind == "write":
            written[key.partition(" ")[0]] = clock.now()
        if kind == "read":
            assert clock.now() - written[key] < timedelta(days=15)

    twin.fault = fault
    due = clock.now() + timedelta(days=days)
    office.work.apply_async(("x" * kib * KIB,), eta=due)
    assert all(len(call.body) <= limits.SCHEDULE_INPUT_BYTES for call in twin.scheduler.calls.values())
    twin.run()
    assert timedelta(0) <= office.ran[0] - due < timedelta(seconds=1)
    assert invocations(twin) <= 3 + days // 10


@pytest.mark.parametrize("crash_at", range(25))
def test_a_crash_at_any_step_neither_loses_nor_doubles_the_task(office: Office, crash_at: int) -> None:
    office.retries = 1
    with Twin(office.app) as twin:
        office.work.apply_async(countdown=2 * 3600)
        start = len(twin.steps)

        def fault(_what: str) -> None:
            if len(twin.steps) - start == crash_at + 1:
                raise Crash

        twin.fault = fault
        twin.run()
        assert len(office.ran) - 2 in (0, 1), "one retry, and at most one run more for the crash"
        assert not twin.dead_letters
        assert not twin.scheduler.calls


# -- EventBridge ----------------------------------------------------------------------------------------------------

ODD = ["a", "x_1_20260101T000000", "häßlich", "a b", "a/b", "w" * 255, ".x", "a.b"]
NAMES = ["3f0c5a8e-7a43-4a5e-9a5c-3b4a2f6f7d10", *ODD]


@pytest.mark.parametrize("task_id", NAMES)
def test_every_id_makes_a_name_that_the_scheduler_takes(office: Office, twin: Twin, task_id: str) -> None:
    office.work.apply_async(task_id=task_id, countdown=2 * 3600)
    (name,) = twin.scheduler.calls
    assert len(name) <= 64
    assert name.isascii()
    assert not set(name) - set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.")


def scheduler_at(moto: str) -> EventBridgeScheduler:
    url = f"https://sqs.{moto}.amazonaws.com/123456789012/celeriac-dev"
    return EventBridgeScheduler("etas", {"thumb": f"{url}-thumb", "thumb.bulk": f"{url}-thumb-bulk"})


def test_a_schedule_says_all_that_aws_must_know(moto: str) -> None:
    from celeriac import aws

    aws.client("scheduler").create_schedule_group(Name="etas")
    scheduler = scheduler_at(moto)
    at = datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
    body = Message(id="id-1", task="t", args=["<aws.scheduler.execution-id> & <b>"]).dumps()
    scheduler.create(Call("id-1_0_20270102T030600", at, "thumb.bulk", body))
    made = aws.client("scheduler").get_schedule(GroupName="etas", Name="id-1_0_20270102T030600")
    assert made["ScheduleExpression"] == "at(2027-01-02T03:04:00)"
    assert (made["ScheduleExpressionTimezone"], made["ActionAfterCompletion"]) == ("UTC", "DELETE")
    target, queue = made["Target"], f"arn:aws:sqs:{moto}:123456789012:celeriac-dev-thumb-bulk"
    assert (target["Arn"], target["DeadLetterConfig"]) == (queue, {"Arn": f"{queue}-dead"})
    assert target["RoleArn"] == "arn:aws:iam::123456789012:role/celeriac-dev-thumb-etas"
    assert "<aws.scheduler" not in target["Input"]
    assert Message.loads(target["Input"]).args == ["<aws.scheduler.execution-id> & <b>"]


def test_what_waits_is_listed_and_what_is_there_is_kept(moto: str) -> None:
    scheduler = scheduler_at(moto)
    due = clock.now().replace(microsecond=0) + 2 * HOUR
    messages = [
        Message(id=task_id, task="t", queue="thumb.bulk", eta=due + timedelta(seconds=n))
        for n, task_id in enumerate(NAMES)
    ]
    before = set(scheduler.pending())
    for message in (*messages, *messages):
        assert scheduler.keeps(message, message.queue, message.dumps())
    assert set(scheduler.pending()) - before == {
        Pending(message.id, message.eta, "thumb.bulk") for message in messages if message.eta
    }


def test_a_deployment_says_whether_it_has_a_group_of_schedules() -> None:
    known: dict[str, Any] = {"deployment": "celeriac-dev", "table": "t", "payloads": "p", "queues": {"a": "u"}}
    assert Services.of(Config(**known), timedelta(days=1)).broker.scheduler is None
    scheduler = Services.of(Config(**known, etas="celeriac-dev-etas"), timedelta(days=1)).broker.scheduler
    assert isinstance(scheduler, EventBridgeScheduler)
    assert scheduler.group == "celeriac-dev-etas"
