"""What the console makes of an API that is away, slow, something else, or that does not take the credentials."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from celeriac.console.address import ApiAddress
from celeriac.console.server import ConsoleServer
from celeriac.console.upstream import ANSWER_BYTES, Upstream
from celeriac.exceptions import ImproperlyConfigured
from tests.console.gateway import CREDENTIALS, serving
from tests.console.visitor import Told, Visitor
from tests.ports import reserved_port


@dataclass
class Reply:
    """What stands in for the API says to everything; it may wait before its answer, or its body, to the end."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    before: Literal["answer", "body"] | None = None


class Stranger(socketserver.ThreadingTCPServer):
    """Listens where the API should, and says the same to everything; `asked` are the paths."""

    daemon_threads = True

    def __init__(self, reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply, self.asked, self.is_over = reply, list[str](), threading.Event()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Stranger

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        reply = self.server.reply
        if reply.before == "answer":
            self.server.is_over.wait(60)
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.before == "body":
            self.server.is_over.wait(60)
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Keep the tests' output for the tests."""

    def handle(self) -> None:
        with suppress(ConnectionError):  # the console may have given up on it
            super().handle()


@pytest.fixture
def asking(aws_credentials: None) -> Iterator[Callable[..., Told]]:
    """Ask a console for its queues, whose API is at a URL, or is a stranger who says the same to everything."""
    with ExitStack() as stack:

        def ask(api: str | Reply, read_timeout_s: float = 10) -> Told:
            url = api if isinstance(api, str) else _url_of(stack, api)
            upstream = Upstream(ApiAddress(url=url), read_timeout_s=read_timeout_s)
            stack.callback(upstream.close)
            server = ConsoleServer(upstream)
            stack.enter_context(serving(server))
            return Visitor(server).asks("/api/queues")

        yield ask


def _url_of(stack: ExitStack, reply: Reply) -> str:
    stranger = Stranger(reply)
    stack.enter_context(serving(stranger))
    stack.callback(stranger.is_over.set)
    return f"http://127.0.0.1:{stranger.server_address[1]}/v1"


def test_an_api_that_is_away_is_told_of(asking: Callable[..., Told]) -> None:
    told = asking(f"http://127.0.0.1:{reserved_port()}/v1")

    assert (told.status, told.kind) == (502, "api-unreachable")
    assert "could not be reached" in told.json["detail"]


@pytest.mark.parametrize("reply", [Reply(before="answer"), Reply(before="body")], ids=["at first", "in the midst"])
def test_an_api_that_is_slow_is_waited_for_so_long_and_no_longer(asking: Callable[..., Told], reply: Reply) -> None:
    told = asking(reply, read_timeout_s=0.1)

    assert (told.status, told.kind) == (504, "api-slow")


@pytest.mark.parametrize("status", [400, 403, 409, 429, 500, 502, 503])
def test_what_the_api_refuses_in_json_reaches_the_page(asking: Callable[..., Told], status: int) -> None:
    problem = {"type": "about:blank", "title": "Too Many Requests"}
    headers = {"Content-Type": "application/problem+json; charset=utf-8", "Set-Cookie": "a=b", "Location": "http://x"}

    told = asking(Reply(status, json.dumps(problem).encode(), headers))

    assert (told.status, told.json) == (status, problem)
    assert told.headers["Content-Type"] == "application/problem+json"
    assert (told.headers["Set-Cookie"], told.headers["Location"]) == (None, None)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}),
        Reply(200, b"<script>alert(1)</script>", {"Content-Type": "text/html"}),
        Reply(200, b"{not json}"),
        Reply(200, b""),
        Reply(200, b"\xff\xfe\xff"),
        Reply(200, b"[" * 100_000),
        Reply(200, b'{"queues": [', {"Content-Type": "application/json", "Content-Length": "100"}),
        Reply(200, b"{}", {}),
        Reply(200, b'"' + b"x" * ANSWER_BYTES + b'"'),
    ],
    ids=["html", "script", "no json", "empty", "no utf-8", "deep", "cut off", "no type", "huge"],
)
def test_what_is_no_answer_of_the_api_never_reaches_the_page(asking: Callable[..., Told], reply: Reply) -> None:
    told = asking(reply)

    assert (told.status, told.kind) == (502, "api-not-json")
    assert len(told.body) < 1000


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(asking: Callable[..., Told], status: int) -> None:
    with ExitStack() as stack:
        elsewhere = Stranger(Reply())
        stack.enter_context(serving(elsewhere))
        url = f"http://127.0.0.1:{elsewhere.server_address[1]}/"

        told = asking(Reply(status, b"{}", {"Content-Type": "application/json", "Location": url}))

    assert (told.status, told.kind) == (502, "api-redirects")
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    "error", ["ExpiredTokenException", "UnrecognizedClientException:http://x", "InvalidSignatureException"]
)
def test_credentials_that_aws_refuses_are_told_of(asking: Callable[..., Told], error: str) -> None:
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error}

    told = asking(Reply(403, b'{"message": "The security token included in the request is expired"}', headers))

    assert (told.status, told.kind) == (502, "credentials")
    assert "sign in again" in told.json["detail"]


@pytest.mark.parametrize("content_type", ["application/json", "application/x-amz-json-1.0"])
def test_a_right_that_is_missing_is_not_taken_for_bad_credentials(
    asking: Callable[..., Told], content_type: str
) -> None:
    headers = {"Content-Type": content_type, "x-amzn-ErrorType": "AccessDeniedException"}

    told = asking(Reply(403, b'{"message": "User is not authorized"}', headers))

    assert (told.status, told.json) == (403, {"message": "User is not authorized"})


def test_who_signs_in_again_goes_on_with_the_same_console(
    console: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys, visitor = tmp_path / "credentials", Visitor(console.server)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))

    signed_out = visitor.asks("/api/queues")
    write(keys, "wrong")
    refused = visitor.asks("/api/queues")
    write(keys, CREDENTIALS.secret_key)

    assert (signed_out.status, signed_out.kind) == (refused.status, refused.kind) == (502, "credentials")
    assert "Unable to locate credentials" in signed_out.json["detail"]
    assert CREDENTIALS.secret_key not in refused.json["detail"]
    assert visitor.asks("/api/queues").status == 200


def write(file: Path, secret: str) -> None:
    file.write_text(f"[default]\naws_access_key_id = {CREDENTIALS.access_key}\naws_secret_access_key = {secret}\n")


# -- Where the API is ------------------------------------------------------------------------------------------------

STORED = {"id": "abc123", "stage": "v1", "url": "https://abc123.execute-api.eu-west-1.amazonaws.com/v1/"}
HERE = {"CELERIAC_DEPLOYMENT": "celeriac-dev"}


def parameters(stored: object = STORED) -> Callable[[str], str]:
    def read(name: str) -> str:
        assert name == "/celeriac/celeriac-dev/api"
        return stored if isinstance(stored, str) else json.dumps(stored)

    return read


def test_a_deployment_says_where_its_api_is() -> None:
    address = ApiAddress.find(None, parameters(), HERE)

    assert address.url == "https://abc123.execute-api.eu-west-1.amazonaws.com/v1"
    assert (address.deployment, address.region, address.endpoint) == ("celeriac-dev", "eu-west-1", None)


def test_in_a_local_cloud_it_is_at_the_endpoint() -> None:
    address = ApiAddress.find(None, parameters(), HERE | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566/"})

    assert address.url == "http://127.0.0.1:4566/_aws/execute-api/abc123/v1"
    assert (address.endpoint, address.region) == ("http://127.0.0.1:4566", None)


def test_what_is_told_goes_before_what_is_written_down() -> None:
    environ = HERE | {"CELERIAC_API": "https://tasks.example.com/"}

    assert ApiAddress.find(None, parameters(), environ).url == "https://tasks.example.com"
    assert ApiAddress.find("https://other.example.com/v1", parameters(), environ).url == "https://other.example.com/v1"


@pytest.mark.parametrize("stored", ["", "[]", "{", "null", {"id": "a", "stage": "v1"}, {**STORED, "url": 5}])
def test_a_parameter_that_cannot_be_read_asks_for_a_deployment(stored: object) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"/celeriac/celeriac-dev/api must have id, .* deploy again"):
        ApiAddress.find(None, parameters(stored), HERE)


def test_without_a_name_one_is_asked_for() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^set CELERIAC_DEPLOYMENT .* or name the API: --api URL"):
        ApiAddress.find(None, parameters(), {})


@pytest.mark.parametrize(
    "url",
    [
        "example.com", "ftp://example.com", "https://", "https:///v1", "https://a:b@example.com", "https://example.com/?a=b",
        "https://example.com/#a", "https://example.com:x", "https://exa mple.com", "https://example.com/\r\nX: y", "file:///etc",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must be a URL such as"):
        ApiAddress.find(url, parameters(), HERE)


@pytest.mark.parametrize("url", ["http://example.com/v1", "http://10.0.0.1", "http://localhost.example.com"])
def test_no_signed_call_travels_in_the_clear(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must begin with https://"):
        ApiAddress.find(url, parameters(), HERE)


def test_a_region_that_nobody_names_is_asked_for(aws_credentials: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    with pytest.raises(ImproperlyConfigured, match="set AWS_DEFAULT_REGION"):
        Upstream(ApiAddress(url="https://tasks.example.com"))
    assert Upstream(ApiAddress(url="https://abc.execute-api.eu-west-1.amazonaws.com/v1")).region == "eu-west-1"
