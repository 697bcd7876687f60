"""The page about the command line is executed: each command is run, and prints what the page says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from celeriac import Celeriac
from celeriac.cli.program import program
from celeriac.cli.session import Session
from celeriac.testing import Twin

PAGE = (Path(__file__).parents[2] / "docs/cli.md").read_text()
app = Celeriac("greet", set_as_current=False)


@app.task(name="greet.hello")
def hello(name: str) -> str:
    return f"Hello, {name}"


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command of the page, and the lines that it prints there."""
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        for part in block.split("$ celeriac ")[1:]:
            command, *printed = part.splitlines()
            yield command, [line.rstrip() for line in printed]


def test_the_commands_of_the_page_print_what_it_says() -> None:
    with Twin(app) as twin:
        bare = Celeriac("celeriac", set_as_current=False)
        bare.connect(twin.services)
        for command, printed in commands():
            ended = CliRunner().invoke(program, shlex.split(command), obj=Session(given=bare))
            assert ended.exit_code == 0, ended.stderr
            shown = [line.rstrip() for line in ended.stdout.splitlines()]
            assert shown[: len(printed)] == printed, command
            twin.run()


@pytest.mark.parametrize("command", [*program.registered_commands], ids=lambda command: str(command.name))
def test_every_command_has_its_place_on_the_page(command: Any) -> None:
    name = command.name or command.callback.__name__
    assert re.search(rf"`(celeriac )?{name}\b|\$ celeriac {name}\b", PAGE), name


@pytest.mark.parametrize(
    ("modules", "dear"),
    [
        ("celeriac.worker, celeriac.dead_letters", r"(typer|rich|celeriac\.(cli|operations))\b"),
        ("api.handler", r"(typer|rich|celeriac\.cli)\b"),  # whose routes for operators do need the operations
    ],
)
def test_no_function_carries_what_only_the_command_line_needs(modules: str, dear: str) -> None:
    functions = Path(__file__).parents[2] / "functions"
    wheels = "\n".join(file.read_text() for file in functions.glob("*/requirements.txt"))
    assert not re.search(r"^(typer|rich)\b", wheels, re.MULTILINE)
    program = f"import sys, {modules}; print(*sys.modules)"
    environ = {"PYTHONPATH": str(functions), "CELERIAC_TABLE": "t", "CELERIAC_PAYLOADS": "p", "CELERIAC_QUEUES": "{}"}
    ended = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert {name for name in ended.stdout.split() if re.match(dear, name)} == set()
