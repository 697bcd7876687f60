"""The console's server: the page, what it has to know, and its calls to the API, for one browser on this machine."""

from __future__ import annotations

import io
import json
import os
import socket
import socketserver
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from celeriac.console.answer import Answer
from celeriac.console.body import read_body
from celeriac.console.deadline import ReadByDeadline
from celeriac.console.page_files import CONTEXT, INDEX, PAGE, PageFiles
from celeriac.console.policy import headers_of
from celeriac.console.problems import Refused
from celeriac.console.routes import checked_path, checked_query
from celeriac.console.security import Gate
from celeriac.console.upstream import Upstream
from celeriac.console.validators import unless_known

__all__ = ["HOST", "ConsoleServer"]

HOST = "127.0.0.1"
REQUEST_TIMEOUT_S = 10
LINGER_S, LINGER_BYTES = 5, 64 * 1024
API = "api/"


class ConsoleServer(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1 when it is made; port 0 is any free one. `serve_forever` answers until `shutdown`."""

    daemon_threads = True
    request_queue_size = 64  # a browser comes with several connections at once
    # After a restart the port is free at once. On Windows the same word would let two programs have one port.
    allow_reuse_address = os.name == "posix"

    def __init__(
        self,
        upstream: Upstream,
        *,
        port: int = 0,
        read_only: bool = False,
        page: PageFiles | None = None,
        request_timeout_s: float = REQUEST_TIMEOUT_S,
    ) -> None:
        super().__init__((HOST, port), _Handler)
        self.upstream, self.read_only, self.page = upstream, read_only, page or PageFiles()
        self.request_timeout_s = request_timeout_s
        self.gate = Gate(self.port)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """The address that opens the console: whoever has it is let in."""
        return f"http://{HOST}:{self.port}/?token={self.gate.token}"

    @property
    def context(self) -> dict[str, Any]:
        """What the page has to know."""
        address = self.upstream.address
        return {
            "deployment": address.deployment,
            "region": self.upstream.region,
            "api": API.rstrip("/"),
            "read_only": self.read_only,
            "endpoint": address.endpoint,
        }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away; anything else is a fault of ours."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One request; the connection ends with it, so that nothing of one can be taken for another."""

    server: ConsoleServer
    server_version, sys_version = "celeriac-console", ""

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BufferedReader(ReadByDeadline(self.connection, self.server.request_timeout_s))

    def finish(self) -> None:
        super().finish()
        with suppress(OSError):
            _wait_for_the_other_end(self.connection)

    def do_GET(self) -> None:
        self._respond()

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base's names

    def _respond(self) -> None:
        try:
            answer = self._answer()
        except Refused as refused:
            answer = refused.answer
        except TimeoutError:
            answer = Refused(HTTPStatus.REQUEST_TIMEOUT, "too-slow", "The request did not come in time.").answer
        self._write(answer)

    def _answer(self) -> Answer:
        gate, (path, _, query) = self.server.gate, self.path.partition("?")
        gate.check_host(self.headers)
        if self.command == "GET" and path == "/" and gate.opens(query):
            return Answer.elsewhere("/", gate.cookie)
        gate.check_cookie(self.headers)
        if self.command == "GET" and path == "/":
            return self._file(INDEX)
        gate.check_origin(self.command, self.headers)
        return self._of_page(path.removeprefix("/"), query)

    def _of_page(self, path: str, query: str) -> Answer:
        """What the page asks for."""
        if path.startswith(API):
            return self._of_api(path.removeprefix(API), query)
        if self.command != "GET":
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "Use GET.")
        if path == CONTEXT:
            return Answer(HTTPStatus.OK, "application/json", json.dumps(self.server.context).encode())
        if path.startswith(PAGE):
            return self._file(path.removeprefix(PAGE))
        raise Refused(HTTPStatus.NOT_FOUND, "route-not-found", "There is nothing at this path.")

    def _file(self, name: str) -> Answer:
        known = ", ".join(self.headers.get_all("If-None-Match", [])) or None
        return unless_known(self.server.page.read(name), known)

    def _of_api(self, path: str, query: str) -> Answer:
        path, query = checked_path(self.command, path), checked_query(query)
        if self.server.read_only and self.command != "GET":
            raise Refused(HTTPStatus.FORBIDDEN, "read-only", "This console was started with --read-only.")
        return self.server.upstream.call(self.command, path, query, read_body(self.command, self.headers, self.rfile))

    def _write(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        headers = {**headers_of(answer), "Connection": "close"}
        if answer.status != HTTPStatus.NOT_MODIFIED:  # whose length would be that of what is not sent
            headers["Content-Length"] = str(len(answer.body))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 - the base's
        """Answer what cannot be read, or has a method that HTTP does not know, as any other problem."""
        status = HTTPStatus(code)
        self._write(Refused(status, "malformed-request", f"{message or status.description}.").answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Write nothing: the first line of a request may have the token in it."""


def _wait_for_the_other_end(connection: socket.socket) -> None:
    """Have the browser read the answer before its connection is closed.

    To close on a body that was refused unread would reset the connection, and the answer would be lost with it.
    """
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(LINGER_S)
    until = time.monotonic() + LINGER_S
    while connection.recv(LINGER_BYTES) and time.monotonic() < until:
        pass
