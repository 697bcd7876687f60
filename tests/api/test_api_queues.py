"""`/queues` and `GET /workers`."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from api import queues
from api.app import app
from celeriac.broker import PurgedLately
from celeriac.exceptions import OperationalError
from celeriac.operations import SwitchedLately
from celeriac.testing import MemoryOperations, Twin
from celeriac.testing.memory import QueuedMessage

HELLO = {"task": "greet.hello", "args": ["Ada"]}


def on_queue(client: Any, name: str, action: str) -> Any:
    return client.call("POST", f"/queues/{{name}}/{action}", path={"name": name})


def put_dead_letters(twin: Twin, number: int) -> None:
    """Let dead letters lie that nobody has recorded, as where the table could not be reached."""
    letters = [QueuedMessage(f"sqs-dead-{n}", "{", twin.now, receives=5) for n in range(number)]
    twin.operations.letters += [("greet", letter) for letter in letters]


def test_every_queue_is_told_of(client: Any, twin: Twin) -> None:
    client.post("/tasks", [HELLO, HELLO, HELLO | {"countdown": 60}])
    put_dead_letters(twin, 2)

    told = {queue["name"]: queue for queue in client.call("GET", "/queues").json["queues"]}

    assert list(told) == sorted(twin.services.broker.queues)
    age = told["greet"].pop("oldest_s")
    assert told["greet"] == {
        "name": "greet",
        "worker": "greet",
        "waiting": 2,
        "in_flight": 0,
        "delayed": 1,
        "dead": 2,
        "paused": False,
        "exists": True,
    }
    assert 0 <= age < 60


def test_every_worker_is_told_of(client: Any, twin: Twin) -> None:
    client.post("/tasks", HELLO)
    twin.run()

    told = {worker["name"]: worker for worker in client.call("GET", "/workers").json["workers"]}

    assert {"greet", "notify", "process_pdf", "thumbnail"} == set(told)
    assert (told["greet"]["state"], told["greet"]["queues"]) == ("Active", ["greet"])
    assert "greet.hello" in told["greet"]["tasks"]
    assert told["notify"]["tasks"] == [], "it has not run yet"


def test_a_queue_that_is_paused_is_not_read_until_it_is_resumed(client: Any, twin: Twin) -> None:
    task_id = client.post("/tasks", HELLO).ids[0]

    paused = on_queue(client, "greet", "pause")
    twin.run()
    assert (paused.status, paused.json["paused"]) == (202, True)
    assert client.task(task_id).json["state"] == "PENDING"

    assert on_queue(client, "greet", "resume").json["paused"] is False
    twin.run()
    assert client.task(task_id).json["state"] == "SUCCESS"


def test_a_queue_that_is_purged_is_empty(client: Any, twin: Twin) -> None:
    task_id = client.post("/tasks", [HELLO] * 3).ids[0]

    answer = on_queue(client, "greet", "purge")
    twin.run()

    assert (answer.status, answer.json) == (202, {"queue": "greet", "purged": 3})
    assert client.task(task_id).json["state"] == "PENDING"


def test_dead_letters_go_back_to_their_queue(client: Any, twin: Twin) -> None:
    put_dead_letters(twin, 3)

    answer = on_queue(client, "greet", "redrive")

    assert (answer.status, answer.json) == (202, {"queue": "greet", "moved": 3, "done": True})
    assert len(twin.broker.messages["greet"]) == 3


def test_a_move_that_takes_long_is_not_waited_for(client: Any, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    put_dead_letters(twin, 3)
    monkeypatch.setattr(queues, "WATCHED_S", -1)

    assert on_queue(client, "greet", "redrive").json == {"queue": "greet", "moved": 1, "done": False}


@pytest.mark.parametrize("action", ["pause", "resume", "purge", "redrive"])
@pytest.mark.parametrize("name", ["", "nobody", "greet-dead", "../greet", "greet/", "\ud800", "key#1", "x" * 5000])
def test_what_is_no_queue_is_not_touched(client: Any, action: str, name: str) -> None:
    answer = on_queue(client, name, action)

    assert (answer.status, answer.json["type"]) == (404, "urn:celeriac:problem:queue-not-found")


def test_a_queue_that_was_purged_just_now_is_a_503_that_says_when_to_come_back(client: Any, twin: Twin) -> None:
    def fault(step: str) -> None:
        if step.startswith("purge"):
            raise PurgedLately("Only one PurgeQueue operation is allowed every 60 seconds.")

    twin.fault = fault
    answer = on_queue(client, "greet", "purge")

    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    assert "once a minute" in answer.json["detail"]


class Busy(MemoryOperations):
    """Whose switches are in use."""

    def _switch(self, queue: str, *, enabled: bool) -> None:
        raise SwitchedLately(f"{'resuming' if enabled else 'pausing'} queue {queue!r}: it is in use")


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_a_switch_that_is_still_at_work_is_a_503_that_says_when_to_come_back(
    client: Any, twin: Twin, action: str
) -> None:
    app.connect(dataclasses.replace(twin.services, operations=Busy(twin.broker, twin.backend)))
    answer = on_queue(client, "greet", action)

    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert "last pause or resume" in answer.json["detail"]


def test_only_what_sends_tasks_is_to_be_repeated_with_its_key(client: Any, twin: Twin) -> None:
    def fault(step: str) -> None:
        if not step.startswith("read rows"):
            raise OperationalError("AWS does not answer")

    twin.fault = fault

    assert on_queue(client, "greet", "purge").json["detail"] == "AWS did not answer. Repeat the request."
    assert client.call("GET", "/stories/{id}", path={"id": "a"}).json["detail"].endswith("Repeat the request.")


def test_a_queue_that_does_not_answer_is_a_503(client: Any, twin: Twin) -> None:
    def fault(step: str) -> None:
        if step.startswith("purge"):
            raise OperationalError("AWS does not answer")

    twin.fault = fault

    assert on_queue(client, "greet", "purge").status == 503
