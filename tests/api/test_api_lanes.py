"""A lane is called over HTTP what it is called in Python, by the same rule: `bulk` is the task's own worker's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from api.app import app
from celeriac import states
from celeriac.exceptions import QueueNotFound
from celeriac.row import Row
from celeriac.testing import Twin

LANES: dict[str, dict[str, Any]] = {
    "greet.bulk": {},
    "greet.notify": {},
    "notify.bulk": {},
    "greet.ordered": {"fifo": True},
}
CALLED = {
    "bulk": "greet.bulk",
    "greet.bulk": "greet.bulk",
    "notify.bulk": "notify.bulk",
    "greet": "greet",
    "notify": "greet.notify",
    "ordered": "greet.ordered",
}
NOWHERE = ["nowhere", "greet.nowhere", "bulk.greet", ".bulk", "Bulk", "x" * 10_000, "celeriac-dev-greet-bulk"]
NIGHTLY = {"name": "nightly", "task": "greet.hello", "schedule": "30 3 * * *", "args": ["Ada"]}


@pytest.fixture
def twin() -> Iterator[Twin]:
    """The producer's system, of which two workers have lanes of the same name."""
    with Twin(*(import_module(f"{worker}.tasks").app for worker in ("greet", "notify")), lanes=LANES) as twin:
        app.connect(twin.services)
        yield twin
        app.connect(None)


def waiting(twin: Twin) -> set[str]:
    return {queue for queue in twin.broker.queues if twin.broker.depth(queue).waiting}


@pytest.mark.parametrize(("word", "queue"), CALLED.items())
def test_a_call_goes_to_the_same_lane_from_python_and_over_http(client: Any, twin: Twin, word: str, queue: str) -> None:
    assert client.post("/tasks", {"task": "greet.hello", "args": ["Ada"], "queue": word}).status == 202
    over_http = waiting(twin)
    app.send_task("greet.hello", ["Ada"], queue=word)

    assert over_http == waiting(twin) == {queue}


@pytest.mark.parametrize(("word", "queue"), [pair for pair in CALLED.items() if pair[0] != "ordered"])
def test_a_schedule_goes_there_as_well(client: Any, twin: Twin, word: str, queue: str) -> None:
    created = client.post("/schedules", NIGHTLY | {"options": {"queue": word}})
    app.schedules.create("of_python", "greet.hello", "30 3 * * *", options={"queue": word})

    assert created.status == 201
    assert {rule.queue for rule in twin.scheduler.rules()} == {queue}


def test_a_change_of_a_schedule_knows_whose_lane_is_meant(client: Any, twin: Twin) -> None:
    client.post("/schedules", NIGHTLY)
    body, headers = json.dumps({"options": {"queue": "bulk"}}), {"Content-Type": "application/json"}
    changed = client.call("PATCH", "/schedules/{name}", body, headers=headers, path={"name": "nightly"})

    assert (changed.status, [rule.queue for rule in twin.scheduler.rules()]) == (200, ["greet.bulk"])


@pytest.mark.parametrize("word", NOWHERE)
def test_a_queue_that_is_not_there_is_pointed_at(client: Any, twin: Twin, word: str) -> None:
    for path, told in (("/tasks", {"task": "greet.hello", "args": ["Ada"], "queue": word}), ("/schedules", NIGHTLY)):
        answer = client.post(path, told if "queue" in told else told | {"options": {"queue": word}})
        assert answer.status == 422
        assert len(json.dumps(answer.json)) < 3000
    assert answer.json["errors"][0]["pointer"] == "/options/queue"
    with pytest.raises(QueueNotFound, match="no queue"):
        app.schedules.create("of_python", "greet.hello", "30 3 * * *", options={"queue": word})
    assert [*twin.scheduler.rules()] == []
    assert waiting(twin) == set()


def test_a_list_takes_both_words(client: Any, twin: Twin) -> None:
    for number, queue in enumerate(("greet", "greet.bulk", "greet.notify", "notify", "notify.bulk")):
        row = Row(id=f"{number} {queue}", state=states.FAILURE, queue=queue, done_at=twin.now)
        twin.services.backend.record(row)
    twin.services.backend.record(Row(id="of nobody's", state=states.FAILURE, done_at=twin.now))

    def listed(word: str) -> set[str]:
        tasks = client.call("GET", "/tasks", query={"queue": word}).json["tasks"]
        return {task["id"].partition(" ")[2] for task in tasks}

    assert listed("greet.bulk") == {"greet.bulk"}
    assert listed("bulk") == {"greet.bulk", "notify.bulk"}
    assert listed("greet") == {"greet"}
    assert listed("notify") == {"notify", "greet.notify"}
    assert [listed(word) for word in ("", ".", "nowhere", ".bulk", "\ud800")] == [set()] * 5


def test_what_is_done_to_a_queue_names_it_in_full(client: Any) -> None:
    for action in ("pause", "resume", "purge", "redrive"):
        answer = client.call("POST", f"/queues/{{name}}/{action}", path={"name": "bulk"})
        assert answer.status == 404
