"""The gateway that `infra` makes and the routes that are answered here are the same."""

from __future__ import annotations

from api.routes import ROUTES
from infra.constructs import http_api


def test_the_gateway_has_the_routes_and_no_others() -> None:
    assert {f"{method} /{path}" for method, path in http_api.ROUTES} == ROUTES.keys()


def test_the_gateway_takes_every_file_for_bytes() -> None:
    files = {content_type for route in ROUTES.values() for content_type in route.files}

    assert files <= set(http_api.BINARY_TYPES)
