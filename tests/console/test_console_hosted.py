"""The console at `/console` of a deployment: its function, and the whole of it in a browser that signs in."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import re
import socketserver
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

from celeriac.console import page_files
from celeriac.console.hosted import handler
from tests.console.gateway import Gateway, serving
from tests.console.reading import ended, until

OLDER = """() => {
  const session = JSON.parse(sessionStorage.getItem("celeriac.session"));
  sessionStorage.setItem("celeriac.session", JSON.stringify({ ...session, at: session.at - 3600_000 }));
}"""
"""Have the page's token be an hour old."""
AUTHORITY = "https://celeriac.auth.eu-central-1.amazoncognito.com"


@pytest.fixture(autouse=True)
def deployed(aws_credentials: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the stack tells the function."""
    monkeypatch.setenv("CELERIAC_DEPLOYMENT", "celeriac-dev")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("CONSOLE_AUTHORITY", AUTHORITY)
    monkeypatch.setenv("CONSOLE_CLIENT", "client-1")
    monkeypatch.setenv("CONSOLE_SCOPES", "celeriac-dev/read celeriac-dev/operate")


def asked(file: str | None = None, path: str = "/console", headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the function answers to GET /console, or /console/{file}."""
    parameters = {"file": file} if file is not None else None
    return handler({"pathParameters": parameters, "path": path, "headers": headers}, None)


@pytest.mark.parametrize("path", ["/console", "/console/"])
@pytest.mark.parametrize("api", ["https://abc.example.com/v1", "https://example.com", "http://127.0.0.1/_aws/abc/v1"])
def test_the_console_is_below_its_name_wherever_the_api_is(api: str, path: str) -> None:
    answer = asked(path=path)

    assert answer["statusCode"] == 303
    assert urljoin(api + path, answer["headers"]["Location"]) == f"{api}/console/index.html"


def test_every_file_of_the_page_is_there_as_it_is() -> None:
    index = asked("index.html")["body"]
    (edition,) = set(re.findall(r'"(page/edition-[^/]+/)', index))
    assert index.replace(edition, "page/") == (page_files.FOLDER / "index.html").read_text()
    files = [file for file in page_files.FOLDER.rglob("*") if file.is_file() and file.suffix != ".html"]
    for file in files:
        answer = asked(f"{edition}{file.relative_to(page_files.FOLDER).as_posix()}")
        assert (answer["statusCode"], answer["body"]) == (200, file.read_text(encoding="utf-8")), file
        assert answer["headers"]["Cache-Control"] == "max-age=31536000, immutable"
    assert len(files) > 10


@pytest.mark.parametrize("header", ["If-None-Match", "if-none-match"])
def test_what_the_browser_has_is_not_sent_again(header: str) -> None:
    first = asked("index.html")

    answer = asked("index.html", headers={header: f'"other", {first["headers"]["ETag"]}'})

    assert (answer["statusCode"], answer["body"]) == (304, "")
    assert {**first["headers"], **answer["headers"]} == first["headers"]
    assert asked("index.html", headers={header: '"other"'})["statusCode"] == 200
    assert asked("context.json", headers={header: "*"})["statusCode"] == 200


@pytest.mark.parametrize(
    "file",
    ["main.js", "page/", "page/../hosted.py", "page/..%2fhosted.py", "../tasks", "page//etc/passwd", "page/\0", "x"],
)
def test_nothing_else_is(file: str) -> None:
    answer = asked(file)

    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["type"] == "urn:celeriac:problem:route-not-found"


def test_the_page_learns_where_to_sign_in_and_may_connect_to_there_and_nowhere_else() -> None:
    answer = asked("context.json")

    assert json.loads(answer["body"]) == {
        "deployment": "celeriac-dev",
        "region": "eu-central-1",
        "api": "..",
        "read_only": False,
        "endpoint": None,
        "login": {
            "authority": AUTHORITY,
            "client_id": "client-1",
            "scopes": ["celeriac-dev/read", "celeriac-dev/operate"],
        },
    }
    for other in (answer, asked("index.html"), asked(), asked("x")):
        assert f"; connect-src 'self' {AUTHORITY}; " in other["headers"]["Content-Security-Policy"]
        assert other["headers"]["X-Content-Type-Options"] == "nosniff"


# -- In a browser ----------------------------------------------------------------------------------------------------


class UserPool(socketserver.ThreadingTCPServer):
    """Cognito's sign-in pages in small: whoever comes is signed in, if the code's verifier is the right one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _UserPoolHandler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked: list[dict[str, str]] = []
        self.challenges: dict[str, dict[str, str]] = {}
        self.tokens: list[str] = []
        self.refuses = False


class _UserPoolHandler(http.server.BaseHTTPRequestHandler):
    server: UserPool

    def do_GET(self) -> None:
        """Ask nobody for a password, and send the browser back with a code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.server.asked.append(query)
        code = f"code-{len(self.server.asked)}"
        self.server.challenges[code] = query
        answer = {"error": "access_denied"} if self.server.refuses else {"code": code}
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri']}?{urlencode({**answer, 'state': query['state']})}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        """Give a token for a code, once, to who can tell the verifier."""
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        told = {name: values[0] for name, values in parse_qs(text).items()}
        query = self.server.challenges.pop(told.get("code", ""), None)
        is_right = query is not None and _is_answer(told, query)
        if is_right:
            self.server.tokens.append(f"token-{len(self.server.tokens) + 1}")
        document = (
            {"access_token": self.server.tokens[-1], "expires_in": 3600} if is_right else {"error": "invalid_grant"}
        )
        body = json.dumps(document).encode()
        self.send_response(200 if is_right else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Keep the tests' output for the tests."""


def _is_answer(told: Mapping[str, str], query: Mapping[str, str]) -> bool:
    """Whether a call for a token belongs to the visit that got the code. Source: RFC 7636."""
    digest = hashlib.sha256(told["code_verifier"].encode()).digest()
    return (
        told["grant_type"] == "authorization_code"
        and told["client_id"] == query["client_id"] == "client-1"
        and told["redirect_uri"] == query["redirect_uri"]
        and query["code_challenge_method"] == "S256"
        and query["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        and len(told["code_verifier"]) >= 43
    )


@dataclass(frozen=True)
class Hosted:
    """A deployment's API and its user pool."""

    gateway: Gateway
    pool: UserPool


@pytest.fixture
def hosted(console: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosted]:
    """The API before the twin, opened by the tokens of a user pool; the console's own server has no part in it."""
    pool = UserPool()
    monkeypatch.setenv("CONSOLE_AUTHORITY", pool.url)
    gateway = Gateway(tokens=pool.tokens)
    with serving(pool), serving(gateway):
        yield Hosted(gateway, pool)


@pytest.fixture
def visit(browser: Any, hosted: Hosted) -> Iterator[Callable[..., Any]]:
    """Open the deployment's console in a browser of its own."""
    contexts: list[Any] = []

    def visited(fragment: str = "", at: datetime | None = None) -> Any:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        if at:
            page.clock.install(time=at)
        page.goto(f"{hosted.gateway.url}/console{fragment}")
        return page

    yield visited
    for context in contexts:
        context.close()


def test_a_visitor_signs_in_and_sees_the_queues(hosted: Hosted, visit: Callable[..., Any]) -> None:
    page = visit("#/queues")

    page.get_by_text("shop.bulk").first.wait_for()
    assert page.url == f"{hosted.gateway.url}/console/index.html#/queues"
    (asked,) = hosted.pool.asked
    assert (asked["response_type"], asked["scope"]) == ("code", "celeriac-dev/read celeriac-dev/operate")
    assert hosted.pool.tokens == ["token-1"]
    assert {headers.get("Authorization") for headers in hosted.gateway.headers} == {None, "Bearer token-1"}


def test_a_token_outlives_a_reload_and_not_the_tab(hosted: Hosted, visit: Callable[..., Any]) -> None:
    page = visit("#/queues")
    page.get_by_text("shop.bulk").first.wait_for()
    page.reload()
    page.get_by_text("shop.bulk").first.wait_for()
    assert len(hosted.pool.tokens) == 1
    assert page.evaluate("JSON.stringify(localStorage) + document.cookie") == "{}"

    other = page.context.new_page()
    other.goto(f"{hosted.gateway.url}/console/index.html#/queues")
    other.get_by_text("shop.bulk").first.wait_for()
    assert len(hosted.pool.tokens) == 2


def test_a_page_that_is_loaded_again_asks_for_its_index_alone(hosted: Hosted, visit: Callable[..., Any]) -> None:
    page = visit("#/queues")
    page.get_by_text("shop.bulk").first.wait_for()
    assert sum("/page/" in call for call in hosted.gateway.calls) > 40
    hosted.gateway.calls.clear()

    page.reload()

    page.get_by_text("shop.bulk").first.wait_for()
    again = [call.rpartition("/")[2] for call in hosted.gateway.calls if "/console/" in call]
    assert sorted(set(again) - {"icon.svg"}) == ["context.json", "index.html"]  # browsers look for new icons


def test_a_code_that_nobody_asked_for_signs_nobody_in(hosted: Hosted, visit: Callable[..., Any]) -> None:
    page = visit()
    page.get_by_role("heading", name="Overview").wait_for()
    page.goto("about:blank")
    page.goto(f"{hosted.gateway.url}/console/index.html?code=of-somebody-else&state=guessed")

    page.get_by_text("Nobody is signed in").wait_for()
    assert "of-somebody-else" not in page.url


def test_who_is_refused_is_told_so(hosted: Hosted, visit: Callable[..., Any]) -> None:
    hosted.pool.refuses = True

    page = visit()

    page.get_by_text("access_denied").wait_for()
    assert hosted.pool.tokens == []


def test_who_has_a_token_that_ended_before_its_time_signs_in_again(hosted: Hosted, visit: Callable[..., Any]) -> None:
    page = visit("#/queues")
    page.get_by_text("shop.bulk").first.wait_for()
    page.evaluate(OLDER)
    hosted.pool.tokens[:] = ["of somebody else"]

    page.locator("body").press("r")

    until(lambda: len(hosted.pool.tokens) == 2)
    page.get_by_text("shop.bulk").first.wait_for()
    assert page.url.endswith("/console/index.html#/queues")
    assert page.locator("#banner").inner_text() == ""


def test_who_is_refused_with_a_new_token_is_not_sent_round_and_round(
    hosted: Hosted, visit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosted.gateway, "tokens", [])

    page = visit("#/queues")

    page.locator("#banner").get_by_text("Unauthorized").wait_for()
    page.get_by_role("button", name="Ask now").click()
    page.locator("#banner").get_by_text("Unauthorized").wait_for()
    assert len(hosted.pool.asked) == 1


def test_a_clock_that_is_wrong_by_hours_makes_nothing_fail_in_the_future(
    hosted: Hosted, visit: Callable[..., Any], console: Any
) -> None:
    ended(console, "shop.fail", "no ink")
    page = visit(at=datetime.now(UTC) - timedelta(hours=5))

    failed = page.get_by_role("region", name="Latest failures")
    failed.get_by_text("ValueError: no ink").wait_for()
    page.locator("body").press("r")

    until(lambda: failed.locator("time").inner_text() == "now" or failed.get_by_text("s ago").count())
    page.locator(".charts[aria-busy]").wait_for(state="detached")
    assert page.get_by_text("Figures until").count() == 1
