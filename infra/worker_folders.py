"""Finding the workers: every folder under functions/ that holds a worker.toml is one."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from infra.names import API, ARRIVALS, CONSOLE, DEAD_LETTERS, OPERATOR
from infra.thresholds import DEFAULTS, Thresholds
from infra.toml_table import shown
from infra.worker_config import WorkerConfig

__all__ = ["WorkerConfigError", "discover_workers", "packages_of"]

FILE = "worker.toml"
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")  # a function's name has 64 characters, 25 of them the deployment's
DECLARES = re.compile(r"beat_schedule|add_periodic_task", re.IGNORECASE)
TAKEN = {
    "celeriac": "the library",
    API: "the HTTP producer",
    ARRIVALS: "the function for arrivals in S3",
    CONSOLE: "the function for the console",
    DEAD_LETTERS: "the function for dead letters",
    OPERATOR: "the function for operators",
}
# What Lambda's Python has on its path beside the standard library: /var/task comes before it.
IN_THE_RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six", "awslambdaric"}


class WorkerConfigError(ValueError):
    """Raised when a worker's folder or worker.toml is wrong; `problems` lists all that is, by file and key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def discover_workers(functions: Path, thresholds: Thresholds = DEFAULTS) -> tuple[WorkerConfig, ...]:
    """Read every worker under `functions`, in the order of their names; WorkerConfigError tells all that is wrong.

    `thresholds` are those of a worker whose worker.toml has no others.
    """
    problems: list[str] = []
    files = sorted(functions.glob(f"*/{FILE}"))
    workers = tuple(
        WorkerConfig.parse(file.parent.name, _read(file, problems), _shown(file), problems, thresholds)
        for file in files
    )
    installed = packages_distributions()
    for file in files:
        if problem := _name_problem(file.parent.name, installed):
            problems.append(f"{_shown(file)}: the folder's name {problem}")
    problems.extend(_uses_problems(workers, functions))
    problems.extend(_beat_problems(workers, functions))
    if problems:
        raise WorkerConfigError(problems)
    return workers


def _read(file: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError, ValueError) as error:
        problems.append(f"{_shown(file)}: cannot be read as TOML: {error}")
        return {}


def _name_problem(name: str, installed: Mapping[str, list[str]]) -> str | None:
    if not NAME.fullmatch(name):
        return f"must match {NAME.pattern}, not {shown(name)}"
    if name in TAKEN:
        return f"{name!r} is taken by {TAKEN[name]}"
    if name in sys.stdlib_module_names:
        return f"{name!r} would hide the standard library's module"
    if name in IN_THE_RUNTIME or name in installed:
        return f"{name!r} would hide the installed package {', '.join(installed.get(name, [name]))}"
    return None


def _uses_problems(workers: tuple[WorkerConfig, ...], functions: Path) -> list[str]:
    names = {worker.name for worker in workers}
    return [
        f"{_shown(functions / worker.name / FILE)}: uses: "
        + (
            f"{used!r} is the worker itself, which it may always send to"
            if used == worker.name
            else f"no worker {shown(used)}"
        )
        for worker in workers
        for used in worker.uses
        if used == worker.name or used not in names
    ]


def _beat_problems(workers: tuple[WorkerConfig, ...], functions: Path) -> Iterator[str]:
    """Who declares schedules in code and does not say who deploys them would wait for them in vain."""
    for worker in workers:
        sources = (functions / worker.name).rglob("*.py") if worker.beat is None else ()
        for file in sorted(sources):
            if DECLARES.search(file.read_text(encoding="utf-8", errors="replace")):
                yield (
                    f"{_shown(functions / worker.name / FILE)}: beat: {_shown(file)} declares schedules; "
                    "say beat = true in the one worker that is to deploy them, beat = false in others with its settings"
                )
                break


def _shown(file: Path) -> str:
    return "/".join(file.parts[-3:])


def packages_of(worker: WorkerConfig, workers: Sequence[WorkerConfig]) -> tuple[str, ...]:
    """The folders whose sources this worker's package needs: what it `uses`, and what they use in turn."""
    by_name = {each.name: each for each in workers}
    found: set[str] = set()
    ahead = list(worker.uses)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(by_name[name].uses)
    return tuple(sorted(found - {worker.name}))
