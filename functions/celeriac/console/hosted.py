"""The console at `/console` of a deployment that takes tokens: what API Gateway's events ask for, from the same files.

Everybody may load the page, for there is nothing in it. It has its visitor sign in at the user pool, and calls the API
with the token that it gets there; this function can do nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from celeriac.console.answer import Answer
from celeriac.console.page_files import CONTEXT, INDEX, PAGE, PageFiles
from celeriac.console.policy import headers_of
from celeriac.console.problems import Refused
from celeriac.console.validators import unless_known

__all__ = ["handler"]

API = ".."
"""From the page's own address, `/console/index.html`."""

_files = PageFiles()


def handler(event: Mapping[str, Any], _invocation: object) -> dict[str, Any]:
    """Answer an event of API Gateway's Lambda proxy integration."""
    try:
        answer = _answer(event)
    except Refused as refused:
        answer = refused.answer
    return {
        "statusCode": int(answer.status),
        "headers": headers_of(answer, also_connects_to=os.environ["CONSOLE_AUTHORITY"]),
        "body": answer.body.decode(),
        "isBase64Encoded": False,
    }


def _answer(event: Mapping[str, Any]) -> Answer:
    name = (event.get("pathParameters") or {}).get("file")
    if not name:
        # The page's files are named relative to it, so it needs an address below `/console`; and so is this, for before
        # it comes a stage, a custom domain's mapping, or what a local cloud puts there.
        return Answer.elsewhere(INDEX if event["path"].endswith("/") else f"console/{INDEX}")
    if name == CONTEXT:
        return Answer(HTTPStatus.OK, "application/json", json.dumps(_context()).encode())
    if name != INDEX and not name.startswith(PAGE):
        raise Refused(HTTPStatus.NOT_FOUND, "route-not-found", "There is nothing at this path.")
    return unless_known(_files.read(name.removeprefix(PAGE)), _if_none_match(event))


def _if_none_match(event: Mapping[str, Any]) -> str | None:
    # API Gateway hands on names as they were sent, and HTTP/2 sends them in small letters.
    told = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return told.get("if-none-match")


def _context() -> dict[str, Any]:
    """What the page has to know, and where its visitor signs in."""
    return {
        "deployment": os.environ["CELERIAC_DEPLOYMENT"],
        "region": os.environ["AWS_REGION"],
        "api": API,
        "read_only": False,
        "endpoint": None,
        "login": {
            "authority": os.environ["CONSOLE_AUTHORITY"],
            "client_id": os.environ["CONSOLE_CLIENT"],
            "scopes": os.environ["CONSOLE_SCOPES"].split(),
        },
    }
