"""The examples are whole applications, and their own tests pass in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.worker_folders import discover_workers

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


def test_every_example_is_tested() -> None:
    assert {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()} == {"django", "fastapi", "flask"}


@pytest.mark.parametrize("name", ["django", "fastapi", "flask"])
def test_an_example_works(name: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-c", os.devnull, "-p", "no:cacheprovider", "."]
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("CELERIAC_", "DJANGO_"))}
    environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT / "functions")}
    ended = subprocess.run(
        command, cwd=EXAMPLES / name, env=environ, capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("name", ["django", "fastapi", "flask"])
def test_an_examples_worker_has_the_shape_that_is_deployed(name: str) -> None:
    assert len(discover_workers(EXAMPLES / name / "functions")) == 1
