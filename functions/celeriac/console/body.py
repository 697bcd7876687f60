"""The body of a request, if there is no doubt where it ends, how long it is, and that it is JSON."""

from __future__ import annotations

from email.message import Message
from http import HTTPStatus
from io import BufferedIOBase

from celeriac.console.problems import Refused
from celeriac.console.security import CHANGES

__all__ = ["BODY_BYTES", "read_body"]

BODY_BYTES = 1024 * 1024
"""More than any operator's call has; files go to the API itself."""
DIGITS = 10
JSON = "application/json"


def read_body(method: str, headers: Message, file: BufferedIOBase) -> bytes:
    """The bytes that came with the request; raises Refused, or TimeoutError where they do not come."""
    length = _length(headers)
    if length and method not in CHANGES:
        raise Refused(HTTPStatus.BAD_REQUEST, "malformed-request", f"A {method} has no body.")
    if length and headers.get_content_type() != JSON:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", f"A body must be {JSON}.")
    body = file.read(length)
    if len(body) < length:
        raise Refused(HTTPStatus.BAD_REQUEST, "malformed-request", "The body ends before its Content-Length.")
    return body


def _length(headers: Message) -> int:
    if headers.get("Transfer-Encoding") is not None:
        raise Refused(HTTPStatus.LENGTH_REQUIRED, "length-required", "Send the body with a Content-Length.")
    told = headers.get_all("Content-Length", ["0"])
    if len(told) > 1 or not _is_number(told[0]):
        raise Refused(HTTPStatus.BAD_REQUEST, "malformed-request", "There must be one Content-Length, a number.")
    if int(told[0]) > BODY_BYTES:
        detail = f"A body may have {BODY_BYTES:,} bytes."
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "content-too-large", detail)
    return int(told[0])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS
