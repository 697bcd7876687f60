"""The OpenAPI 3.1 document, made of the routes and the documents they declare, so that it cannot lie about them.

Source: https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from api.documents import ProblemDocument
from api.parameters import Parameter
from api.problems import InternalError, Problem
from api.responses import JSON, PROBLEM_JSON
from api.route import Route

__all__ = ["document"]

VERSION = "1.0.0"
"""The API's own version: it changes when a client could notice."""
_REF = "#/components/schemas/{name}"


def document(routes: Mapping[str, Route], base_path: str) -> dict[str, Any]:
    """Describe the routes, which lie below `base_path`."""
    paths: dict[str, Any] = {}
    for name, route in routes.items():
        method, path = name.split(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(route)
    return {
        "openapi": "3.1.1",
        "info": {"title": "Celeriac", "version": VERSION, "description": "Send tasks, upload files, ask for results."},
        "servers": [{"url": base_path or "/"}],
        "paths": paths,
        "components": {"schemas": _components(routes), "securitySchemes": _scheme()},
    }


def _scopes() -> str:
    """What the scopes of tokens begin with; "" where calls are signed instead."""
    return os.environ.get("HTTP_SCOPES", "")


def _scheme() -> dict[str, Any]:
    return {"jwt": _JWT} if _scopes() else {"sigv4": _SIGV4}


def _security(route: Route) -> list[dict[str, list[str]]]:
    """Any of these will do."""
    if not _scopes():
        return [{"sigv4": []}]
    return [{"jwt": [f"{_scopes()}/{permission}"]} for permission in route.permissions]


_JWT = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token of the user pool."}
_SIGV4 = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "description": "AWS Signature Version 4, service `execute-api`.",
    "x-amazon-apigateway-authtype": "awsSigv4",
}


def _operation(route: Route) -> dict[str, Any]:
    summary, _, description = inspect.cleandoc(route.answer.__doc__ or "").partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": route.answer.__name__,
        "summary": " ".join(summary.split()),
        "parameters": [_parameter(parameter, route) for parameter in route.parameters],
        "security": _security(route),
        "x-celeriac-permissions": list(route.permissions),
        "responses": {str(route.status): _success(route), **_problems((*route.problems, InternalError))},
    }
    if description:
        operation["description"] = " ".join(description.split())
    if content := _request_content(route):
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameter(parameter: Parameter, route: Route) -> dict[str, Any]:
    # A file names its user in the query, an announcement in its JSON: so no request to that route needs the parameter.
    is_required = parameter.required and not (route.files and route.body)
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": is_required,
        "description": parameter.description,
        "schema": _schema(parameter.kind),
    }


def _request_content(route: Route) -> dict[str, Any]:
    content: dict[str, Any] = {media_type: {} for media_type in route.files}
    if route.body is not None:
        content[JSON] = {"schema": _schema(route.body)}
    return content


def _success(route: Route) -> dict[str, Any]:
    return {
        "description": HTTPStatus(route.status).phrase,
        "content": {JSON: {"schema": _schema(route.document)}},
    }


def _problems(kinds: tuple[type[Problem], ...]) -> dict[str, Any]:
    return {
        str(kind.status): {
            "description": f"{kind.title}.",
            "content": {PROBLEM_JSON: {"schema": _schema(ProblemDocument)}},
        }
        for kind in kinds
    }


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return schema


def _components(routes: Mapping[str, Route]) -> dict[str, Any]:
    kinds = [kind for route in routes.values() for kind in (route.document, route.body) if kind is not None]
    _, components = msgspec.json.schema_components([*kinds, ProblemDocument], ref_template=_REF)
    return components
