"""`task_annotations`: options of tasks that the configuration changes.

>>> app.conf.task_annotations = {"shop.charge": {"rate_limit": "10/m"}, "*": {"max_retries": 5}}  # doctest: +SKIP

Source: https://docs.celeryq.dev/en/stable/userguide/configuration.html#task-annotations
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from celeriac.task import Task

__all__ = ["annotate"]

Changes = Mapping[str, Any]


def annotate(task: Task, annotations: Any) -> None:
    """Change a task as the annotations say: as the first does that knows its name, then as the first does that is for
    all.

    An annotation is a mapping of names, or an object with `annotate(task)` and `annotate_any()`, or the name of such a
    class. `@__call__` wraps a method with a decorator.
    """
    for matches in zip(*(_matches(task, annotation) for annotation in _listed(annotations)), strict=True):
        for name, value in next(filter(None, matches), {}).items():
            _change(task, name, value)


def _listed(annotations: Any) -> Iterable[Any]:
    if annotations is None:
        return ()
    return annotations if isinstance(annotations, list | tuple) else (annotations,)


def _matches(task: Task, annotation: Any) -> tuple[Changes | None, Changes | None]:
    """What an annotation changes of this task, and what of all."""
    if isinstance(annotation, str):
        annotation = _instance(annotation)
    if isinstance(annotation, Mapping):
        return annotation.get(task.name), annotation.get("*")
    own, common = getattr(annotation, "annotate", None), getattr(annotation, "annotate_any", None)
    return own and own(task), common and common()


def _change(task: Task, name: str, value: Any) -> None:
    """Python looks for `__call__` in the class; whatever else can be changed is the task's own."""
    owner: Any = type(task) if name.strip("@").startswith("__") else task
    if name.startswith("@"):
        name = name[1:]
        wrapped: Callable[..., Any] = getattr(owner, name)
        value = functools.wraps(wrapped)(value(wrapped))
    elif owner is task and callable(value) and callable(getattr(type(task), name, None)):
        value = functools.partial(value, task)
    setattr(owner, name, value)


def _instance(path: str) -> Any:
    module, _, name = path.replace(":", ".").rpartition(".")
    return getattr(importlib.import_module(module), name)()
