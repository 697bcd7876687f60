"""MiniStack: Celery's tasks as workers that the real CDK app deploys, one for each process that runs tests."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.cloud import ROOT, Cloud
from local.deploy import Deployer
from local.endpoint import Endpoint
from local.outputs import DEPLOYMENT
from local.runtime import Runtime
from tests.celery_suite.distribution import CACHE
from tests.celery_suite.processes import worker_of

__all__ = ["deployed"]

HERE = Path(__file__).parent
FOLDER = CACHE / "ministack"
APP = ROOT / "tests/end_to_end/deployed_app.py"
PACKED = ("aliases", "placeholders", "processes", "stand_ins", "suite_app")
"""The harness' own modules that a worker needs to import Celery's tasks."""
WHEELS = ("pydantic", "redis")


@contextmanager
def deployed(distribution: Path, witnesses: Sequence[int]) -> Iterator[dict[str, str]]:
    """Deploy a worker for each witness, named by its port; yields the environment that makes a process a producer."""
    functions = _functions(distribution, witnesses)
    cloud = Cloud(FOLDER / "cloud")
    try:
        endpoint = cloud.start()
        app = f"{sys.executable} {APP} {functions}"
        Deployer(endpoint, FOLDER / "deploy", Runtime.of(), app=app).deploy()
        _one_at_a_time(endpoint, len(witnesses))
        yield endpoint.environment() | {"CELERIAC_DEPLOYMENT": DEPLOYMENT}
    finally:
        cloud.stop()


def _functions(distribution: Path, witnesses: Sequence[int]) -> Path:
    """What the CDK app finds its workers in: the library, the HTTP side, and these."""
    functions = FOLDER / "functions"
    shutil.rmtree(functions, ignore_errors=True)
    for name in ("celeriac", "api"):
        shutil.copytree(ROOT / "functions" / name, functions / name, ignore=shutil.ignore_patterns("__pycache__"))
    for number, port in enumerate(witnesses):
        _write_worker(functions / worker_of(number), distribution, port)
    return functions


def _write_worker(folder: Path, distribution: Path, port: int) -> None:
    shutil.copytree(HERE / "worker", folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(distribution / "t", folder / "t", ignore=shutil.ignore_patterns("__pycache__", "test_*", "unit"))
    harness = folder / "tests" / HERE.name
    harness.mkdir(parents=True)
    for name in PACKED:
        shutil.copy(HERE / f"{name}.py", harness)
    (folder / "__init__.py").touch()
    wheels = [f"{name}=={importlib.metadata.version(name)}\n" for name in WHEELS]
    (folder / "requirements.txt").write_text("".join(wheels))
    with (folder / "worker.toml").open("a") as file:
        file.write(f'\n[environment]\nREDIS_HOST = "127.0.0.1"\nREDIS_PORT = "{port}"\n')


def _one_at_a_time(endpoint: Endpoint, workers: int) -> None:
    """Celery's tests expect a worker that does one thing after the other."""
    client = endpoint.client("lambda")
    for number in range(workers):
        name = f"{DEPLOYMENT}-{worker_of(number)}"
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
