"""A web application outside of AWS: the example's own tests, with the deployment's name and nothing else."""

import os
import subprocess
import sys

import pytest

from local.deploy import ROOT
from local.system import System

pytestmark = pytest.mark.cloud


def test_an_api_sends_tasks_to_a_deployment_and_reads_their_results(system: System) -> None:
    environment = system.environment() | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(ROOT / "functions"),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "."]
    done = subprocess.run(
        command,
        cwd=ROOT / "examples/fastapi",
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
