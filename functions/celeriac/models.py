"""`pydantic=True`: a task's parameters and its result are models where its annotations say so.

What travels is what the models dump; a worker builds them again, and arguments that do not validate fail the task.
pydantic is imported when such a task is first called.
Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#argument-validation-with-pydantic
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from celeriac.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from celeriac.task import Task

__all__ = ["Models", "Validated", "validated"]


class Validated:
    """The options of a task that is about models, with Celery's defaults."""

    pydantic: bool = False
    pydantic_strict: bool = False
    pydantic_context: Mapping[str, Any] | None = None
    pydantic_dump_kwargs: Mapping[str, Any] | None = None
    models: Models | None = None
    """What the task's annotations say, if it is about models."""


class Models:
    """The models among a task's annotations."""

    def __init__(self, task: Task, run: Callable[..., Any]) -> None:
        if importlib.util.find_spec("pydantic") is None:
            raise ImproperlyConfigured(f"{task.name}: pydantic=True, but pydantic is not installed here")
        self.task, self.run = task, run

    @functools.cached_property
    def kinds(self) -> dict[str, type]:
        """The models by parameter; that of the result is `return`."""
        from pydantic import BaseModel

        kinds = {name: _wanted(hint) for name, hint in self._hints().items()}
        return {name: kind for name, kind in kinds.items() if inspect.isclass(kind) and issubclass(kind, BaseModel)}

    def built(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> inspect.BoundArguments:
        """A call's arguments, with the models in their places; raises pydantic's ValidationError."""
        bound = self.task.signature_of_body.bind(*args, **kwargs)
        for name, value in bound.arguments.items():
            if name in self.kinds and value is not None:
                bound.arguments[name] = self._validated(name, value)
        return bound

    def sent(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """A call's arguments as they travel: a model that would not come back equal stays, and JSON refuses it."""
        parameters = [*self.task.signature_of_body.parameters]
        names = [*parameters[: len(args)], *[""] * (len(args) - len(parameters))]
        travelling = [self._sent(name, value) for name, value in zip(names, args, strict=True)]
        return travelling, {name: self._sent(name, value) for name, value in kwargs.items()}

    def told(self, value: Any) -> Any:
        """A result as it is recorded."""
        kind = self.kinds.get("return")
        return self._dumped(value) if kind is not None and isinstance(value, kind) else value

    def _hints(self) -> Mapping[str, Any]:
        """The annotations; strings become what they name, unless one of them names nothing."""
        try:
            return typing.get_type_hints(self.run)
        except (NameError, AttributeError, TypeError):
            return inspect.get_annotations(self.run)

    def _validated(self, name: str, value: Any) -> Any:
        about = {"app": self.task.app, "task_name": self.task.name}
        told = {f"{library}_{key}": item for library in ("celery", "celeriac") for key, item in about.items()}
        more = {**(self.task.pydantic_context or {}), **told}
        model: Any = self.kinds[name]
        return model.model_validate(value, strict=self.task.pydantic_strict, context=more)

    def _sent(self, name: str, value: Any) -> Any:
        if not hasattr(type(value), "model_dump") or name not in self.kinds:
            return value
        try:
            dumped = self._dumped(value)
            return dumped if self._validated(name, dumped) == value else value
        except Exception:  # noqa: BLE001 - a model's own code, some of which may work on a worker only
            return value

    def _dumped(self, value: Any) -> Any:
        return value.model_dump(**{"mode": "json", **(self.task.pydantic_dump_kwargs or {})})


def validated(task: Task, run: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a task's body so that it gets models and tells what its own dumps."""
    models = task.models = Models(task, run)

    @functools.wraps(run)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = models.built(args, kwargs)
        return models.told(run(*bound.args, **bound.kwargs))

    @functools.wraps(run)
    async def call_async(*args: Any, **kwargs: Any) -> Any:
        bound = models.built(args, kwargs)
        return models.told(await run(*bound.args, **bound.kwargs))

    return call_async if inspect.iscoroutinefunction(run) else call


def _wanted(hint: Any) -> Any:
    """What an annotation asks for where it may also be None."""
    if typing.get_origin(hint) not in {typing.Union, types.UnionType}:
        return hint
    kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
    return kinds[0] if len(kinds) == 1 else None
