"""Schedules that code has declared at the deployment, and those that a program outside AWS makes."""

from __future__ import annotations

from typing import Any

import pytest

from local.system import System
from tests.end_to_end.test_python_program import printed

pytestmark = pytest.mark.cloud

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
app.schedules.create(key, "probe.add", datetime.now(UTC) - timedelta(seconds=1), [20, 22])
app.schedules.create("paused", "probe.add", 60, enabled=False)
app.schedules.delete("paused")
queue = app.services.scheduler.rules
while key in {rule.name for rule in queue()}:
    time.sleep(0.2)
print(json.dumps([rule.name for rule in queue()]))
"""


def test_what_the_workers_declare_is_scheduled_at_the_deployment(system: System) -> None:
    listed: dict[str, Any] = {name: about for name, *about in printed(system, LIST)}

    assert listed["yearly"] == ["probe.add", [1, 2], "probe", "Europe/Berlin", "<crontab: 0 0 1 1 * (m/h/dM/MY/d)>"]
    assert listed["daily_report"][2] == "notify"


def test_a_program_schedules_a_task_that_fires_once_and_is_gone(system: System) -> None:
    ((*left,),) = printed(system, ONCE)

    assert {*left} == {"probe.yearly", "notify-daily_report"}
