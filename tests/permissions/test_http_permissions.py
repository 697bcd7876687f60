"""Who may call what, enforced: every route with every permission, and with none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.http_routes import OPERATE, PERMISSIONS, READ, ROUTES, SUBMIT, HttpRoute
from local import web

pytestmark = pytest.mark.cloud
NAMES = [f"{route.method} {route.path}" for route in ROUTES]


def called(api: Any, route: HttpRoute) -> web.Answer:
    """The answer to a call of a route."""
    answer: web.Answer = api.call(route.method, "/" + route.path.replace("{id}", "a-1").replace("{name}", "greet.bulk"))
    return answer


@pytest.fixture(scope="module")
def holders(holder: Any) -> dict[str, Any]:
    return {permission: holder(permission) for permission in PERMISSIONS}


@pytest.mark.parametrize("permission", PERMISSIONS)
@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_permission_opens_its_own_routes_and_no_other(
    holders: dict[str, Any], permission: str, route: HttpRoute
) -> None:
    answer = called(holders[permission], route)

    if permission in route.permissions:
        assert (answer.status, json.loads(answer.body)) == (200, f"celeriac-auth-{route.function}")
    else:
        assert answer.status == 403


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_who_has_no_permission_and_who_signs_nothing_is_refused(holder_of_nothing: Any, route: HttpRoute) -> None:
    assert called(holder_of_nothing, route).status == 403
    path = route.path.replace("{id}", "a-1").replace("{name}", "greet")
    assert web.request(route.method, f"{holder_of_nothing.url}/{path}").status == 403


@pytest.fixture(scope="module")
def holder_of_nothing(holder: Any) -> Any:
    return holder()


def test_a_forged_signature_is_refused(gateway: Any) -> None:
    forged = gateway.signed_by({"AWS_ACCESS_KEY_ID": "AKIAFORGEDFORGED1234", "AWS_SECRET_ACCESS_KEY": "forged"})

    assert forged.get("/tasks", state="FAILURE").status == 403


@pytest.mark.parametrize(
    ("permission", "method", "path"),
    [
        (READ, "POST", "/tasks/a/retry"),
        (READ, "DELETE", "/tasks/../tasks/a"),
        (SUBMIT, "GET", "/tasks"),
        (SUBMIT, "GET", "/tasks/../queues"),
        (SUBMIT, "POST", "/tasks/../queues/greet/purge"),
        (OPERATE, "POST", "/tasks"),
        (OPERATE, "GET", "/tasks/a"),
    ],
)
def test_no_path_leads_around_a_permission(holders: dict[str, Any], permission: str, method: str, path: str) -> None:
    assert holders[permission].call(method, path).status in {403, 404}


def test_an_operator_is_given_two_permissions(holder: Any) -> None:
    operator = holder(READ, OPERATE)

    assert operator.get("/queues").status == 200
    assert operator.call("POST", "/queues/greet/pause").status == 200
    assert operator.call("POST", "/tasks").status == 403
