"""The tasks of an app, by name; and the shared tasks, which belong to every app."""

from __future__ import annotations

import importlib
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

from celeriac.current import get_current_app
from celeriac.exceptions import AlreadyRegistered, NotRegistered

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.task import Task

__all__ = ["BUILT_IN", "SharedTask", "TaskRegistry", "shared_task", "task_named"]


BUILT_IN = "celery."
"""What the names of Celeriac's own tasks begin with, as Celery's do."""


class TaskRegistry(dict[str, "Task"]):
    """Task names and their tasks; looking up an unknown name raises NotRegistered, which lists the known ones."""

    def __missing__(self, name: str) -> Task:
        own = sorted(known for known in self if not known.startswith(BUILT_IN))
        raise NotRegistered(f"no task {name!r} here; registered are: {', '.join(own) or 'none'}")

    def register(self, task: Task) -> Task:
        """Add a task; raises AlreadyRegistered where another body has its name."""
        known = self.get(task.name)
        if known is not None and _body(known) != _body(task):
            raise AlreadyRegistered(f"two tasks are named {task.name!r}: give one of them another name=")
        self[task.name] = known or task
        return self[task.name]


def _body(task: Task) -> tuple[str, str]:
    return task.run.__module__, task.run.__qualname__


_shared: list[Callable[[Celeriac], Task]] = []


def shared_with(app: Celeriac) -> None:
    """Give an app the shared tasks that it does not have yet, Celeriac's own included."""
    import celeriac.builtins  # noqa: F401 - its tasks are shared ones, and import this module

    for make in _shared[app.shared_tasks_seen :]:
        app.shared_tasks_seen += 1
        make(app)


class SharedTask:
    """Stands for a task of whichever app is current."""

    def __init__(self, fun: Callable[..., Any], options: dict[str, Any]) -> None:
        if isinstance(fun, SharedTask) or hasattr(fun, "apply_async"):
            raise TypeError(f"{fun.__name__} is a task already: shared_task decorates a function, once")
        self._fun, self._options = fun, options
        self.__name__, self.__doc__, self.__module__ = fun.__name__, fun.__doc__, fun.__module__
        self.__qualname__, self.__wrapped__ = fun.__qualname__, fun
        _shared.append(self._make)

    def _make(self, app: Celeriac) -> Task:
        task: Task = app.register_function(self._fun, **self._options)
        return task

    def _get_current_object(self) -> Task:
        return self._make(get_current_app())

    def __reduce__(self) -> tuple[Any, ...]:
        return shared_named, (self.__module__, self.__qualname__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._get_current_object()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._get_current_object(), name)


def task_named(app: Celeriac, name: str, module: str) -> Task:
    """The task of that name, which is how tasks are pickled; its module is imported where it is not known yet."""
    if name not in app.tasks:
        importlib.import_module(module)
    return app.tasks[name]


def shared_named(module: str, qualname: str) -> Any:
    """The shared task that a module has under that name."""
    return operator.attrgetter(qualname)(importlib.import_module(module))


@overload
def shared_task(fun: Callable[..., Any], /) -> SharedTask: ...


@overload
def shared_task(**options: Any) -> Callable[[Callable[..., Any]], SharedTask]: ...


def shared_task(*args: Any, **options: Any) -> Any:
    """Declare a task that every app has, for code that does not know its app, such as a reusable package.

    Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#how-do-i-import-the-task-decorator
    """
    if len(args) == 1 and callable(args[0]) and not options:
        return SharedTask(args[0], options)
    return lambda fun: SharedTask(fun, options)
