"""The gateway that `infra` makes and the routes that are answered here are the same."""

from __future__ import annotations

from api.routes import ROUTES
from infra.constructs import http_api
from infra.http_routes import ROUTES as GATEWAY


def test_the_gateway_has_the_routes_and_no_others() -> None:
    assert {f"{route.method} /{route.path}" for route in GATEWAY} == ROUTES.keys()


def test_a_permission_opens_at_the_gateway_what_the_document_says() -> None:
    opened = {f"{route.method} /{route.path}": route.permissions for route in GATEWAY}

    assert opened == {name: route.permissions for name, route in ROUTES.items()}


def test_the_gateway_takes_every_file_for_bytes() -> None:
    files = {content_type for route in ROUTES.values() for content_type in route.files}

    assert files <= set(http_api.BINARY_TYPES)
