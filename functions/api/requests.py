"""What API Gateway hands to Lambda, made plain: names in lower case, nulls gone, the body as bytes or as JSON.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self
from urllib.parse import unquote

from api.problems import ContentTooLarge, InvalidRequest, MalformedRequest, UnsupportedMediaType
from celeriac.exceptions import DecodeError
from celeriac.serialization import loads

__all__ = ["BODY_BYTES", "LambdaContext", "Request", "unsupported"]

BODY_BYTES = 4_500_000
"""In base64 these are 6,000,000 bytes, and Lambda takes 6 MiB with the headers:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
JSON_DEPTH = 100
"""What nests deeper could be read here and not in a worker, where the stack is fuller."""


class LambdaContext(Protocol):
    """What is needed of Lambda's context."""

    @property
    def aws_request_id(self) -> str: ...

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; `route` is "POST /tasks", `deadline` the monotonic second at which Lambda ends it."""

    route: str
    path_parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    payload: str
    is_base64: bool
    context: Mapping[str, Any]
    deadline: float

    @classmethod
    def of(cls, event: Mapping[str, Any], context: LambdaContext) -> Self:
        """Read Lambda's event."""
        headers = _last_values(event, "headers", "multiValueHeaders")
        return cls(
            route=f"{event.get('httpMethod')} {event.get('resource')}",
            path_parameters={name: unquote(value) for name, value in _strings(event.get("pathParameters")).items()},
            query=_last_values(event, "queryStringParameters", "multiValueQueryStringParameters"),
            headers={name.lower(): value for name, value in headers.items()},
            payload=str(event.get("body") or ""),
            is_base64=bool(event.get("isBase64Encoded")),
            context=event.get("requestContext") or {},
            deadline=time.monotonic() + context.get_remaining_time_in_millis() / 1000,
        )

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def body(self) -> bytes:
        """The body's bytes; raises ContentTooLarge, or InvalidRequest where there are none."""
        if not self.payload:
            raise InvalidRequest("The body is empty.")
        if len(self.payload) > (BODY_BYTES * 4 // 3 + 4 if self.is_base64 else BODY_BYTES):
            raise _too_large()
        try:
            body = base64.b64decode(self.payload, validate=True) if self.is_base64 else self.payload.encode()
        except (binascii.Error, ValueError) as error:
            raise MalformedRequest(f"The body cannot be decoded: {error}.") from error
        if len(body) > BODY_BYTES:
            raise _too_large()
        return body

    @property
    def json(self) -> Any:
        """The body, decoded as a worker would decode it; raises UnsupportedMediaType or MalformedRequest."""
        if self.media_type != "application/json":
            raise unsupported(self, ("application/json",))
        try:
            document = loads(self.body)
        except DecodeError as error:
            raise MalformedRequest(f"The body is not JSON: {error.__cause__}.") from error
        _check_depth(document)
        return document

    @property
    def base_path(self) -> str:
        """What precedes the route in the URL: the stage, or a custom domain's mapping, such as "/v1"."""
        path, here = str(self.context.get("path") or ""), self.route.partition(" ")[2]
        return path.removesuffix(here) if path.endswith(here) else ""

    @property
    def caller(self) -> str:
        """Who asks, the same for all sessions of a role; "anonymous" where the API asks nobody's name."""
        authorizer, identity = _mapping(self.context.get("authorizer")), _mapping(self.context.get("identity"))
        role = str(identity.get("caller") or "").partition(":")[0]
        names = (_mapping(authorizer.get("claims")).get("sub"), authorizer.get("principalId"), role)
        return next((str(name) for name in names if name), "anonymous")


def unsupported(request: Request, accepted: tuple[str, ...]) -> UnsupportedMediaType:
    """The problem of a content type that is not among the accepted ones."""
    found = f"not {request.media_type!r:.100}" if request.media_type else "and there is none"
    return UnsupportedMediaType(
        f"The Content-Type must be {' or '.join(accepted)}, {found}.", headers={"accept": ", ".join(accepted)}
    )


def _too_large() -> ContentTooLarge:
    return ContentTooLarge(
        f"A request's body may have {BODY_BYTES:,} bytes, for Lambda takes no more. A larger file goes to S3 by form: "
        'POST {"filename": …, "size": …, "user_id": …} as application/json to /images or /pdfs to get one.'
    )


def _check_depth(document: object) -> None:
    level = [document]
    for _ in range(JSON_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise MalformedRequest(f"The body nests deeper than {JSON_DEPTH} levels.")


def _children(item: object) -> list[Any]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []


def _last_values(event: Mapping[str, Any], single: str, multiple: str) -> dict[str, str]:
    """Some callers, such as load balancers and tests, fill only one of the two."""
    lists = _mapping(event.get(multiple))
    return _strings({name: values[-1] for name, values in lists.items() if values} | _strings(event.get(single)))


def _strings(value: object) -> dict[str, str]:
    return {name: text for name, text in _mapping(value).items() if isinstance(text, str)}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
