"""`DELETE /tasks/{id}`, `POST /tasks/{id}/retry` and `POST /tasks/{id}/drop`."""

from __future__ import annotations

from typing import Any

import pytest

from api.app import app
from celeriac import states
from celeriac.testing import Twin

HELLO = {"task": "greet.hello", "args": ["Ada"]}
FAIL = {"task": "greet.fail", "args": ["why"]}


def sent(client: Any, call: dict[str, Any]) -> str:
    """Send one task; returns its id."""
    return str(client.post("/tasks", call).ids[0])


def test_a_task_that_is_revoked_does_not_run(client: Any, twin: Twin) -> None:
    task_id = sent(client, HELLO)

    answer = client.call("DELETE", "/tasks/{id}", path={"id": task_id})
    twin.run()

    assert (answer.status, answer.json["state"]) == (202, "REVOKED")
    assert client.task(task_id).json["state"] == "REVOKED"


def test_to_revoke_twice_is_no_error(client: Any, twin: Twin) -> None:
    task_id = sent(client, HELLO)
    for _ in range(2):
        assert client.call("DELETE", "/tasks/{id}", path={"id": task_id}).status == 202
        twin.run()
    assert client.call("DELETE", "/tasks/{id}", path={"id": task_id}).json["state"] == "REVOKED"


def test_an_id_that_nobody_has_sent_yet_can_be_revoked(client: Any, twin: Twin) -> None:
    assert client.call("DELETE", "/tasks/{id}", path={"id": "later"}).status == 202

    sent(client, HELLO | {"task_id": "later"})
    twin.run()

    assert client.task("later").json["state"] == "REVOKED"


@pytest.mark.parametrize("call", [HELLO, FAIL])
def test_an_outcome_cannot_be_revoked(client: Any, twin: Twin, call: dict[str, Any]) -> None:
    task_id = sent(client, call)
    twin.run()
    before = client.task(task_id).json

    answer = client.call("DELETE", "/tasks/{id}", path={"id": task_id})

    assert (answer.status, answer.json["type"]) == (409, "urn:celeriac:problem:wrong-state")
    assert client.task(task_id).json == before


@pytest.mark.parametrize(("terminate", "mark"), [("true", "terminate"), ("false", "revoke"), (None, "revoke")])
def test_a_task_is_ended_only_where_that_is_asked_for(
    client: Any, twin: Twin, terminate: str | None, mark: str
) -> None:
    task_id = sent(client, HELLO)

    client.call("DELETE", "/tasks/{id}", path={"id": task_id}, query=terminate and {"terminate": terminate})

    row = twin.services.backend.get(task_id)
    assert row is not None
    assert row.mark == mark


def test_what_terminate_is_must_be_a_truth(client: Any) -> None:
    answer = client.call("DELETE", "/tasks/{id}", path={"id": "a"}, query={"terminate": "perhaps"})

    assert (answer.status, answer.json["errors"][0]["parameter"]) == (422, "terminate")


@pytest.mark.parametrize("task_id", ["orders#all", "key#1", "a\nb", "", "x" * 300])
def test_what_is_no_id_of_a_task_is_not_touched(client: Any, task_id: str) -> None:
    assert client.call("DELETE", "/tasks/{id}", path={"id": task_id}).status == 404
    assert client.call("POST", "/tasks/{id}/retry", path={"id": task_id}).status == 404
    assert client.call("POST", "/tasks/{id}/drop", path={"id": task_id}).status == 404


def test_a_failure_is_sent_again(client: Any, twin: Twin) -> None:
    task_id = sent(client, FAIL)
    twin.run()

    for _ in range(2):  # the second sends the same attempt, which runs once
        answer = client.call("POST", "/tasks/{id}/retry", path={"id": task_id})
        assert (answer.status, answer.json["state"], answer.json["attempt"]) == (202, states.PENDING, 1)
    twin.run()

    assert (client.task(task_id).json["state"], client.task(task_id).json["attempt"]) == ("FAILURE", 1)


def test_what_has_not_failed_is_not_sent_again(client: Any, twin: Twin) -> None:
    waiting, done = sent(client, HELLO | {"countdown": 60}), sent(client, HELLO)
    twin.run()

    for task_id in (waiting, done):
        answer = client.call("POST", "/tasks/{id}/retry", path={"id": task_id})
        assert (answer.status, answer.json["type"]) == (409, "urn:celeriac:problem:wrong-state")
    assert client.call("POST", "/tasks/{id}/retry", path={"id": "unknown"}).status == 404


def test_a_failure_whose_message_was_dropped_is_not_sent_again(client: Any, twin: Twin) -> None:
    task_id = sent(client, FAIL)
    twin.run()
    app.failures.drop(task_id)

    assert client.call("POST", "/tasks/{id}/retry", path={"id": task_id}).status == 409


def test_a_failure_that_is_dropped_is_off_the_list(client: Any, twin: Twin) -> None:
    task_id, other = sent(client, FAIL), sent(client, FAIL)
    twin.run()

    answer = client.call("POST", "/tasks/{id}/drop", path={"id": task_id})

    assert (answer.status, answer.json["state"]) == (202, "FAILURE")
    assert [row.id for row in app.failures.list()] == [other]
    assert client.task(task_id).json["error"] == {"type": "ValueError", "message": "why"}


def test_what_is_not_among_the_failures_is_not_dropped(client: Any, twin: Twin) -> None:
    waiting, done, failed = sent(client, HELLO | {"countdown": 60}), sent(client, HELLO), sent(client, FAIL)
    twin.run()
    client.call("POST", "/tasks/{id}/drop", path={"id": failed})

    for task_id in (waiting, done, failed):
        answer = client.call("POST", "/tasks/{id}/drop", path={"id": task_id})
        assert (answer.status, answer.json["type"]) == (409, "urn:celeriac:problem:wrong-state")
    assert client.call("POST", "/tasks/{id}/drop", path={"id": "unknown"}).status == 404
