"""A program outside AWS: it knows the deployment's name, and nothing else."""

import json
import subprocess
import sys

import pytest

from local.system import System

pytestmark = pytest.mark.cloud

PROGRAM = """
import json
from celeriac import Celeriac
from celeriac.exceptions import CeleriacError

app = Celeriac("web")
sums = [app.send_task("probe.add", args=[n, n]) for n in range(3)]
failing = app.send_task("probe.fail", kwargs={"reason": "no such thing"})
print(json.dumps([result.get(timeout=20) for result in sums]))
try:
    failing.get(timeout=20)
except Exception as error:
    print(json.dumps([type(error).__name__, str(error), failing.state]))
"""


def test_a_program_sends_tasks_and_gets_their_results_and_errors(system: System) -> None:
    environment = system.endpoint.environment() | {"CELERIAC_DEPLOYMENT": system.outputs.deployment}

    done = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        [0, 2, 4],
        ["ValueError", "no such thing", "FAILURE"],
    ]
