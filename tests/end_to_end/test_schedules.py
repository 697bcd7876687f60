"""Schedules that code has declared at the deployment, those that a program outside AWS makes, and their firing: by the
emulator's clock as the minutes pass, and by the local one on a day of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.clock import Clock
from local.system import READY, System
from local.wait import until
from tests.end_to_end.test_python_program import printed
from tests.end_to_end.timetable import LANE, Timetable, make_one_of_each

pytestmark = pytest.mark.cloud

NOON = datetime(2031, 3, 29, 12, tzinfo=UTC)
AT_NOON = "0 12 * 3,4 *"
"""Far enough away for the emulator's own clock to stay out of it."""

LIST = """
import json
from celeriac import Celeriac

app = Celeriac("web")
for entry in app.schedules.list():
    about = [entry.name, entry.task, list(entry.args), entry.declared_by, str(entry.schedule.tz)]
    print(json.dumps([*about, repr(entry.schedule)]))
"""
ONCE = """
import json, time
from datetime import datetime, timedelta, UTC
from celeriac import Celeriac

app, key = Celeriac("web"), "once"
app.schedules.create(key, "probe.add", datetime.now(UTC) + timedelta(seconds=2), [20, 22])
app.schedules.create("paused", "probe.add", 60, enabled=False)
app.schedules.delete("paused")
queue = app.services.scheduler.rules
while key in {rule.name for rule in queue()}:
    time.sleep(0.2)
print(json.dumps([rule.name for rule in queue()]))
"""


def test_what_the_workers_declare_is_scheduled_at_the_deployment(system: System) -> None:
    if not was_asked_what_it_declares(system, "probe"):
        pytest.skip("this emulator's CloudFormation calls no custom resources (LocalStack's of 4.14 did not)")

    listed: dict[str, Any] = {name: about for name, *about in printed(system, LIST)}

    assert listed["yearly"] == ["probe.add", [1, 2], "probe", "Europe/Berlin", "<crontab: 0 0 1 1 * (m/h/dM/MY/d)>"]
    assert listed["daily_report"][2] == "notify"


def test_a_program_schedules_a_task_that_fires_once_and_is_gone(system: System) -> None:
    ((*left,),) = printed(system, ONCE)

    assert "notify-daily_report" in left
    assert {"once", "paused"}.isdisjoint(left)


def test_a_schedule_fires_unless_it_is_paused_or_deleted(system: System, tmp_path: Path) -> None:
    timetable = Timetable(system, tmp_path, AT_NOON)
    make_one_of_each(timetable)

    Clock(system.endpoint, system.outputs.deployment).fire(NOON - timedelta(minutes=1), NOON)

    assert_that_they_fired(timetable, within_s=120)


def test_a_firing_that_is_delivered_twice_runs_once(system: System, tmp_path: Path) -> None:
    timetable = Timetable(system, tmp_path, AT_NOON)
    timetable.create("daily")

    def midday(day: int) -> None:
        at = NOON + timedelta(days=day)
        clock.fire(at - timedelta(minutes=1), at)

    clock = Clock(system.endpoint, system.outputs.deployment)
    midday(0)
    task = ended(system, f"{timetable.full('daily')}@2031-03-29T12:00:00Z")
    assert (task["state"], timetable.runs("daily")) == ("SUCCESS", 1)
    midday(0)
    timetable.change("daily", "pause")
    midday(1)
    timetable.change("daily", "resume")
    midday(2)
    ended(system, f"{timetable.full('daily')}@2031-03-31T12:00:00Z")
    timetable.delete("daily")
    midday(3)
    until(lambda: is_empty(system, f"probe-{LANE}"), "the lane to be empty", timeout_s=120)
    assert timetable.runs("daily") == 2


def test_as_minutes_pass_they_fire_by_the_real_clock(each_minute: Timetable) -> None:
    assert_that_they_fired(each_minute, within_s=240)
    each_minute.delete("steady")
    each_minute.delete("resumed")


def was_asked_what_it_declares(system: System, worker: str) -> bool:
    """Whether CloudFormation has called a worker, and has its answer."""
    cloudformation = system.endpoint.client("cloudformation")
    found = cloudformation.describe_stack_resources(StackName=f"{system.outputs.deployment}-workers")["StackResources"]
    answers = {each.get("PhysicalResourceId") for each in found if each["ResourceType"] == "Custom::CeleriacBeat"}
    return f"{worker}-beat" in answers


def assert_that_they_fired(timetable: Timetable, within_s: float) -> None:
    """What was paused or deleted at the beginning has not run, though what goes on, or was resumed, has."""
    until(lambda: timetable.runs("steady") and timetable.runs("resumed"), "their first runs", within_s)
    assert (timetable.runs("paused"), timetable.runs("deleted")) == (0, 0)


def ended(system: System, task_id: str) -> dict[str, Any]:
    """A task once it has its outcome; before it has one it has no row either."""

    def ready() -> dict[str, Any] | None:
        try:
            task = system.task(task_id, wait_s=5)
        except LookupError:
            return None
        return task if task["state"] in READY else None

    return until(ready, f"task {task_id}", timeout_s=120)


def is_empty(system: System, queue: str) -> bool:
    """Whether nothing waits in a queue, and nothing is in a worker's hands."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs = system.endpoint.client("sqs")
    told = sqs.get_queue_attributes(QueueUrl=system.queue_url(queue), AttributeNames=names)["Attributes"]
    return {*told.values()} == {"0"}
