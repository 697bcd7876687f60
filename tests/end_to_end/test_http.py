"""What the API answers through the real gateway."""

import json
import uuid

import pytest

from local import web
from local.deploy import ROOT
from local.mailbox import mails
from local.seed import User
from local.system import System

pytestmark = pytest.mark.cloud


def test_a_list_of_tasks_runs_and_each_is_there_to_be_asked_for(system: System) -> None:
    answer = system.api.post_json("/tasks", [{"task": "probe.add", "args": [n, 1]} for n in range(25)])

    assert answer.status == 202, answer.body
    ends = [system.finished(task["id"]) for task in answer.json["tasks"]]
    assert [end["result"] for end in ends] == [n + 1 for n in range(25)]


def test_a_repeat_with_the_same_idempotency_key_is_the_same_tasks(system: System) -> None:
    call, key = [{"task": "probe.add", "args": [1, 2]}], {"Idempotency-Key": uuid.uuid4().hex}

    first, second = (system.api.post_json("/tasks", call, **key) for _ in range(2))

    assert (first.status, second.status) == (202, 202)
    assert [task["id"] for task in first.json["tasks"]] == [task["id"] for task in second.json["tasks"]]
    assert system.finished(first.json["tasks"][0]["id"])["result"] == 3


def test_a_repeated_upload_with_the_same_idempotency_key_is_the_same_tasks(system: System, user: User) -> None:
    headers = {"Content-Type": "image/jpeg", "Idempotency-Key": uuid.uuid4().hex}
    photo, query = (ROOT / "samples/photo.jpg").read_bytes(), {"user_id": user.user_id}

    first, second = (system.api.call("POST", "/images", photo, headers, query).json for _ in range(2))

    ids = [task["id"] for task in first["tasks"]]
    assert (second["key"], [task["id"] for task in second["tasks"]]) == (first["key"], ids)
    assert {system.finished(task_id)["state"] for task_id in ids} == {"SUCCESS"}
    assert len([mail for mail in mails(system.endpoint) if mail.to == (user.email,)]) == 1


def test_a_bad_item_is_named_and_nothing_of_its_list_is_sent(system: System) -> None:
    good = str(uuid.uuid4())
    calls = [{"task": "probe.add", "args": [1, 2], "task_id": good}, {"task": "probe.ad", "args": [1, 2]}]

    answer = system.api.post_json("/tasks", calls)

    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["index"] for fault in answer.json["errors"]] == [1]
    assert "probe.add" in answer.json["errors"][0]["detail"]
    assert system.api.get(f"/tasks/{good}").status == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "content_type", "status"),
    [
        ("POST", "/tasks", b"{", "application/json", 400),
        ("POST", "/tasks", b"[]", "application/json", 422),
        ("POST", "/tasks", b'{"task": "probe.add", "args": [1]}', "application/json", 422),
        ("POST", "/tasks", b'{"task": "probe.add", "args": [1, 2]}', "text/plain", 415),
        ("POST", "/images?user_id=ada", b"", "image/jpeg", 422),
        ("POST", "/images?user_id=ada", b"hello", "text/plain", 415),
        ("POST", "/images", b"\xff\xd8\xff", "image/jpeg", 422),
        ("POST", "/images", b'{"filename": "a.jpg", "size": 99999999999, "user_id": "ada"}', "application/json", 413),
        ("POST", "/pdfs?user_id=ada", b"", "application/pdf", 422),
        ("GET", "/tasks/no-such-task", None, None, 404),
        ("GET", "/tasks/no-such-task?wait=forever", None, None, 422),
    ],
)
def test_a_request_that_cannot_be_done_gets_a_problem(
    system: System, method: str, path: str, body: bytes | None, content_type: str | None, status: int
) -> None:
    route, _, query = path.partition("?")
    pairs = dict([pair.split("=") for pair in query.split("&")]) if query else {}
    headers = {"Content-Type": content_type} if content_type else {}

    answer = system.api.call(method, route, body, headers, pairs)

    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["title"]


def test_a_call_that_nobody_signed_is_refused_by_the_gateway(system: System) -> None:
    if not is_ministack(system):
        pytest.skip("LocalStack does not enforce IAM")
    answer = web.request("GET", system.api.url + "/openapi.json")

    assert answer.status == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["title"] == "Missing Authentication Token"


def is_ministack(system: System) -> bool:
    return web.request("GET", f"{system.endpoint.url}/_ministack/health").status == 200


def test_the_openapi_document_is_served(system: System) -> None:
    document = system.api.get("/openapi.json")

    assert document.status == 200
    assert document.json["openapi"].startswith("3.1")
    assert {"/tasks", "/tasks/{id}", "/images", "/pdfs"} <= document.json["paths"].keys()


def test_an_error_of_a_task_is_told_without_its_traceback(system: System) -> None:
    sent = system.api.post_json("/tasks", {"task": "probe.fail", "kwargs": {"reason": "no such thing"}}).json

    end = system.finished(sent["tasks"][0]["id"])

    assert end["state"] == "FAILURE"
    assert end["error"] == {"type": "ValueError", "message": "no such thing"}
    assert "Traceback" not in json.dumps(end)


def test_a_countdown_holds_a_task_back(system: System) -> None:
    sent = system.api.post_json("/tasks", {"task": "probe.add", "args": [2, 2], "countdown": 2}).json
    task_id = sent["tasks"][0]["id"]

    assert system.task(task_id)["state"] == "PENDING"
    assert system.finished(task_id)["result"] == 4
