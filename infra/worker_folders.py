"""Finding the workers: every folder under functions/ that holds a worker.toml is one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from celeriac.worker_names import name_problem
from infra.thresholds import DEFAULTS, Thresholds
from infra.toml_table import shown
from infra.worker_config import WorkerConfig

__all__ = ["WorkerConfigError", "discover_workers", "packages_of"]

FILE = "worker.toml"
DECLARES = re.compile(r"beat_schedule|add_periodic_task", re.IGNORECASE)


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
        if problem := name_problem(file.parent.name, installed):
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
