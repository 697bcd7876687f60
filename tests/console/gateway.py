"""API Gateway in small: real HTTP in, proxy events for the API's own handler, real HTTP out; signatures are checked."""

from __future__ import annotations

import http.server
import re
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from api.handler import handler as api
from api.routes import ROUTES
from celeriac.console.hosted import handler as console

__all__ = ["CREDENTIALS", "REGION", "Gateway", "serving"]

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]
STAGE = "/v1"
REGION = "eu-central-1"
CREDENTIALS = Credentials("AKIDEXAMPLE", "a-secret-of-the-tests")
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/.*, SignedHeaders=(.*), Signature=([0-9a-f]{64})")


@dataclass(frozen=True)
class Invocation:
    """Lambda's context."""

    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


class Gateway(socketserver.ThreadingTCPServer):
    """Listens on a free port; `calls` are the requests that came, such as "GET /queues", and `headers` theirs.

    With `tokens` it takes those instead of signatures, and serves the console at `/console`. While it does not
    `answer`, it says what API Gateway says when there is trouble behind it.
    """

    daemon_threads = True

    def __init__(self, tokens: Sequence[str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tokens = tokens
        self.calls: list[str] = []
        self.headers: list[Message] = []
        self.answers = True

    @property
    def url(self) -> str:
        """The API's URL."""
        return f"http://127.0.0.1:{self.server_address[1]}{STAGE}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        parts, body = urlsplit(self.path), self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = parts.path.removeprefix(STAGE)
        self.server.calls.append(f"{self.command} {path}")
        self.server.headers.append(self.headers)
        handler, resource, parameters = _resource(self.command, path, has_console=self.server.tokens is not None)
        if handler is api and not self._is_authorized(body):
            self._refuse()
            return
        if not self.server.answers:
            self._answer(503, {}, '{"message": "Service Unavailable"}')
            return
        event = {
            "resource": resource,
            "path": path,
            "httpMethod": self.command,
            "headers": dict(self.headers.items()),
            "queryStringParameters": dict(parse_qsl(parts.query, keep_blank_values=True)),
            "pathParameters": parameters,
            "requestContext": {"path": parts.path, "identity": {"caller": "AROAEXAMPLE:operator"}},
            "body": body.decode() or None,
            "isBase64Encoded": False,
        }
        answer = handler(event, Invocation())
        self._answer(answer["statusCode"], {n.lower(): v for n, v in answer["headers"].items()}, answer["body"])

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base's names

    def _refuse(self) -> None:
        """Say what API Gateway says to a token, or to a signature, that is not good."""
        if self.server.tokens is None:
            self._answer(403, {"x-amzn-ErrorType": "InvalidSignatureException"}, '{"message": "Forbidden"}')
        else:
            self._answer(401, {"x-amzn-ErrorType": "UnauthorizedException"}, '{"message": "Unauthorized"}')

    def _is_authorized(self, body: bytes) -> bool:
        if self.server.tokens is None:
            return _is_signed(self.command, self.path, self.headers, body)
        return self.headers.get("Authorization", "").removeprefix("Bearer ") in self.server.tokens

    def _answer(self, status: int, headers: Mapping[str, str], body: str) -> None:
        content = body.encode()
        told = {"content-type": "application/json", **headers, "content-length": str(len(content))}
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Keep the tests' output for the tests."""


def _is_signed(method: str, target: str, headers: Message, body: bytes) -> bool:
    """Whether the signature is the one that AWS would come to."""
    found = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if found is None:
        return False
    signed = {name: headers.get(name, "") for name in found[1].split(";")}
    request = AWSRequest(method, f"http://{headers['Host']}{target}", signed, body)
    request.context["timestamp"] = headers["X-Amz-Date"]
    auth: Any = SigV4Auth(CREDENTIALS, "execute-api", REGION)
    return bool(auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request) == found[2])


def _resource(method: str, path: str, *, has_console: bool) -> tuple[Handler, str, dict[str, str]]:
    """Which function answers, the route that a path belongs to, and its parameters; literals go before parameters."""
    if has_console and (found := re.fullmatch(r"/console(/(?P<file>.+))?", path)):
        return console, "/console", {"file": found["file"]} if found["file"] else {}
    for name in sorted(ROUTES, key=lambda name: name.count("{")):
        of_route, _, pattern = name.partition(" ")
        found = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(pattern)), path)
        if found and of_route == method:
            return api, pattern, found.groupdict()
    return api, path, {}


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """A server that answers on a thread of its own, until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
