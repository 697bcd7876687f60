"""`POST /tasks`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.requests import BODY_BYTES
from celeriac.serialization import dumps
from celeriac.testing import Twin


def test_a_task_is_accepted_runs_and_has_a_result(client: Any, twin: Twin) -> None:
    accepted = client.post("/tasks", {"task": "greet.hello", "args": ["Ada"], "kwargs": {"greeting": "Hi"}})
    twin.run()

    assert accepted.status == 202
    assert client.task(accepted.ids[0]).json["result"] == "Hi, Ada"


def test_an_answer_has_the_tasks_name_state_and_link(client: Any) -> None:
    accepted = client.post("/tasks", {"task": "greet.hello", "args": ["Ada"]})

    (task,) = accepted.json["tasks"]
    assert task == {
        "id": task["id"],
        "task": "greet.hello",
        "state": "PENDING",
        "links": {"self": f"/tasks/{task['id']}"},
    }
    assert accepted.headers["location"] == f"tasks/{task['id']}"


def test_answers_are_json_that_nobody_keeps(client: Any) -> None:
    headers = client.post("/tasks", {"task": "greet.hello", "args": ["Ada"]}).headers

    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_hundred_tasks_are_accepted_in_their_order_and_sent_ten_at_a_time(client: Any, twin: Twin) -> None:
    accepted = client.post("/tasks", [{"task": "greet.echo", "args": [number]} for number in range(100)])
    sends = twin.steps.count("send to greet")
    twin.run()

    assert accepted.status == 202
    assert "location" not in accepted.headers
    assert [client.task(task_id).json["result"]["args"] for task_id in accepted.ids] == [[n] for n in range(100)]
    assert sends == 10


def test_a_task_that_ignores_its_result_has_one_over_http(client: Any, twin: Twin) -> None:
    (task_id,) = client.post("/tasks", {"task": "greet.forget", "args": ["me"]}).ids
    twin.run()

    assert client.task(task_id).json["state"] == "SUCCESS"


def test_a_fast_worker_that_is_done_before_the_receipt_is_written_is_not_pending(client: Any, twin: Twin) -> None:
    ran: list[str] = []

    def overtake(step: str) -> None:
        if step.startswith("accept") and not ran:
            ran.append(step)
            twin.run()

    twin.fault = overtake
    (task_id,) = client.post("/tasks", {"task": "greet.forget", "args": ["me"]}).ids

    assert ran
    assert client.task(task_id).json["state"] == "SUCCESS"


def test_an_id_of_ones_own_is_kept(client: Any) -> None:
    accepted = client.post("/tasks", {"task": "greet.hello", "args": ["Ada"], "task_id": "order-17:hello"})

    assert accepted.ids == ["order-17:hello"]
    assert accepted.json["tasks"][0]["links"]["self"] == "/tasks/order-17%3Ahello"
    assert client.task("order-17%3Ahello").json["id"] == "order-17:hello"


@pytest.mark.parametrize("when", ["countdown", "eta"])
def test_a_task_runs_no_earlier_than_it_is_asked_to(client: Any, twin: Twin, when: str) -> None:
    due = twin.now + timedelta(hours=3)
    (task_id,) = client.post(
        "/tasks", {"task": "greet.hello", "args": ["Ada"], when: 10_800 if when == "countdown" else due.isoformat()}
    ).ids

    twin.run(until=due - timedelta(minutes=1))
    before = client.task(task_id).json["state"]
    twin.run()

    assert (before, client.task(task_id).json["state"]) == ("PENDING", "SUCCESS")
    assert datetime.fromisoformat(client.task(task_id).json["done_at"]) >= due - timedelta(seconds=1)


def test_a_task_of_next_month_is_pending_until_then(client: Any, twin: Twin) -> None:
    due = twin.now + timedelta(days=30)
    (task_id,) = client.post("/tasks", {"task": "greet.hello", "args": ["Ada"], "eta": due.isoformat()}).ids
    twin.now = due

    assert client.task(task_id).json["state"] == "PENDING"


def test_a_task_costs_one_send_and_one_write_and_a_key_one_write_more(client: Any, twin: Twin) -> None:
    call = {"task": "greet.hello", "args": ["Ada"], "task_id": "mine"}
    client.post("/tasks", call)
    without_key = list(twin.steps)
    twin.steps.clear()
    client.post("/tasks", call, key="k")

    assert without_key == ["send to greet", "accept mine"]
    assert [step.partition(" ")[0] for step in twin.steps] == ["record", "send", "accept"]


@pytest.mark.parametrize("expires", [60, "2020-01-01T00:00:00Z"])
def test_a_task_that_is_too_late_is_revoked(client: Any, twin: Twin, expires: float | str) -> None:
    (task_id,) = client.post(
        "/tasks", {"task": "greet.hello", "args": ["Ada"], "expires": expires, "countdown": 61}
    ).ids
    twin.run()

    task = client.task(task_id).json
    assert (task["state"], task["error"]) == ("REVOKED", {"type": "TaskRevokedError", "message": "expired"})


def test_a_task_may_go_to_another_queue(client: Any, twin: Twin) -> None:
    client.post("/tasks", {"task": "greet.hello", "args": ["Ada"], "queue": "notify"})

    assert len(twin.broker.messages["notify"]) == 1


def test_dates_and_decimals_reach_the_task_as_what_they_are(client: Any, twin: Twin) -> None:
    moment = json.loads(dumps(datetime(2026, 11, 22, tzinfo=UTC)))
    (task_id,) = client.post("/tasks", {"task": "greet.echo", "args": [moment]}).ids
    twin.run()

    assert client.task(task_id).json["result"]["args"] == [moment]


def test_an_unknown_task_is_refused_with_the_names_that_come_near(client: Any) -> None:
    refused = client.post("/tasks", {"task": "greet.helo", "args": ["Ada"]})

    assert refused.status == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.faults == [(0, "/task")]
    assert refused.json["errors"][0]["detail"].startswith("There is no task 'greet.helo'. Did you mean 'greet.hello'")


def test_one_bad_item_is_named_and_nothing_of_the_list_is_sent(client: Any, twin: Twin) -> None:
    good = {"task": "greet.hello", "args": ["Ada"], "task_id": "good"}
    refused = client.post("/tasks", [good, {"task": "greet.hello"}, good | {"task_id": "good-2"}, {"args": []}])

    assert refused.status == 422
    assert refused.faults == [(1, "/1"), (3, "/3")]
    assert "missing a required argument: 'name'" in refused.json["errors"][0]["detail"]
    assert not twin.broker.messages["greet"]
    assert client.task("good").status == 404


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"args": ["Ada", "Hello", 3]}, "", "too many positional arguments"),
        ({"kwargs": {"nmae": 1}}, "", "unexpected keyword argument 'nmae'"),
        ({"args": "Ada"}, "/args", "Expected `array`"),
        ({"kwargs": []}, "/kwargs", "Expected `object`"),
        ({"countdown": -1}, "/countdown", ">= 0"),
        ({"countdown": 1e12}, "/countdown", "<="),
        ({"countdown": True}, "/countdown", "Expected `float"),
        ({"eta": "tomorrow"}, "/eta", "Invalid RFC3339"),
        ({"eta": "2026-11-22T10:00:00"}, "/eta", "timezone"),
        ({"eta": "2199-01-01T00:00:00Z"}, "", "more than a year away"),
        ({"eta": "2026-11-22T10:00:00Z", "countdown": 1}, "", "countdown or eta, not both"),
        ({"expires": 0}, "/expires", "> 0"),
        ({"time_limit": 1, "soft_time_limit": 2}, "", "must be less than or equal"),
        ({"queue": "nowhere"}, "", "no queue 'nowhere'"),
        ({"task_id": "a/b"}, "/task_id", "matching regex"),
        ({"task_id": "a\n"}, "/task_id", "matching regex"),
        ({"task_id": ""}, "/task_id", "matching regex"),
        ({"task_id": "x" * 256}, "/task_id", "matching regex"),
        ({"task_id": "\ud800"}, "/task_id", "matching regex"),
        ({"coutndown": 1}, "", "unknown field `coutndown`"),
        ({"task": None}, "/task", "Expected `str`"),
        ({"task": "greet.\ud800"}, "/task", "There is no task 'greet.\\ud800'"),
    ],
)
def test_what_a_call_cannot_have_is_refused(client: Any, change: dict[str, Any], pointer: str, words: str) -> None:
    refused = client.post("/tasks", {"task": "greet.hello", "args": ["Ada"]} | change)

    assert refused.status == 422
    assert refused.faults == [(0, pointer)]
    assert words in refused.json["errors"][0]["detail"]


@pytest.mark.parametrize("item", [None, 5, "greet.hello", [], [{}]])
def test_an_item_that_is_no_object_is_refused(client: Any, item: Any) -> None:
    refused = client.post("/tasks", [item])

    assert (refused.status, refused.faults) == (422, [(0, "/0")])


@pytest.mark.parametrize("count", [0, 101])
def test_a_list_has_one_to_a_hundred_tasks(client: Any, count: int) -> None:
    refused = client.post("/tasks", [{"task": "greet.hello", "args": ["Ada"]}] * count)

    assert refused.status == 422
    assert f"not {count}" in refused.json["detail"]


def test_one_id_twice_in_a_list_is_refused(client: Any, twin: Twin) -> None:
    call = {"task": "greet.hello", "args": ["Ada"], "task_id": "same"}
    refused = client.post("/tasks", [call, call])

    assert (refused.status, refused.faults) == (422, [(1, "/1/task_id")])
    assert not twin.broker.messages["greet"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{'task': 'greet.hello'}",
        '{"task": "greet.hello", "args": [NaN]}',
        '{"task": "greet.hello", "args": [Infinity]}',
        "[" * 100_000,
        '{"task": "greet.echo", "args": ' + "[" * 101 + "]" * 101 + "}",
        '{"task": "greet.echo", "args": [' + "1" * 5000 + "]}",
        '{"task": "greet.echo", "args": [1e999]}',
    ],
)
def test_what_a_worker_could_not_read_is_no_json(client: Any, text: str) -> None:
    refused = client.post_text("/tasks", text)

    assert refused.status == 400
    assert refused.json["type"] == "urn:celeriac:problem:malformed-request"


def test_an_empty_body_is_refused(client: Any) -> None:
    assert client.post_text("/tasks", "").status == 422


def test_a_body_that_is_too_large_is_refused(client: Any) -> None:
    assert client.post_text("/tasks", "[" + " " * BODY_BYTES + "]").status == 413


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_taken(client: Any, content_type: str) -> None:
    refused = client.post_text("/tasks", '{"task": "greet.hello", "args": ["Ada"]}', content_type)

    assert refused.status == 415
    assert refused.headers["accept"] == "application/json"
