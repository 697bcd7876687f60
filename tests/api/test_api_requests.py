"""API Gateway's events in all their shapes, and what no route answers."""

from __future__ import annotations

from typing import Any

import pytest

from celeriac.testing import Twin

CALL = '{"task": "greet.hello", "args": ["Ada"]}'


@pytest.mark.parametrize(
    "headers",
    [
        {"headers": {"content-type": "application/json"}},
        {"headers": {"CONTENT-TYPE": "Application/JSON; charset=utf-8"}},
        {"multiValueHeaders": {"Content-Type": ["application/json"]}},
        {"headers": None, "multiValueHeaders": {"Content-Type": ["application/json"]}},
    ],
)
def test_headers_are_read_however_they_are_written(client: Any, headers: dict[str, Any]) -> None:
    assert client.send({"resource": "/tasks", "httpMethod": "POST", "body": CALL, **headers}).status == 202


@pytest.mark.parametrize(
    "query",
    [
        {"queryStringParameters": {"wait": "26"}},
        {"multiValueQueryStringParameters": {"wait": ["1", "26"]}},
        {"queryStringParameters": {"wait": "26"}, "multiValueQueryStringParameters": {"wait": ["1", "26"]}},
    ],
)
def test_the_query_is_read_however_it_is_given(client: Any, query: dict[str, Any]) -> None:
    event = {"resource": "/tasks/{id}", "httpMethod": "GET", "pathParameters": {"id": "x"}, **query}

    assert client.send(event).status == 422


def test_nulls_are_no_parameters(client: Any) -> None:
    names = ["headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters", "body"]
    event = dict.fromkeys(names) | {"resource": "/tasks/{id}", "httpMethod": "GET", "requestContext": None}

    assert client.send(event | {"pathParameters": {"id": "x"}}).status == 404
    assert client.send(event | {"pathParameters": None}).status == 422


@pytest.mark.parametrize(
    ("method", "resource"), [("GET", "/"), ("GET", "/queue"), ("POST", "/{proxy+}"), ("GET", "/nothing")]
)
def test_what_has_no_route_is_a_404(client: Any, method: str, resource: str) -> None:
    assert client.call(method, resource).status == 404


def test_an_empty_event_is_a_404(client: Any) -> None:
    assert client.send({}).status == 404


@pytest.mark.parametrize(
    ("method", "resource", "allow"),
    [("PUT", "/tasks", "GET, POST"), ("PATCH", "/tasks/{id}", "DELETE, GET"), ("GET", "/pdfs", "POST")],
)
def test_a_wrong_method_is_told_the_right_one(client: Any, method: str, resource: str, allow: str) -> None:
    refused = client.call(method, resource)

    assert (refused.status, refused.headers["allow"]) == (405, allow)


def test_an_error_of_our_own_is_a_500_that_tells_nothing_but_where_to_look(
    client: Any, twin: Twin, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(step: str) -> None:
        raise RuntimeError(f"secret of {step}")

    twin.fault = fault
    failed = client.task("some-id")

    assert failed.status == 500
    assert "secret" not in str(failed)
    assert "request-1" in failed.json["detail"]
    assert "secret of read row some-id" in caplog.text


@pytest.mark.parametrize(
    ("context", "same_caller"),
    [
        ({"identity": {"caller": "AROAEXAMPLE:other-session"}}, True),
        ({"identity": {"caller": "AIDAUSER"}}, False),
        ({"authorizer": {"claims": {"sub": "ada"}}, "identity": {"caller": "AROAEXAMPLE:session-1"}}, False),
        ({"authorizer": {"principalId": "ada"}}, False),
        ({}, False),
    ],
)
def test_a_key_is_its_callers_own(client: Any, context: dict[str, Any], same_caller: bool) -> None:
    headers = {"content-type": "application/json", "idempotency-key": "k"}
    event = {"resource": "/tasks", "httpMethod": "POST", "body": CALL, "headers": headers}
    first = client.send(event | {"requestContext": {"identity": {"caller": "AROAEXAMPLE:session-1"}}})
    second = client.send(event | {"requestContext": context})

    assert (first.ids == second.ids) is same_caller
