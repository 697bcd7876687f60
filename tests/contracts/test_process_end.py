"""The end of a worker's process, as Lambda tells of it: against an Extensions API that answers as AWS documents."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

PROGRAM = """
import os, sys
from celeriac import Celeriac, signals
from celeriac.worker import Worker

app = Celeriac("office")

def tell(signal=None, sender=None, **about):
    assert sender.app is app
    print(signal.name, sorted(about), flush=True)

for name in sys.argv[1:]:
    getattr(signals, name).connect(tell)
Worker(app)
os.write(1, b"ready\\n")  # past sys.stdout, which a receiver could not print to while this process is inside it
sys.stdin.read()
"""


class ExtensionsAPI:
    """What Lambda offers a function's extensions at AWS_LAMBDA_RUNTIME_API."""

    def __init__(self, status: int) -> None:
        self.calls: list[tuple[str, str | None, Any]] = []
        self.waits = threading.Event()
        api, over = self, threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # http.server's name
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                api.calls.append((self.path, self.headers["Lambda-Extension-Name"], body))
                self.send_response(status)
                self.send_header("Lambda-Extension-Identifier", "extension-1")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:  # http.server's name
                api.calls.append((self.path, self.headers["Lambda-Extension-Identifier"], None))
                api.waits.set()
                over.wait()  # an internal extension is told of nothing

            def log_message(self, *_: object) -> None: ...

        self._over = over
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(params=[200])
def api(request: pytest.FixtureRequest) -> Iterator[ExtensionsAPI]:
    api = ExtensionsAPI(request.param)
    yield api
    api.stop()


def begun(host: str, *receivers: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *receivers],
        env={"PYTHONPATH": ":".join(sys.path), "AWS_LAMBDA_RUNTIME_API": host},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def ended(process: subprocess.Popen[str]) -> tuple[list[str], str, int]:
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    return out.splitlines(), err, process.returncode


def test_a_process_is_told_of_its_end_where_a_receiver_waits_for_it(api: ExtensionsAPI) -> None:
    process = begun(api.host, "worker_process_shutdown", "worker_shutdown", "worker_shutting_down")
    assert api.waits.wait(30)
    out, _, code = ended(process)
    assert out == [
        "worker_shutting_down ['exitcode', 'how', 'sig']",
        "worker_process_shutdown ['exitcode', 'pid']",
        "worker_shutdown []",
    ]
    assert code == 0
    assert api.calls == [
        ("/2020-01-01/extension/register", "celeriac-shutdown", {"events": []}),
        ("/2020-01-01/extension/event/next", "extension-1", None),
    ]


def test_where_nobody_waits_for_the_end_no_extension_is_registered(api: ExtensionsAPI) -> None:
    out, _, code = ended(begun(api.host))
    assert (out, code, api.calls) == ([], -signal.SIGTERM, [])


@pytest.mark.parametrize("api", [403], indirect=True)
def test_a_worker_starts_where_no_extension_can_be_registered_and_says_so(api: ExtensionsAPI) -> None:
    out, err, _ = ended(begun(api.host, "worker_shutdown"))
    assert out == []
    assert "no extension could be registered" in err
    assert "403" in err
