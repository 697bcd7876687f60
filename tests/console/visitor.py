"""Somebody who asks the console over HTTP, with any headers that they like."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from celeriac.console.server import ConsoleServer

__all__ = ["Told", "Visitor"]

OURS = {"Sec-Fetch-Site": "same-origin", "X-Celeriac-Console": "1"}


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def kind(self) -> str:
        """The kind of the problem that it tells of."""
        assert self.headers["Content-Type"] == "application/problem+json"
        kind: str = self.json["type"]
        return kind.removeprefix("urn:celeriac:problem:")


class Visitor:
    """The console's page in a browser that was let in; each header can be another, or be left out by None."""

    def __init__(self, server: ConsoleServer) -> None:
        self.port = server.port
        self.headers = {
            "Host": f"127.0.0.1:{server.port}",
            "Cookie": f"celeriac-console-{server.port}={server.gate.token}",
            **OURS,
        }

    def asks(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Told:
        """Send a request and read its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {**self.headers, **(headers or {})}.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None and "Content-Length" not in (headers or {}):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Told(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def changes(self, path: str, document: Any = None, headers: Mapping[str, str | None] | None = None) -> Told:
        """POST a JSON document, or nothing."""
        if document is None:
            return self.asks(path, "POST", headers=headers)
        return self.asks(
            path, "POST", json.dumps(document).encode(), {"Content-Type": "application/json", **(headers or {})}
        )

    def says(self, text: bytes) -> bytes:
        """Send bytes as they are, and nothing more; returns all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))
