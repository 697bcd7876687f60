"""What of the HTTP API the page may call: the routes that `read` and `operate` open, and no others."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qsl, quote, unquote, urlencode

from celeriac.console.problems import Refused

__all__ = ["ROUTES", "checked_path", "checked_query"]

ROUTES = (
    "GET openapi.json",
    "GET metrics",
    "GET tasks",
    "GET tasks/{id}",
    "GET stories/{id}",
    "GET logs/{id}",
    "DELETE tasks/{id}",
    "POST tasks/{id}/retry",
    "POST tasks/{id}/drop",
    "GET queues",
    "POST queues/{name}/pause",
    "POST queues/{name}/resume",
    "POST queues/{name}/purge",
    "POST queues/{name}/redrive",
    "GET workers",
    "GET schedules",
    "POST schedules",
    "PATCH schedules/{name}",
    "DELETE schedules/{name}",
    "POST schedules/{name}/pause",
    "POST schedules/{name}/resume",
)
"""As the gateway has them; tests compare this list with the gateway's."""
PARAMETERS = 20
"""More than any route has in its query."""


def checked_path(method: str, path: str) -> str:
    """A path below the API's base URL, encoded anew; raises Refused unless it is one of the API's routes."""
    parts = path.split("/")
    methods = {name for name, _, pattern in (route.partition(" ") for route in ROUTES) if _matches(pattern, parts)}
    if not methods:
        raise Refused(HTTPStatus.NOT_FOUND, "route-not-found", "The console has no such call.")
    if method not in methods:
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", f"Use {' or '.join(sorted(methods))}.")
    return "/".join(quote(unquote(part), safe="") for part in parts)


def checked_query(query: str) -> str:
    """A query string, encoded anew, as a signature needs it; raises Refused."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS)
    except ValueError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "malformed-request", f"The query cannot be read: {error}.") from error
    return urlencode(pairs, quote_via=quote)


def _matches(pattern: str, parts: list[str]) -> bool:
    wanted = pattern.split("/")
    return len(wanted) == len(parts) and all(map(_fits, wanted, parts))


def _fits(wanted: str, part: str) -> bool:
    return _is_name(part) if wanted.startswith("{") else wanted == part


def _is_name(part: str) -> bool:
    """Whether a part of a path, once decoded, is an id or a name and cannot lead to another path."""
    name = unquote(part, errors="replace")
    return name.isprintable() and "\ufffd" not in name and not {"", ".", ".."} & {*name.split("/")}
