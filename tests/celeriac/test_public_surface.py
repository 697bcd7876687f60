"""What the library shows to the world, and what it costs to look at it."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import celeriac
from celeriac import exceptions

FOLDER = Path(celeriac.__file__).parent
NAMES = ["celeriac", *(f"celeriac.{module.name}" for module in pkgutil.iter_modules([str(FOLDER)]))]
MODULES = sorted({*NAMES, *(module.name for module in pkgutil.walk_packages([str(FOLDER)], "celeriac."))})
FILES = sorted(FOLDER.rglob("*.py"))
TOUCH_AWS = {"aws.py", "broker.py", "config.py", "scheduler.py", "storage.py"}
TOUCH_AWS |= {"console/signing.py", "console/upstream.py"}


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


def test_a_module_says_what_it_is_for(module: ModuleType) -> None:
    assert module.__doc__


def test_the_public_names_of_a_module_exist_and_are_documented(module: ModuleType) -> None:
    if module.__name__ == "celeriac.limits":
        return  # constants, each with its page
    assert sorted(set(module.__all__)) == sorted(module.__all__), "each name once"
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, f"{module.__name__}.{name} has no docstring"


def test_the_public_methods_of_a_module_are_documented(module: ModuleType) -> None:
    classes = [
        value for value in vars(module).values() if inspect.isclass(value) and not value.__name__.startswith("_")
    ]
    undocumented = [
        f"{kind.__name__}.{name}"
        for kind in classes
        if kind.__module__ == module.__name__ and not getattr(kind, "_is_protocol", False)
        for name, member in vars(kind).items()
        if inspect.isfunction(member) and not name.startswith("_") and not inspect.getdoc(getattr(kind, name))
    ]
    assert undocumented == []


@pytest.mark.parametrize("name", celeriac.__all__)
def test_the_names_of_celery_can_be_had_from_the_package(name: str) -> None:
    assert getattr(celeriac, name) is not None


CELERYS_NAMES = {"CeleryError", "InvalidTaskError", "BackendError", "BackendGetMetaError", "BackendStoreError"}


def test_every_error_is_public_and_one_root_catches_them_all() -> None:
    errors = {
        name
        for name, value in vars(exceptions).items()
        if inspect.isclass(value) and value.__module__ == exceptions.__name__
    }
    warned = {name for name in errors if issubclass(getattr(exceptions, name), Warning)}
    assert errors | CELERYS_NAMES == {*exceptions.__all__}
    assert all(issubclass(getattr(exceptions, name), exceptions.CeleriacError) for name in errors - warned)


@pytest.mark.parametrize(
    "path",
    [
        "app.Celeriac", "app.base.Celeriac", "app.task.Task", "app.task.Context", "app.app_or_default",
        "app.shared_task", "utils.log.get_task_logger", "utils.uuid", "uuid", "exceptions.CeleryError",
        "signals.worker_process_init", "signals.celeryd_init", "signals.beat_init", "contrib.pytest.celery_app",
    ],
)  # fmt: skip
def test_what_celery_code_bases_import_is_where_they_look_for_it(path: str) -> None:
    module, _, name = f"celeriac.{path}".rpartition(".")
    assert getattr(importlib.import_module(module), name) is not None


def test_the_tree_in_the_docstring_is_the_tree_of_the_code() -> None:
    drawn: list[tuple[str, str]] = []
    path: list[str] = []
    for line in (exceptions.__doc__ or "").splitlines():
        name = line.lstrip(" │├└─").split(" ")[0]
        if name in exceptions.__all__:
            depth = (len(line) - len(line.lstrip(" │├└─"))) // 4 - 1
            path[depth:] = [name]
            drawn += [(name, path[depth - 1])] if depth else []
    assert dict(drawn) == {
        name: kind.__bases__[0].__name__
        for name in exceptions.__all__
        if (kind := getattr(exceptions, name)).__name__ == name != "CeleriacError" and not issubclass(kind, Warning)
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_a_file_can_be_read_in_one_go(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 300


def test_what_one_module_takes_from_another_is_public() -> None:
    taken = {
        (node.module, name.name)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module in MODULES
        for name in node.names
        if f"{node.module}.{name.name}" not in MODULES
    }
    assert [(module, name) for module, name in taken if name not in importlib.import_module(module).__all__] == []


def test_only_the_adapters_touch_aws() -> None:
    touching = {
        str(file.relative_to(FOLDER))
        for file in FILES
        if file.parent.name not in {"dynamodb", "amazon"}
        and any(word in file.read_text() for word in ("aws.client", "import boto", "from boto"))
    }
    assert touching <= TOUCH_AWS


DEAR = ["asyncio", "boto3", "botocore", "ssl", "urllib3", "http.client", "unittest", "xml.etree"]
"""What costs tens of milliseconds of each cold start."""


@pytest.mark.parametrize("name", ["celeriac", "celeriac.worker", "celeriac.result", "celeriac.exceptions"])
def test_declaring_tasks_loads_nothing_that_is_dear(name: str) -> None:
    program = f"import sys, {name}; print([m for m in {DEAR} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
