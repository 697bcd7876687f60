"""The console as an operator with few rights has it, where they are enforced."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from celeriac import aws
from celeriac.console.address import ApiAddress
from celeriac.console.upstream import Upstream
from celeriac.exceptions import OperationalError
from infra.http_routes import OPERATE, READ, SUBMIT

pytestmark = pytest.mark.cloud
DEPLOYMENT = "celeriac-auth"
Opens = Callable[..., Upstream]


@pytest.fixture
def opens(gateway: Any, key_of: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opens]:
    """Find the API as the holder of some permissions does, who has no other credentials."""

    def found(*permissions: str) -> Upstream:
        own = {**key_of(*permissions), "CELERIAC_DEPLOYMENT": DEPLOYMENT}
        for name, value in (gateway.endpoint.environment() | own).items():
            monkeypatch.setenv(name, value)
        aws.forget_clients()
        return Upstream(ApiAddress.find(environ=os.environ))

    yield found
    aws.forget_clients()


def test_who_may_read_finds_the_api_and_sees_and_changes_nothing(opens: Opens) -> None:
    api = opens(READ)

    assert api.call("GET", "tasks", "state=FAILURE&name=a%20b").status == 200
    assert api.call("GET", "tasks/a%20b%2Bc").status == 200
    assert api.call("POST", "queues/greet/pause").status == 403


def test_an_operator_changes_things(opens: Opens) -> None:
    api = opens(READ, OPERATE)

    assert api.call("POST", "queues/greet.bulk/pause").status == 200
    assert api.call("DELETE", "tasks/a%20b").status == 200
    assert api.call("POST", "schedules", body=b'{"name": "\xe2\x82\xac"}').status == 200


@pytest.mark.parametrize("permission", [SUBMIT, OPERATE])
def test_who_may_not_read_does_not_find_it(opens: Opens, permission: str) -> None:
    with pytest.raises(OperationalError, match=r"/celeriac/celeriac-auth/api: .*AccessDenied"):
        opens(permission)
