"""Which calls of the page reach the API."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from celeriac.console.problems import Refused
from celeriac.console.routes import ROUTES, checked_path, checked_query
from infra import http_routes


def test_the_page_may_call_all_that_operators_may_and_nothing_else() -> None:
    opened = {
        f"{route.method} {route.path}"
        for route in http_routes.ROUTES
        if {http_routes.READ, http_routes.OPERATE} & {*route.permissions}
    }
    assert opened <= {*ROUTES} <= opened | {"GET metrics"}
    assert not {"POST tasks", "POST images", "POST pdfs"} & {*ROUTES}


@pytest.mark.parametrize(
    ("method", "path", "passed"),
    [
        ("GET", "queues", "queues"),
        ("GET", "tasks/7f-1", "tasks/7f-1"),
        ("GET", "stories/%e2%82%ac~", "stories/%E2%82%AC~"),
        ("GET", "tasks/a%20b+c", "tasks/a%20b%2Bc"),
        ("GET", "tasks/invoice%2F17", "tasks/invoice%2F17"),
        ("POST", "queues/thumbnail.bulk/pause", "queues/thumbnail.bulk/pause"),
    ],
)
def test_a_call_is_passed_on_with_its_path_encoded_anew(method: str, path: str, passed: str) -> None:
    assert checked_path(method, path) == passed


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/queues", "queues/", "queues//pause", "Queues", "tasks/", "tasks/a/b/c", "tasks/..", "tasks/.",
        "tasks/%2e%2e", "logs/%2E%2e", "tasks/..%2Fqueues", "tasks/a%2F..%2Fb", "tasks/a%00", "tasks/%ff",
        "tasks/a%0d%0aX-Evil:%201", "../v2/queues", "queues/../tasks", "%2e%2e/queues", "queues%2Fgreet%2Fpause",
        "openapi.json;x", "tasks\\x",
    ],
)  # fmt: skip
def test_no_path_leads_elsewhere(path: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_path("GET", path)
    assert refused.value.status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("method", ["POST", "PUT", "TRACE", ""])
def test_a_route_has_its_own_methods_only(method: str) -> None:
    with pytest.raises(Refused, match=r"^Use GET\.$"):
        checked_path(method, "queues")


def test_a_query_is_encoded_anew() -> None:
    assert checked_query("state=FAILURE&name=a+b%2Fc&next=") == "state=FAILURE&name=a%20b%2Fc&next="
    assert checked_query("") == ""


@pytest.mark.parametrize("query", ["&".join(["a=1"] * 21), "a=%ff"])
def test_a_query_that_cannot_be_meant_is_refused(query: str) -> None:
    with pytest.raises(Refused, match=r"^The query cannot be read"):
        checked_query(query)
