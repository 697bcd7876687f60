"""The console's server: whom it lets in, what it passes on, and what it does with what is meant to harm."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from celeriac.console import server as serving
from tests.console.visitor import Visitor

TASK = {"id": "first", "task": "shop.add"}


@pytest.fixture
def visitor(console: Any) -> Visitor:
    return Visitor(console.server)


# -- Being let in ---------------------------------------------------------------------------------------------------


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_never_see(console: Any, visitor: Visitor) -> None:
    told = visitor.asks(f"/?token={console.server.gate.token}", headers={"Cookie": None})

    assert (told.status, told.headers["Location"], told.body) == (303, "/", b"")
    assert told.headers["Set-Cookie"].split("; ")[1:] == ["Path=/", "HttpOnly", "SameSite=Strict"]
    cookie = told.headers["Set-Cookie"].partition(";")[0]
    assert visitor.asks("/", headers={"Cookie": cookie}).status == 200


def test_no_two_consoles_have_the_same_token(open_console: Callable[..., Any]) -> None:
    first, second = open_console().server, open_console().server

    assert first.gate.token != second.gate.token
    assert len(first.gate.token) > 40
    stolen = {"Cookie": f"celeriac-console-{second.port}={first.gate.token}"}
    assert Visitor(second).asks("/", headers=stolen).status == 401


@pytest.mark.parametrize("path", ["/", "/context.json", "/page/main.js", "/api/queues", "/nowhere"])
@pytest.mark.parametrize(
    "cookie", [None, "", "celeriac-console-1=x", "{name}=", "{name}=wrong", "{name}=\xe9", "x={token}"]
)
def test_without_the_cookie_nothing_is_told(console: Any, visitor: Visitor, path: str, cookie: str | None) -> None:
    name, token = f"celeriac-console-{console.server.port}", console.server.gate.token
    given = cookie and cookie.format(name=name, token=token)

    told = visitor.asks(path, headers={"Cookie": given})

    assert (told.status, told.kind) == (401, "no-session")
    assert console.gateway.calls == []


@pytest.mark.parametrize(
    "query", ["token=", "token=wrong", "token=%ff", "TOKEN={token}", "token={token}x", "x={token}"]
)
def test_what_is_not_the_token_opens_nothing(console: Any, visitor: Visitor, query: str) -> None:
    told = visitor.asks("/?" + query.format(token=console.server.gate.token), headers={"Cookie": None})

    assert (told.status, told.headers["Set-Cookie"]) == (401, None)


def test_the_token_opens_the_first_page_and_no_call(console: Any, visitor: Visitor) -> None:
    query = f"token={console.server.gate.token}"

    assert visitor.asks(f"/api/queues?{query}", headers={"Cookie": None}).status == 401
    assert visitor.asks(f"/?{query}", "POST", headers={"Cookie": None}).status == 401


def test_cookies_of_other_programs_on_this_machine_do_no_harm(visitor: Visitor) -> None:
    mixed = f'other={{"a": [1]}}; {visitor.headers["Cookie"]}; last=""'

    assert visitor.asks("/context.json", headers={"Cookie": mixed}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil:{port}",
        "[::1]:{port}",
    ],
)
def test_a_name_that_was_pointed_here_gets_nothing(console: Any, visitor: Visitor, host: str | None) -> None:
    given = host and host.format(port=console.server.port)

    for path in ("/", f"/?token={console.server.gate.token}", "/api/queues"):
        told = visitor.asks(path, headers={"Host": given})
        assert (told.status, told.kind, told.headers["Set-Cookie"]) == (421, "host-unknown", None)
    assert console.gateway.calls == []


def test_two_hosts_are_none(visitor: Visitor) -> None:
    hosts = f"Host: localhost:{visitor.port}\r\nHost: evil.example"
    request = f"GET / HTTP/1.1\r\n{hosts}\r\nCookie: {visitor.headers['Cookie']}\r\n\r\n"

    assert visitor.says(request.encode()).startswith(b"HTTP/1.0 421 ")


def test_localhost_is_this_machine_too(visitor: Visitor) -> None:
    assert visitor.asks("/context.json", headers={"Host": f"LocalHost:{visitor.port}"}).status == 200


# -- What other pages have the browser send --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": None},
        {"X-Celeriac-Console": None},
        {"X-Celeriac-Console": "0"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost:{port}"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
    ],
)
def test_a_page_of_another_origin_changes_nothing(
    console: Any, visitor: Visitor, headers: dict[str, str | None]
) -> None:
    given = {name: value and value.format(port=visitor.port) for name, value in headers.items()}

    told = visitor.changes("/api/queues/shop/pause", headers=given)

    assert (told.status, told.kind) == (403, "foreign-origin")
    assert console.gateway.calls == []


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}]
)
def test_a_page_of_another_origin_reads_nothing(console: Any, visitor: Visitor, headers: dict[str, str]) -> None:
    for path in ("/api/queues", "/context.json", "/page/main.js"):
        assert visitor.asks(path, headers=headers).status == 403
    assert console.gateway.calls == []


def test_the_consoles_own_page_may_say_its_origin_instead_of_its_site(console: Any, visitor: Visitor) -> None:
    own = {"Sec-Fetch-Site": None, "Origin": f"http://127.0.0.1:{visitor.port}"}

    assert visitor.changes("/api/queues/shop/pause", headers=own).status == 202


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/nowhere"])
def test_every_answer_keeps_the_browser_strict(console: Any, visitor: Visitor, path: str) -> None:
    headers = visitor.asks(path).headers

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")
    assert headers["Access-Control-Allow-Origin"] is None
    assert not re.search(r"Python|BaseHTTP", str(headers))


# -- The page and its context ----------------------------------------------------------------------------------------


def test_the_page_learns_where_it_is(visitor: Visitor) -> None:
    assert visitor.asks("/context.json").json == {
        "deployment": "celeriac-test",
        "region": "eu-central-1",
        "api": "api",
        "read_only": False,
        "endpoint": None,
    }


def test_the_pages_files_are_served_with_their_types(visitor: Visitor) -> None:
    index, script = visitor.asks("/"), visitor.asks("/page/main.js")

    assert (index.status, index.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (script.status, script.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert {answer.headers["Cache-Control"] for answer in (index, script)} == {"no-cache"}


@pytest.mark.parametrize(
    "path",
    [
        "/page/../server.py", "/page/..%2fserver.py", "/page/%2e%2e/server.py", "/page//etc/passwd",
        "/page/../../etc/passwd", "/page/..\\server.py", "/page/main.js%00.html", "/page/", "/page", "/page/.",
        "/page/main.js/", "/page/MAIN.js",
        "/page/%6dain.js", "/server.py", "//evil.example", "/index.html", "/api", "/context.json/", "/context.json%20",
        "http://evil.example/", "*",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_page(visitor: Visitor, path: str) -> None:
    told = visitor.asks(path)

    assert told.status == 404
    assert b"import" not in told.body


# -- Passing calls on ------------------------------------------------------------------------------------------------


def test_a_call_is_signed_and_answered_as_the_api_answers(console: Any, visitor: Visitor) -> None:
    console.app.send_task("shop.add", args=[1, 2], task_id="a b/€~").get(timeout=60)

    told = visitor.asks("/api/tasks/a%20b%2F%e2%82%ac~")

    assert (told.status, told.json["state"], told.json["result"]) == (200, "SUCCESS", 3)
    assert told.headers["Cache-Control"] == "no-store"
    assert console.gateway.calls == ["GET /tasks/a%20b%2F%E2%82%AC~"]


def test_a_query_goes_along(console: Any, visitor: Visitor) -> None:
    told = visitor.asks("/api/tasks?state=FAILURE&name=shop.fail+x%26y&limit=2")

    assert (told.status, told.json["tasks"]) == (200, [])


def test_a_body_goes_along(console: Any, visitor: Visitor) -> None:
    call = {"name": "nightly", "task": "shop.add", "schedule": "0 3 * * *", "args": ["€"]}

    told = visitor.changes("/api/schedules", call)

    assert (told.status, told.json["name"]) == (201, "nightly"), told.json


def test_a_problem_of_the_api_reaches_the_page_as_it_is(visitor: Visitor) -> None:
    told = visitor.asks("/api/tasks/nobody-sent-it")

    assert (told.status, told.kind) == (404, "task-not-found")


def test_nothing_of_the_browsers_own_reaches_the_api(console: Any, visitor: Visitor) -> None:
    visitor.asks("/api/queues", headers={"X-Forwarded-For": "1.2.3.4", "Authorization": "Basic eDp5"})

    (headers,) = console.gateway.headers
    assert {name.lower() for name in headers} <= {
        *("host", "accept", "accept-encoding", "user-agent", "authorization", "x-amz-date")
    }
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 ")


def test_a_read_only_console_looks_and_changes_nothing(open_console: Callable[..., Any]) -> None:
    console = open_console(read_only=True)
    visitor = Visitor(console.server)

    assert visitor.asks("/context.json").json["read_only"] is True
    assert visitor.asks("/api/queues").status == 200
    for path, method in [("queues/shop/pause", "POST"), ("tasks/a", "DELETE"), ("schedules/a", "PATCH")]:
        told = visitor.asks(f"/api/{path}", method)
        assert (told.status, told.kind) == (403, "read-only")
    assert console.gateway.calls == ["GET /queues"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/tasks", 405),
        ("POST", "/api/images", 404),
        ("PUT", "/api/queues", 501),
        ("OPTIONS", "/api/queues", 501),
        ("HEAD", "/", 501),
        ("TRACE", "/", 501),
        ("BREW", "/", 501),
        ("POST", "/", 405),
        ("DELETE", "/page/main.js", 405),
    ],
)
def test_what_the_console_does_not_do_it_says_so(
    console: Any, visitor: Visitor, method: str, path: str, status: int
) -> None:
    assert visitor.asks(path, method).status == status
    assert console.gateway.calls == []


# -- What is meant to harm -------------------------------------------------------------------------------------------


def posted(visitor: Visitor, *more: str, body: bytes) -> bytes:
    """The first line of the answer to a POST that has these headers, too."""
    headers = [f"{name}: {value}" for name, value in visitor.headers.items()]
    head = "\r\n".join(["POST /api/queues/shop/pause HTTP/1.1", *headers, *more, "", ""])
    return visitor.says(head.encode("latin-1") + body).split(b"\r\n")[0]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Content-Length: 1048577", "Content-Type: application/json"], 413),
        (["Content-Length: 99999999999999999999"], 400),
        (["Content-Length: -1"], 400),
        (["Content-Length: +5"], 400),
        (["Content-Length: 0x10"], 400),
        (["Content-Length: 2", "Content-Length: 3"], 400),
        (["Content-Length: ²"], 400),
        (["Transfer-Encoding: chunked"], 411),
        (["Transfer-Encoding: chunked", "Content-Length: 2"], 411),
        (["Content-Length: 2"], 415),
        (["Content-Length: 2", "Content-Type: text/plain"], 415),
        (["Content-Length: 9", "Content-Type: application/json"], 400),
    ],
)
def test_a_body_whose_end_is_unsure_or_far_goes_nowhere(
    console: Any, visitor: Visitor, headers: list[str], status: int
) -> None:
    line = posted(visitor, *headers, body=b"{}")

    assert line.split()[1] == str(status).encode()
    assert console.gateway.calls == []


def test_what_follows_a_request_is_not_another(console: Any, visitor: Visitor) -> None:
    second = f"POST /api/queues/shop/purge HTTP/1.1\r\nHost: localhost:{visitor.port}\r\n\r\n".encode()

    answer = visitor.says(
        f"GET /api/queues HTTP/1.1\r\nHost: 127.0.0.1:{visitor.port}\r\nCookie: {visitor.headers['Cookie']}\r\n"
        "Sec-Fetch-Site: same-origin\r\nConnection: keep-alive\r\n\r\n".encode()
        + second
    )

    assert answer.count(b"HTTP/1.0 ") == 1
    assert console.gateway.calls == ["GET /queues"]


NO_REQUEST = {
    "nothing": b"\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01",
    "a word": b"GET\r\n\r\n",
    "http 0.9": b"GET /\r\n\r\n",
    "http 9.9": b"GET / HTTP/9.9\r\n\r\n",
    "a long line": b"GET /" + b"a" * 70_000,
    "a long header": b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
}


@pytest.mark.parametrize("text", NO_REQUEST.values(), ids=NO_REQUEST)
def test_what_is_no_request_gets_a_problem_or_nothing(visitor: Visitor, text: bytes, capfd: Any) -> None:
    answer = visitor.says(text)

    assert b"<html" not in answer
    assert b"Traceback" not in answer
    assert visitor.asks("/").status == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("value", ["x%0d%0aSet-Cookie:%20a=b", "x%0aEvil:%201", "%00"])
def test_no_header_can_be_put_in(console: Any, visitor: Visitor, value: str) -> None:
    told = visitor.asks(f"/api/tasks/{value}")
    visitor.asks(f"/api/tasks?name={value}")

    assert told.status == 404
    assert "Evil" not in told.headers
    assert [headers for headers in console.gateway.headers if "Evil" in headers] == []


def test_a_request_that_drips_in_ends_after_its_time(open_console: Callable[..., Any]) -> None:
    console = open_console(request_timeout_s=0.3)
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", console.server.port), timeout=60) as connection:
        answer = b""
        for byte in f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{console.server.port}\r\nX: {'y' * 200}".encode():
            try:
                connection.send(bytes([byte]))
            except ConnectionError:
                break
            connection.settimeout(0.01)
            try:
                answer += connection.recv(100)
                break
            except TimeoutError:
                continue
        else:
            pytest.fail("all of it was taken")

    assert answer == b""
    assert time.monotonic() - began > 0.2
    assert Visitor(console.server).asks("/").status == 200


def test_a_body_that_does_not_come_is_told_of(open_console: Callable[..., Any]) -> None:
    console = open_console(request_timeout_s=1)
    visitor = Visitor(console.server)

    told = visitor.asks("/api/schedules", "POST", headers={"Content-Length": "100", "Content-Type": "application/json"})

    assert (told.status, told.kind) == (408, "too-slow")
    assert console.gateway.calls == []


def test_a_refusal_arrives_though_nobody_read_the_body(console: Any, visitor: Visitor) -> None:
    for _ in range(5):
        told = visitor.changes("/api/schedules", {"name": "x" * 800_000}, headers={"Cookie": None})
        assert (told.status, told.kind) == (401, "no-session")


def test_a_browser_that_goes_away_is_nothing_to_speak_of(console: Any, visitor: Visitor, capfd: Any) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", visitor.port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert visitor.asks("/").status == 200
    assert capfd.readouterr().err == ""


def test_it_listens_on_this_machine_only(console: Any) -> None:
    assert console.server.server_address[0] == serving.HOST == "127.0.0.1"
