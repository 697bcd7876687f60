"""`GET /metrics`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from celeriac.testing import Twin
from celeriac.testing.memory import QueuedMessage

NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon(twin: Twin) -> None:
    twin.now = NOON


def metrics(client: Any, **query: str) -> Any:
    """The answer's document."""
    answer = client.call("GET", "/metrics", query=query or None)
    assert answer.status == 200, answer.json
    return answer.json


def run(client: Any, twin: Twin, *calls: tuple[str, list[Any]]) -> None:
    """Have tasks run, and a minute pass."""
    client.post("/tasks", [{"task": task, "args": args} for task, args in calls])
    twin.run()
    twin.now += timedelta(minutes=1)


def of(document: Any, worker: str, task: str | None = None) -> Any:
    """The series of a worker, or of one of its tasks."""
    (found,) = [one for one in document["workers"] if (one["worker"], one["task"]) == (worker, task)]
    return found


def test_the_last_three_hours_are_told_minute_by_minute(client: Any) -> None:
    document = metrics(client)

    assert (document["since"], document["until"]) == ("2026-11-22T09:00:00Z", "2026-11-22T12:00:00Z")
    assert (document["period_s"], len(document["times"])) == (60, 180)
    assert document["times"][:2] == ["2026-11-22T09:00:00Z", "2026-11-22T09:01:00Z"]
    assert [queue["name"] for queue in document["queues"]] == ["greet", "notify", "process_pdf", "thumbnail"]
    assert [(one["worker"], one["task"]) for one in document["workers"]] == [
        (worker, None) for worker in ("greet", "notify", "process_pdf", "thumbnail")
    ]


def test_every_series_has_a_value_for_each_time(client: Any, twin: Twin) -> None:
    run(client, twin, ("greet.hello", ["Ada"]))

    for document in (metrics(client), metrics(client, worker="greet")):
        for one in (*document["queues"], *document["workers"]):
            lengths = {len(value) for value in one.values() if isinstance(value, list)}
            assert lengths == {len(document["times"])}


def test_what_workers_did_is_counted_and_where_they_did_nothing_it_is_0(client: Any, twin: Twin) -> None:
    run(client, twin, ("greet.hello", ["Ada"]), ("greet.hello", ["Bob"]), ("greet.fail", ["why"]))

    told = of(metrics(client), "greet")

    assert {name: told[name][-1] for name in ("received", "succeeded", "failed", "retried", "revoked")} == {
        "received": 3,
        "succeeded": 2,
        "failed": 1,
        "retried": 0,
        "revoked": 0,
    }
    assert set(told["received"][:-1]) == {0}
    assert told["duration_p95_s"][:-1] == [None] * 179
    assert told["duration_p50_s"][-1] >= 0
    assert told["time_in_queue_p95_s"][-1] >= 0


def test_of_one_worker_its_tasks_and_its_queues_are_told(client: Any, twin: Twin) -> None:
    run(client, twin, ("greet.hello", ["Ada"]), ("greet.fail", ["why"]))

    document = metrics(client, worker="greet")

    assert {queue["name"] for queue in document["queues"]} == {"greet"}
    assert {one["worker"] for one in document["workers"]} == {"greet"}
    assert (of(document, "greet")["received"][-1], of(document, "greet", "greet.fail")["failed"][-1]) == (2, 1)
    assert of(document, "greet", "greet.hello")["failed"][-1] == 0


def test_queues_are_told_at_their_fullest(client: Any, twin: Twin) -> None:
    client.post("/tasks", [{"task": "greet.hello", "args": ["Ada"]}] * 3)
    twin.operations.letters.append(("greet", QueuedMessage("sqs-dead-1", "{", twin.now, receives=5)))
    metrics(client)  # which is when the twin looks
    twin.now += timedelta(minutes=1)

    queue = metrics(client)["queues"][0]

    assert (queue["waiting"][-1], queue["dead"][-1]) == (3, 1)
    assert queue["waiting"][:-1] == [None] * 179


@pytest.mark.parametrize(
    ("ago", "period_s", "number"),
    [
        (timedelta(0), 60, 1),
        (timedelta(minutes=5), 60, 5),
        (timedelta(hours=3, seconds=5), 60, 180),
        (timedelta(hours=4), 300, 48),
        (timedelta(days=1), 300, 288),
        (timedelta(days=2), 3600, 48),
        (timedelta(days=14), 3600, 336),
        (timedelta(days=9999), 3600, 336),
        (timedelta(days=-9999), 60, 1),
    ],
)
def test_a_longer_time_has_longer_periods(client: Any, ago: timedelta, period_s: int, number: int) -> None:
    document = metrics(client, since=(NOON - ago).isoformat())

    assert (document["period_s"], len(document["times"])) == (period_s, number)
    assert document["until"] <= "2026-11-22T12:00:30Z"


@pytest.mark.parametrize("worker", ["", "nobody", "greet.hello", "\ud800", "x" * 5000])
def test_a_worker_that_there_is_not_is_refused(client: Any, worker: str) -> None:
    answer = client.call("GET", "/metrics", query={"worker": worker})

    assert (answer.status, answer.json["errors"][0]["parameter"]) == (422, "worker")
    assert "GET /workers" in answer.json["detail"]


@pytest.mark.parametrize("since", ["", "yesterday", "2026-01-01T00:00:00", "\ud800"])
def test_a_wrong_time_is_named(client: Any, since: str) -> None:
    answer = client.call("GET", "/metrics", query={"since": since})

    assert (answer.status, answer.json["errors"][0]["parameter"]) == (422, "since")
