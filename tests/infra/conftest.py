"""A deployment synthesized once for all tests, from worker folders that are written here."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.app import check, compose

ROOT = Path(__file__).resolve().parents[2]

Template = dict[str, Any]
Write = Callable[[Path, Mapping[str, str]], Path]
Synthesize = Callable[..., dict[str, Template]]

WORKERS = {
    "notify": """
        list_tasks = true

        [schedules.daily_report]
        cron = "0 23 * * ? *"
        timezone = "Europe/Berlin"
        task = "notify.daily_report"
        kwargs = { days = 1 }

        [[permissions]]
        actions = ["ses:SendEmail"]
        resources = ["arn:aws:ses:{region}:{account}:identity/*"]
    """,
    "process_pdf": 'uses = ["notify"]',
    "thumbnail": """
        memory_mb = 1769
        timeout_s = 120
        batch_size = 20
        batch_window_s = 2
        max_concurrency = 10
        concurrency = 4
        max_receives = 3

        [queues.bulk]
        max_concurrency = 2
        batch_size = 100
        batch_window_s = 5
        max_receives = 8

        [queues.fast]
        priority = 5

        [queues.ordered]
        fifo = true

        [environment]
        FILES_BUCKET = "{files_bucket}"

        [[permissions]]
        actions = ["s3:GetObject"]
        resources = ["arn:aws:s3:::{files_bucket}/images/*"]
    """,
}


@pytest.fixture(scope="session")
def write_workers() -> Write:
    """Write worker folders, by name and worker.toml, beside a library and an HTTP producer; returns their root."""

    def write(root: Path, workers: Mapping[str, str]) -> Path:
        for name, text in {"celeriac": None, "api": None, **workers}.items():
            folder = root / name
            folder.mkdir(parents=True)
            (folder / "__init__.py").touch()
            if text is not None:
                (folder / "worker.toml").write_text(text)
        return root

    return write


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Synthesize without bundling; returns the templates by "storage", "workers", "api" and "monitoring"."""

    def synthesize(functions: Path, *, checked: bool = False, **context: object) -> dict[str, Template]:
        defaults = json.loads((ROOT / "cdk.json").read_text())["context"]
        skip_bundling: dict[str, list[str]] = {"aws:cdk:bundling-stacks": []}
        app = App(context=defaults | skip_bundling | context, outdir=str(tmp_path_factory.mktemp("cdk.out")))
        compose(app, functions)
        if checked:
            check(app)
        return {stack.stack_name.split("-")[-1]: stack.template for stack in app.synth().stacks}

    return synthesize


@pytest.fixture(scope="session")
def templates(
    write_workers: Write, synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Template]:
    """The deployment's templates."""
    return synthesize(write_workers(tmp_path_factory.mktemp("functions"), WORKERS))


@pytest.fixture(scope="session")
def resources(templates: dict[str, Template]) -> Callable[[str, str], dict[str, Template]]:
    """The resources of a type in a stack: their properties, by logical id."""

    def of_type(stack: str, kind: str) -> dict[str, Template]:
        found = templates[stack]["Resources"].items()
        return {key: resource["Properties"] for key, resource in found if resource["Type"] == f"AWS::{kind}"}

    return of_type


@pytest.fixture(scope="session")
def flat() -> Callable[[Any], Any]:
    """Write a value of a template with its intrinsics as ${text}, so that it can be compared and read."""
    return _flat


def _flat(value: Any) -> Any:
    match value:
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::ImportValue": name}:
            return f"${{{name}}}"
        case {"Fn::Join": [delimiter, parts]}:
            return delimiter.join(str(_flat(part)) for part in parts)
        case dict():
            return {key: _flat(child) for key, child in value.items()}
        case list():
            return [_flat(child) for child in value]
        case _:
            return value
