import ast
import shlex

import pytest

from local.endpoint import Endpoint
from local.hints import hints
from local.outputs import Outputs
from local.system import System


@pytest.fixture
def lines() -> list[str]:
    return hints(System(Endpoint("http://127.0.0.1:4566"), Outputs("abc", "files", "payloads", "results", "users")))


def test_every_hint_is_one_shell_command(lines: list[str]) -> None:
    first, *calls = lines

    assert shlex.split(first) == ["API=http://127.0.0.1:4566/_aws/execute-api/abc/v1"]
    for call in calls[:-4]:
        words = shlex.split(call, comments=True)
        assert words[0] == "curl"
        assert words[-1].startswith("$API/")


def test_a_client_in_python_is_told_all_that_it_must_set(lines: list[str]) -> None:
    export, *variables = shlex.split(lines[-4])
    assert export == "export"
    assert dict(variable.split("=", 1) for variable in variables) == {
        "CELERIAC_DEPLOYMENT": "celeriac-local",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }

    assert [shlex.split(line, comments=True)[:2] for line in lines[-3:-1]] == [
        [".venv/bin/celeriac", "console"],
        [".venv/bin/celeriac", "events"],
    ]
    *command, program = shlex.split(lines[-1])
    assert command == [".venv/bin/python", "-c"]
    ast.parse(program)
