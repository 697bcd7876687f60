"""The tasks that may be asked for: those of every worker that this function may send to."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping

from api.app import app
from celeriac import Task
from celeriac.registry import BUILT_IN

__all__ = ["known_tasks", "near_matches"]


def known_tasks() -> Mapping[str, Task]:
    """The tasks by name; imports each worker's `tasks` module at the first call."""
    return _tasks_of(tuple(sorted({queue.partition(".")[0] for queue in app.services.broker.queues})))


def near_matches(name: str) -> list[str]:
    """The names that somebody may have meant."""
    import difflib  # only for those who mistyped

    return difflib.get_close_matches(name, known_tasks(), n=3)


@functools.cache
def _tasks_of(workers: tuple[str, ...]) -> Mapping[str, Task]:
    known: dict[str, Task] = {}
    for worker in workers:
        for task in _own_tasks(worker, workers):
            known.setdefault(task.name, task)
    return known


def _own_tasks(worker: str, workers: tuple[str, ...]) -> Iterator[Task]:
    """The tasks of a worker's app, without the shared ones that it has only because another worker's code is here."""
    for task in importlib.import_module(f"{worker}.tasks").app.tasks.values():
        home = task.run.__module__.partition(".")[0]
        if not task.name.startswith(BUILT_IN) and (home == worker or home not in workers):
            yield task
