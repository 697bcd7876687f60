"""`/schedules`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from celeriac.testing import Twin

NIGHTLY = {"name": "nightly", "task": "greet.hello", "schedule": "30 3 * * *", "args": ["Ada"]}


def on_schedule(client: Any, method: str, name: str, action: str = "") -> Any:
    return client.call(method, f"/schedules/{{name}}{action}", path={"name": name})


def changed(client: Any, name: str, **change: Any) -> Any:
    headers = {"Content-Type": "application/json"}
    return client.call("PATCH", "/schedules/{name}", json.dumps(change), headers=headers, path={"name": name})


def test_a_schedule_is_created_and_listed(client: Any) -> None:
    created = client.post("/schedules", NIGHTLY)

    assert (created.status, created.json["schedule"]) == (201, {"crontab": "30 3 * * *"})
    assert len(created.json["next_runs"]) == 3
    assert client.call("GET", "/schedules").json == {"schedules": [created.json]}


@pytest.mark.parametrize("when", ["30 3 * * *", "cron(30 3 * * ? *)"])
def test_a_schedule_tells_its_time_zone(client: Any, when: str) -> None:
    created = client.post("/schedules", {**NIGHTLY, "schedule": when, "timezone": "Europe/Berlin"})

    assert created.json["timezone"] == "Europe/Berlin"


def test_a_schedule_stays_in_its_time_zone_when_its_times_are_changed(client: Any) -> None:
    client.post("/schedules", NIGHTLY | {"timezone": "America/New_York"})

    later, moved = (
        changed(client, "nightly", **to).json for to in ({"schedule": "45 4 * * *"}, {"timezone": "Asia/Tokyo"})
    )

    assert (later["timezone"], later["schedule"]) == ("America/New_York", {"crontab": "45 4 * * *"})
    assert (moved["timezone"], moved["schedule"]) == ("Asia/Tokyo", {"crontab": "45 4 * * *"})


def test_a_schedule_sends_its_task(client: Any, twin: Twin) -> None:
    client.post("/schedules", NIGHTLY)

    twin.run(until=twin.now + timedelta(days=1, minutes=1))

    assert any(row.result == '"Hello, Ada"' for row, _ in twin.backend.rows.values())


def test_a_schedule_is_changed_paused_resumed_and_deleted(client: Any) -> None:
    client.post("/schedules", NIGHTLY)

    assert changed(client, "nightly", schedule=60).json["schedule"] == {"every_s": 60.0}
    assert on_schedule(client, "POST", "nightly", "/pause").json["enabled"] is False
    assert on_schedule(client, "POST", "nightly", "/resume").json["enabled"] is True
    assert on_schedule(client, "DELETE", "nightly").status == 200
    assert client.call("GET", "/schedules").json == {"schedules": []}


def test_a_name_is_taken_once(client: Any) -> None:
    client.post("/schedules", NIGHTLY)

    assert client.post("/schedules", NIGHTLY).status == 409


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"task": "greet.nothing"},
        {"schedule": "61 * * * *"},
        {"schedule": ""},
        {"schedule": -1},
        {"schedule": "rate(0 minutes)"},
        {"schedule": "at("},
        {"schedule": "at(2020-01-01T00:00:00)"},
        {"schedule": "cron(0 0 ? * 2/2 *)"},
        {"schedule": 1e18},
        {"options": {"expires": -1}},
        {"options": {"parent_id": "a"}},
        {"timezone": "Mars/Base"},
        {"timezone": "../../etc/passwd"},
        {"options": {"eta": 1}},
        {"options": {"queue": "nobody"}},
        {"options": {"queue": ["greet"]}},
        {"args": ["x" * 300_000]},
        {"more": 1},
    ],
)
def test_what_cannot_be_scheduled_is_refused(client: Any, change: dict[str, Any]) -> None:
    answer = client.post("/schedules", NIGHTLY | change)
    assert answer.status == 422
    assert "Error" not in answer.json["detail"]
    assert client.call("GET", "/schedules").json == {"schedules": []}


@pytest.mark.parametrize("name", ["nobody", "", "a/b", "x" * 5000])
def test_what_is_no_schedule_is_a_404(client: Any, name: str) -> None:
    for method, action in (("DELETE", ""), ("POST", "/pause"), ("POST", "/resume")):
        assert on_schedule(client, method, name, action).status == 404
    assert changed(client, name, enabled=False).status == 404
