"""What Lambda calls: a request in, an answer out, whatever happens."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from api.cors import cors_headers
from api.parameters import IDEMPOTENCY_KEY
from api.problems import InternalError, MethodNotAllowed, Problem, RouteNotFound, Unavailable
from api.requests import LambdaContext, Request
from api.responses import Response
from api.route import Route
from api.routes import ROUTES
from celeriac import log
from celeriac.exceptions import OperationalError

__all__ = ["handler"]

log.configure(os.environ)


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an event of API Gateway's Lambda proxy integration; never raises."""
    try:
        request = Request.of(event, context)
        response = _route(request).answer(request)
    except Problem as problem:
        response = Response.of(problem)
    except OperationalError:
        log.logger.exception("AWS did not answer", extra={"fields": {"request_id": context.aws_request_id}})
        response = Response.of(Unavailable(f"AWS did not answer. Repeat the request{_condition(event)}."))
    except Exception:  # noqa: BLE001 - the caller gets an answer, the log the traceback
        log.logger.exception("request failed", extra={"fields": {"request_id": context.aws_request_id}})
        response = Response.of(InternalError(f"The log has the details, under request {context.aws_request_id}."))
    return response.as_event(cors_headers(event.get("headers")))


def _route(request: Request) -> Route:
    if route := ROUTES.get(request.route):
        return route
    _, _, path = request.route.partition(" ")
    methods = sorted(name.partition(" ")[0] for name in ROUTES if name.endswith(f" {path}"))
    if methods:
        raise MethodNotAllowed(f"Use {' or '.join(methods)}.", headers={"allow": ", ".join(methods)})
    raise RouteNotFound("GET /openapi.json tells what there is.")


def _condition(event: Mapping[str, Any]) -> str:
    """What a repeat must have so that it does nothing twice."""
    route = ROUTES.get(f"{event.get('httpMethod')} {event.get('resource')}")
    return " with the same Idempotency-Key" if route and IDEMPOTENCY_KEY in route.parameters else ""
