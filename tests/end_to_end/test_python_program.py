"""A program outside AWS: it knows the deployment's name, and nothing else."""

import json
import subprocess
import sys
from typing import Any

import pytest

from local.system import System

pytestmark = pytest.mark.cloud

SENDER = """
import json
from celeriac import Celeriac

app = Celeriac("web")
sums = [app.send_task("probe.add", args=[n, n]) for n in range(3)]
failing = app.send_task("probe.fail", kwargs={"reason": "no such thing"})
print(json.dumps([result.get(timeout=120) for result in sums]))
try:
    failing.get(timeout=120)
except Exception as error:
    print(json.dumps([type(error).__name__, str(error), failing.state]))
"""
CHAIN = """
import json
from celeriac import Celeriac, chain

app = Celeriac("web")
add = "probe.add"
steps = chain(app.signature(add, [1, 2]), app.signature(add, [3]), app.signature(add, [4]))
print(json.dumps(steps().get(timeout=120)))
"""


def test_a_program_sends_tasks_and_gets_their_results_and_errors(system: System) -> None:
    assert printed(system, SENDER) == [[0, 2, 4], ["ValueError", "no such thing", "FAILURE"]]


def test_each_step_of_a_chain_gets_the_result_of_the_one_before(system: System) -> None:
    assert printed(system, CHAIN) == [1 + 2 + 3 + 4]


def printed(system: System, program: str) -> list[Any]:
    """What a program of its own process prints, a JSON value a line."""
    command, environment = [sys.executable, "-c", program], system.environment()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
