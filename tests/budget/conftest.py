"""A proxy in front of the embedded AWS that counts the requests which really cross the wire."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from celeriac import aws


@dataclass
class Wire:
    """What went over the wire since the last `clear`: requests by operation, and items in batches."""

    url: str
    requests: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)

    def clear(self) -> None:
        self.requests.clear()
        self.items.clear()

    def count(self, operation: str, body: bytes) -> None:
        self.requests[operation] += 1
        if operation == "SendMessageBatch":
            self.items[operation] += len(json.loads(body)["Entries"])
        if operation == "GetMetricData":
            self.items[operation] += len(json.loads(body)["MetricDataQueries"])
        if operation == "BatchGetItem":
            self.items[operation] += sum(len(t["Keys"]) for t in json.loads(body)["RequestItems"].values())


def _operation(command: str, path: str) -> str:
    """The operation of a request that does not name it."""
    if path.startswith("/2015-03-31/"):
        return f"{command} Lambda's {path.partition('?')[0].split('/')[2]}"
    return "CreateSchedule" if command == "POST" and path.startswith("/schedules/") else f"{command} S3"


def handler(upstream: str, wire: Wire) -> type[BaseHTTPRequestHandler]:
    host, port = urlsplit(upstream).hostname, urlsplit(upstream).port

    class Forward(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target = self.headers.get("X-Amz-Target", "")
            wire.count(target.rpartition(".")[2] or _operation(self.command, self.path), body)
            upstream_connection = http.client.HTTPConnection(str(host), port)
            upstream_connection.request(self.command, self.path, body, dict(self.headers))
            answer = upstream_connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            upstream_connection.close()

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = forward  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Stay silent."""

    return Forward


@pytest.fixture(scope="module")
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """A counting proxy that the clients of this module speak to."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    wire = Wire(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = handler(request.getfixturevalue("embedded_aws").url, wire)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        stack.callback(aws.forget_clients)
        stack.callback(thread.join)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        for name, value in {
            "ACCESS_KEY_ID": "test",
            "SECRET_ACCESS_KEY": "test",
            "DEFAULT_REGION": "us-east-1",
        }.items():
            environment.setenv(f"AWS_{name}", value)
        environment.setenv("AWS_ENDPOINT_URL", wire.url)
        thread.start()
        aws.forget_clients()
        yield wire
