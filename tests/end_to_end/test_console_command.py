"""The console before what is deployed: it finds the API by the deployment's name, and its calls are taken."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from local import command_line
from local.system import System
from tests.ports import reserved_port

pytestmark = pytest.mark.cloud

OURS = {"Sec-Fetch-Site": "same-origin", "X-Celeriac-Console": "1"}
Asks = Callable[[str, str], tuple[int, Any]]


@pytest.fixture(scope="module")
def asks(system: System) -> Iterator[Asks]:
    """Ask a console, in a process of its own, as its page does; returns a status and the document."""
    words = ["console", "--no-browser", "--quiet", "--port", str(reserved_port())]
    with command_line.begin(system, *words, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            url = urlsplit(process.stdout.readline().strip())
            with closing(HTTPConnection(url.netloc, timeout=60)) as connection:
                connection.request("GET", f"/?{url.query}")
                cookie = str(connection.getresponse().headers["Set-Cookie"]).partition(";")[0]

            def ask(method: str, path: str) -> tuple[int, Any]:
                with closing(HTTPConnection(url.netloc, timeout=60)) as connection:
                    connection.request(method, path, headers={**OURS, "Cookie": cookie})
                    answer = connection.getresponse()
                    return answer.status, json.loads(answer.read())

            yield ask
        finally:
            process.terminate()


def test_the_page_learns_which_cloud_it_is_about(asks: Asks, system: System) -> None:
    status, context = asks("GET", "/context.json")

    assert (status, context["deployment"], context["endpoint"]) == (200, "celeriac-local", system.endpoint.url)


def test_the_page_sees_the_queues_of_the_deployment(asks: Asks) -> None:
    status, document = asks("GET", "/api/queues")

    assert status == 200, document
    assert {"notify", "process_pdf", "thumbnail"} <= {queue["name"] for queue in document["queues"]}


def test_the_page_operates_them(asks: Asks) -> None:
    try:
        assert asks("POST", "/api/queues/notify/pause")[0] == 202
    finally:
        status, queue = asks("POST", "/api/queues/notify/resume")

    assert (status, queue["name"]) == (202, "notify")


def test_what_the_api_does_not_know_is_told_as_the_api_tells_it(asks: Asks) -> None:
    status, problem = asks("GET", "/api/tasks/nobody%20sent%20it")

    assert (status, problem["type"]) == (404, "urn:celeriac:problem:task-not-found")
