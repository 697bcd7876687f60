"""`celeriac console`: a process that somebody starts, and ends with Ctrl-C."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from celeriac.cli.program import program
from tests.ports import reserved_port


@contextmanager
def started(*options: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """The command, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "celeriac", "console", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def status_of(url: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return connection.getresponse().status
    finally:
        connection.close()


def test_it_prints_its_address_serves_and_ends_well_with_ctrl_c(console: Any) -> None:
    port = reserved_port()
    with started("--no-browser", "--quiet", "--port", str(port), "--api", console.gateway.url) as process:
        url = first_line(process)
        assert url.startswith(f"http://127.0.0.1:{port}/?token=")
        assert (status_of(url), status_of(f"http://127.0.0.1:{port}/?token=wrong")) == (303, 401)

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert (process.returncode, out, err) == (0, "", "")


def test_a_script_gets_its_address_in_json(console: Any) -> None:
    with started("--no-browser", "--json", "--port", str(reserved_port()), "--api", console.gateway.url) as process:
        lines = [first_line(process) for _ in range(3)]

    assert status_of_nobody(json.loads("".join(lines))["url"])


def status_of_nobody(url: str) -> bool:
    """Whether the console has ended with its process."""
    with pytest.raises(ConnectionRefusedError):
        status_of(url)
    return True


def test_it_opens_the_browser_that_the_machine_has(console: Any, tmp_path: Path) -> None:
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    options = ("--quiet", "--port", str(reserved_port()), "--api", console.gateway.url)
    with started(*options, BROWSER=f"{browser} %s") as process:
        url = first_line(process)
        assert status_of(url) == 303  # it answers after the browser was started

    assert opened.read_text().strip() == url


def told(*words: str) -> tuple[int, str]:
    """With which code a console ends that does not come to serve, and what it says."""
    ended = CliRunner().invoke(program, ["console", "--no-browser", *words])
    assert ended.stdout == ""
    return ended.exit_code, ended.stderr


def test_a_port_that_is_taken_is_told_of_with_another(console: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said = told("--port", str(port), "--api", console.gateway.url)

    assert code == 1
    assert said.startswith(f"celeriac: port {port} is taken, perhaps by another console: end that, or choose one")
    assert said.endswith(f" --port {port + 1}\n")


def test_two_consoles_do_not_share_a_port(console: Any) -> None:
    assert told("--port", str(console.server.port), "--api", console.gateway.url)[0] == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--api", "http://example.com"], 78, "must begin with https://"),
        ([], 78, "set CELERIAC_DEPLOYMENT"),
        (["--port", "80"], 2, "1024"),
        (["--host", "10.0.0.1"], 2, "No such option"),
    ],
)
def test_what_cannot_be_meant_is_told_of(aws_credentials: None, words: list[str], code: int, said: str) -> None:
    ended = told(*words)

    assert ended[0] == code
    assert said in ended[1]
