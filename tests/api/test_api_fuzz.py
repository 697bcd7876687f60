"""Whatever comes in, the answer is an answer: never a 500."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
