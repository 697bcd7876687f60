"""Each function's package holds all that its handler imports, beside what Lambda itself has.

The packages are built for this machine and imported by the embedded AWS's Python, as it will do with them: alone, with
only boto3's own requirements allowed from its site-packages, so that nothing installed there stands in for a wheel
that a requirements.txt forgot.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.bundling import Bundle, bundle_of_console, bundle_of_library, bundle_of_producer, bundle_of_worker
from infra.target import Target
from infra.worker_folders import discover_workers, packages_of

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"
CLOUD_PYTHON = ROOT / ".venv-cloud/bin/python"
# What Lambda's own Python has: boto3 and what it requires.
RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six"}
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "CELERIAC_DEPLOYMENT": "celeriac-test",
    "CELERIAC_TABLE": "results",
    "CELERIAC_PAYLOADS": "payloads",
    "CELERIAC_QUEUES": "{}",
}
IMPORT = """
import importlib, json, sys
before = set(sys.modules)
bundle, *modules = sys.argv[1:]
sys.path.insert(0, bundle)
for module in modules:
    importlib.import_module(module)
print(json.dumps({name: str(getattr(sys.modules[name], "__file__", None)) for name in set(sys.modules) - before}))
"""


def bundles() -> Iterator[tuple[str, list[str], Bundle]]:
    """Every function's name, the modules that it must be able to import, and its package."""
    target = Target.parse("host", f"3.{sys.version_info.minor}")
    workers = discover_workers(FUNCTIONS)
    for worker in workers:
        packages = packages_of(worker, workers)
        modules = [f"{worker.name}.handler", *(f"{used}.tasks" for used in packages)]
        yield worker.name, modules, bundle_of_worker(FUNCTIONS, worker.name, packages, target)
    names = tuple(worker.name for worker in workers)
    modules = ["api.handler", "api.arrivals", *(f"{name}.tasks" for name in names)]
    yield "api", modules, bundle_of_producer(FUNCTIONS, names, target)
    yield "dead_letters", ["celeriac.dead_letters"], bundle_of_library(FUNCTIONS, target)
    yield "console", ["celeriac.console.hosted"], bundle_of_console(FUNCTIONS, target)


@pytest.mark.parametrize(("modules", "bundle"), [pytest.param(*rest, id=name) for name, *rest in bundles()])
def test_a_package_imports_alone(modules: list[str], bundle: Bundle, tmp_path: Path) -> None:
    bundle.build(tmp_path)

    done = subprocess.run(
        [str(CLOUD_PYTHON), "-I", "-c", IMPORT, str(tmp_path), *modules],
        env=ENVIRONMENT,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    outside = {name for name, file in loaded.items() if "site-packages" in file and not file.startswith(str(tmp_path))}
    assert {name.partition(".")[0] for name in outside} <= RUNTIME
    assert all(loaded[module].startswith(str(tmp_path)) for module in modules)
