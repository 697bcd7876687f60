"""The pytest plugin: its fixtures do what Celery's do, under both names. Each test is a run of pytest on its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., str]
CONFTEST = "import pytest\npytest_plugins = ('celeriac.contrib.pytest',)\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a test module and gives back what pytest says."""

    def run(test: str, conftest: str = "") -> str:
        (tmp_path / "conftest.py").write_text(CONFTEST + conftest)
        (tmp_path / "test_it.py").write_text("import pytest\nfrom celeriac import *\n" + test)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-W",
            "error",
            "--strict-markers",
            "-p",
            "no:cacheprovider",
            ".",
        ]
        # A process of its own: pytest within pytest would share this one's current app, and its plugins.
        ended = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.stdout + ended.stderr

    return run


TASK = """
@shared_task
def add(x, y):
    return x + y
"""


@pytest.mark.parametrize("name", ["celery", "celeriac"])
def test_a_worker_runs_the_tasks_of_its_app_and_the_shared_ones(run: Run, name: str) -> None:
    said = run(
        TASK
        + f"""
def test_declared_here({name}_app, {name}_worker):
    @{name}_app.task
    def mul(x, y):
        return x * y
    {name}_worker.reload()
    assert mul.delay(4, 4).get(timeout=60) == 16

def test_shared({name}_worker):
    assert add.delay(1, 2).get(timeout=60) == 3

def test_the_session_has_one_too({name}_session_app, {name}_session_worker):
    assert {name}_session_app is {name}_session_app
    assert add.delay(1, 2).get(timeout=60) == 3

def test_both_names_are_one(celery_app, celeriac_app, celery_worker, celeriac_worker):
    assert celery_app is celeriac_app and celery_worker is celeriac_worker
"""
    )
    assert "4 passed" in said, said


@pytest.mark.parametrize("name", ["celery", "celeriac"])
def test_what_is_overridden_under_either_name_counts(run: Run, name: str) -> None:
    said = run(
        TASK
        + f"""
@pytest.mark.{name}(task_track_started=True)
def test_settings(celery_app, celeriac_app):
    assert (celery_app.conf.task_time_limit, celeriac_app.conf.task_track_started) == (7, True)
    assert celery_app.main == "shop"

def test_session(celery_session_worker, celeriac_session_app):
    assert "own.charge" in celeriac_session_app.tasks
    assert "json" in __import__("sys").modules
""",
        conftest=f"""
import celeriac
class Charge(celeriac.Task):
    name = "own.charge"

@pytest.fixture(scope="session")
def {name}_config():
    return {{"task_time_limit": 7, "broker_url": "memory://", "result_backend": "cache+memory://"}}

@pytest.fixture(scope="session")
def {name}_parameters():
    return {{"name": "shop"}}

@pytest.fixture(scope="session")
def {name}_includes():
    return ["json"]

@pytest.fixture(scope="session")
def {name}_class_tasks():
    return [Charge]

@pytest.fixture(scope="session")
def {name}_worker_parameters():
    return {{"shutdown_timeout": 60, "perform_ping_check": False}}
""",
    )
    assert "2 passed" in said, said


@pytest.mark.parametrize("name", ["celery", "celeriac"])
def test_the_worker_may_be_that_of_the_applications_own_app(run: Run, name: str) -> None:
    said = run(
        f"""
app = Celeriac("shop")

@app.task
def charge(amount):
    return amount

@pytest.fixture
def {name}_app():
    return app

def test_charge({name}_worker):
    assert charge.delay(5).get(timeout=60) == 5
"""
    )
    assert "1 passed" in said, said


def test_a_trap_and_the_current_app(run: Run) -> None:
    said = run(
        TASK
        + """
@pytest.fixture(scope="session")
def use_celery_app_trap():
    return True

def test_trapped(celery_app):
    with pytest.raises(RuntimeError, match="depends on the current app"):
        add.delay(1, 2)

@pytest.mark.usefixtures("depends_on_current_app")
def test_current(celery_app):
    assert current_app == celery_app
"""
    )
    assert "2 passed" in said, said
