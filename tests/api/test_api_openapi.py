"""`GET /openapi.json`: it tells the truth about the routes, and real answers are what it says."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.routes import ROUTES
from celeriac.exceptions import OperationalError
from celeriac.testing import Twin


@pytest.fixture
def document(client: Any) -> dict[str, Any]:
    answer = client.call("GET", "/openapi.json")
    assert answer.status == 200
    return dict(answer.json)


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_has_the_routes_and_no_others(document: dict[str, Any]) -> None:
    described = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}

    assert described == ROUTES.keys()


def test_every_route_is_told_of_in_words(document: dict[str, Any]) -> None:
    operations = [operation for item in document["paths"].values() for operation in item.values()]

    assert all(operation["summary"].endswith(".") for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_every_operation_says_what_opens_it(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = client.call("GET", "/openapi.json").json
    monkeypatch.setenv("HTTP_SCOPES", "celeriac-dev")
    by_token = client.call("GET", "/openapi.json").json

    OpenAPIV31SpecValidator(by_token).validate()
    assert signed["paths"]["/tasks/{id}"]["delete"]["security"] == [{"sigv4": []}]
    assert by_token["paths"]["/tasks/{id}"]["delete"]["security"] == [{"jwt": ["celeriac-dev/operate"]}]
    assert by_token["paths"]["/tasks/{id}"]["get"]["security"] == [
        {"jwt": ["celeriac-dev/submit"]},
        {"jwt": ["celeriac-dev/read"]},
    ]


def test_the_paths_are_below_the_stage(document: dict[str, Any]) -> None:
    assert document["servers"] == [{"url": "/v1"}]


def test_every_parameter_in_a_path_is_described(document: dict[str, Any]) -> None:
    assert [parameter["name"] for parameter in document["paths"]["/tasks/{id}"]["get"]["parameters"]] == ["id", "wait"]


def conforms(document: dict[str, Any], route: str, answer: Any) -> bool:
    """Whether an answer is one that the document has for that route; raises jsonschema's error if not."""
    method, path = route.split(" ")
    response = document["paths"][path][method.lower()]["responses"][str(answer.status)]
    schema = response["content"][answer.headers["content-type"]]["schema"]
    components = {"components": document["components"]}
    OAS31Validator(schema | components, format_checker=oas31_format_checker).validate(answer.json)
    return True


HELLO = {"task": "greet.hello", "args": ["Ada"]}
OPERATING = ("POST /tasks/{id}/retry", "DELETE /tasks/{id}", "POST /tasks/{id}/drop")


def test_answers_of_submitted_tasks_are_as_described(client: Any, document: dict[str, Any]) -> None:
    for body in (HELLO, [HELLO] * 3, [], [{"task": "x"}], {"task": "greet.hello"}):
        assert conforms(document, "POST /tasks", client.post("/tasks", body))
    for content_type in ("application/json", "text/plain"):
        assert conforms(document, "POST /tasks", client.post_text("/tasks", "{", content_type))
    assert conforms(document, "POST /tasks", client.post("/tasks", " " * 5_000_000))


def test_answers_when_aws_does_not_are_as_described(client: Any, twin: Twin, document: dict[str, Any]) -> None:
    def fault(step: str) -> None:
        if step in {"send to notify", "read row x"}:
            raise OperationalError("AWS does not answer")

    twin.fault = fault
    calls = [HELLO, {"task": "notify.send_email", "args": ["ada", "hello"]}]

    assert conforms(document, "POST /tasks", client.post("/tasks", calls))
    assert conforms(document, "GET /tasks/{id}", client.task("x"))


def test_answers_to_operators_are_as_described(client: Any, twin: Twin, document: dict[str, Any]) -> None:
    ids = client.post("/tasks", [{"task": "greet.fail", "args": ["why"]}, HELLO | {"countdown": 60}]).ids
    twin.run(until=twin.now)
    for task_id in (*ids, *ids, "no-such-task#"):
        for route in ("GET /stories/{id}", "GET /logs/{id}", *OPERATING):
            method, path = route.split(" ")
            assert conforms(document, route, client.call(method, path, path={"id": task_id}))
    for query in ({}, {"worker": "greet", "since": "2026-01-01T00:00:00Z"}, {"worker": "nobody"}, {"since": "?"}):
        assert conforms(document, "GET /metrics", client.call("GET", "/metrics", query=query))
    for query in ({"state": "FAILURE"}, {"state": "STARTED", "limit": "1"}, {}, {"state": "FAILURE", "next": "?"}):
        assert conforms(document, "GET /tasks", client.call("GET", "/tasks", query=query))


def test_answers_about_tasks_are_as_described(client: Any, twin: Twin, document: dict[str, Any]) -> None:
    calls = [HELLO, {"task": "greet.fail", "args": ["why"]}, {"task": "greet.count", "args": [1]}]
    ids = client.post("/tasks", calls).ids
    for _ in range(2):
        for task_id in (*ids, "no-such-task"):
            assert conforms(document, "GET /tasks/{id}", client.task(task_id))
        twin.run()
    assert conforms(document, "GET /tasks/{id}", client.task(ids[0], wait="soon"))


@pytest.mark.usefixtures("files")
def test_answers_to_uploads_are_as_described(client: Any, document: dict[str, Any]) -> None:
    offer = {"filename": "a.pdf", "size": 1, "user_id": "ada"}
    answers = [client.post("/pdfs", offer), client.post("/pdfs", offer | {"size": 10**12}), client.post("/pdfs", {})]
    answers += [client.upload("/pdfs", b"%PDF", kind) for kind in ("application/pdf", "text/plain")]

    assert [answer.status for answer in answers] == [202, 413, 422, 202, 415]
    assert all(conforms(document, "POST /pdfs", answer) for answer in answers)


@pytest.mark.parametrize(
    "change",
    [{}, {"countdown": 5}, {"task_id": "a b"}, {"countdown": -1}, {"more": 1}, {"args": {}}, {"queue": 1}, {"eta": 1}],
)
def test_what_the_document_allows_is_accepted_and_the_rest_is_not(
    client: Any, document: dict[str, Any], change: dict[str, Any]
) -> None:
    media = document["paths"]["/tasks"]["post"]["requestBody"]["content"]["application/json"]
    validator = OAS31Validator(media["schema"] | {"components": document["components"]})

    assert validator.is_valid(HELLO | change) is (client.post("/tasks", HELLO | change).status == 202)
