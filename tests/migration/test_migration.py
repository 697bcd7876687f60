"""A migration: an application that was written for Celery, and its tests, with no change but in what they import.

`application/` is as it is for Celery, and is first run on Celery, so that it cannot be fitted to Celeriac by mistake.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = Path(__file__).parent / "application"
TESTS = 28


def codemod() -> str:
    """The line that the guide gives for the change."""
    guide = (ROOT / "docs/celery.md").read_text()
    (block,) = re.findall(r"^```sh\n(find .*?sed .*?)\n```$", guide, re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture
def application(tmp_path: Path) -> Path:
    return Path(shutil.copytree(APPLICATION, tmp_path / "application", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def migrated(application: Path) -> Path:
    subprocess.run(["/bin/bash", "-euc", codemod()], cwd=application, check=True)
    return application


def pytest_of(folder: Path) -> str:
    """What pytest says of an application's tests; they must all pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "."]
    environ = os.environ | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "functions")]),
    }
    ended = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == 0, ended.stdout
    assert f"{TESTS} passed" in ended.stdout
    return ended.stdout


def test_the_application_is_one_for_celery(application: Path) -> None:
    assert "celeriac" not in "".join(file.read_text() for file in application.rglob("*.py"))
    pytest_of(application)


def test_it_runs_on_celeriac_when_its_imports_say_so(migrated: Path) -> None:
    said = pytest_of(migrated)
    assert set(re.findall(r"UserWarning: (\w+) has no effect", said)) == {
        "broker_transport_options",
        "broker_url",
        "result_backend",
    }


def test_nothing_but_what_is_imported_is_changed(migrated: Path) -> None:
    changed = [
        line[1:]
        for file in APPLICATION.rglob("*.py")
        for line in difflib.ndiff(
            file.read_text().splitlines(), (migrated / file.relative_to(APPLICATION)).read_text().splitlines()
        )
        if line.startswith("+ ")
    ]
    assert len(changed) == 12
    assert [line for line in changed if not re.match(r" (from|import) celeriac| pytest_plugins = ", line)] == []
