"""Whatever comes in, the answer is an answer: never a 500."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import openapi
from api.routes import ROUTES

pytestmark = pytest.mark.usefixtures("files")
CONTENT_TYPES = ["application/json", "image/png", "application/pdf", "text/plain", ""]
FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)

texts = st.text(st.characters(codec=None), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
typed = st.fixed_dictionaries({
    "__type__": st.sampled_from(["datetime", "date", "time", "decimal", "uuid", "bytes"]) | values,
    "__value__": values,
})  # fmt: skip
calls = st.fixed_dictionaries(
    {"task": st.sampled_from(["greet.echo", "greet.hello"]) | values},
    optional={
        "args": st.lists(values | typed, max_size=3) | values,
        "kwargs": st.dictionaries(texts, values | typed, max_size=3) | values,
        **dict.fromkeys(
            ["countdown", "eta", "expires", "task_id", "queue", "time_limit", "soft_time_limit"],
            values | st.datetimes().map(str) | st.integers(1, 1000),
        ),
    },
)

numbers = st.integers().map(str) | st.floats().map(str) | st.datetimes().map(str)


@FUZZ
@given(
    body=st.binary(max_size=200),
    path=st.sampled_from(["/tasks", "/images", "/pdfs"]),
    content_type=st.sampled_from(CONTENT_TYPES),
    is_base64=st.booleans(),
)
def test_any_bytes_get_an_answer(client: Any, body: bytes, path: str, content_type: str, is_base64: bool) -> None:
    text = base64.b64encode(body).decode() if is_base64 else body.decode("utf-8", "surrogateescape")
    headers, query = {"Content-Type": content_type}, {"user_id": "ada"}

    assert client.call("POST", path, text, headers=headers, query=query, is_base64=is_base64).status < 500


@FUZZ
@given(document=values | calls | st.lists(calls, max_size=5))
def test_any_json_gets_an_answer(client: Any, document: Any) -> None:
    for path in ("/tasks", "/images"):
        assert client.post_text(path, json.dumps(document)).status < 500


@FUZZ
@given(call=calls)
def test_what_is_accepted_can_be_read_by_a_worker(client: Any, twin: Any, call: Any) -> None:
    accepted = client.post_text("/tasks", json.dumps(call))
    if accepted.status == 202:
        twin.run()
        assert client.task(accepted.ids[0]).json["state"] in {"SUCCESS", "FAILURE", "REVOKED"}


@FUZZ
@given(task_id=texts, wait=st.sampled_from(["0", ""]) | texts, key=texts, user_id=texts)
def test_any_parameters_get_an_answer(client: Any, task_id: str, wait: str, key: str, user_id: str) -> None:
    call = {"task": "greet.hello", "args": ["Ada"]}

    assert client.task(task_id, wait="0" if wait.isdigit() else wait).status < 500
    assert client.post("/tasks", call, key=key).status < 500
    assert client.upload("/images", b"image", "image/png", key=key, user_id=user_id).status < 500


def operations(document: Any) -> list[tuple[str, str, Any]]:
    """What the OpenAPI document says can be called: method, path and the rest."""
    paths = document["paths"].items()
    return [(method.upper(), path, told) for path, item in paths for method, told in item.items()]


OPERATIONS = operations(openapi.document(ROUTES, "/v1"))


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """Any operation of the document, with any of its parameters as they should be or as they should not, and a body."""
    method, path, told = draw(st.sampled_from(OPERATIONS))
    places: dict[str, dict[str, str]] = {"query": {}, "path": {}, "header": {}}
    for parameter in told["parameters"]:
        if parameter["in"] == "path" or draw(st.booleans()):
            fitting = [str(value) for value in parameter["schema"].get("enum", ["true", "1", "2026-01-01T00:00:00Z"])]
            places[parameter["in"]][parameter["name"]] = draw(st.sampled_from(fitting) | texts | numbers)
    body = draw(st.none() | (values | calls).map(json.dumps) | texts) if "requestBody" in told else draw(st.none())
    headers = {**places["header"], "Content-Type": "application/json"}
    return method, path, {"body": body, "headers": headers, "query": places["query"], "path": places["path"]}


@settings(FUZZ, max_examples=400)
@given(request=requests())
def test_any_use_of_any_operation_gets_an_answer_that_is_described(
    client: Any, request: tuple[str, str, dict[str, Any]]
) -> None:
    method, path, parts = request
    described = {(verb, place): told["responses"] for verb, place, told in OPERATIONS}[method, path]

    answer = client.call(method, path, parts.pop("body"), **parts)

    assert answer.status < 500
    assert str(answer.status) in described
