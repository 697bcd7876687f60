"""The app: a name, its tasks, and sending to any task by name."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from celeriac import config, context, publish, registry
from celeriac.canvas import Signature, signature
from celeriac.conf import Settings
from celeriac.exceptions import ImproperlyConfigured
from celeriac.result import AsyncResult, GroupResult
from celeriac.services import Services
from celeriac.task import Task

if TYPE_CHECKING:
    from celeriac.control import Control

__all__ = ["Celeriac", "Celery", "current_app"]

_current: list[Celeriac] = []


class Celeriac:
    """A worker's app; `main` is the worker's folder, its queue, and the prefix of its tasks' names.

    >>> app = Celeriac("thumbnail")
    >>> @app.task
    ... def generate_thumbnail(image_key): ...

    Source: https://docs.celeryq.dev/en/stable/userguide/application.html
    """

    def __init__(self, main: str, *, config_source: Any = None, **settings: Any) -> None:
        self.main = main
        self.conf = Settings(**settings)
        if config_source is not None:
            self.conf.read_later(config_source)
        self._tasks = registry.TaskRegistry()
        self.shared_tasks_seen = 0
        self._services: Services | None = None
        _current[:] = [self]

    def config_from_object(
        self, obj: Any, silent: bool = False, force: bool = False, namespace: str | None = None
    ) -> None:
        """Take the settings of a module, an object, a mapping or the name of one, as soon as a setting is needed.

        `force` takes them now; `silent` lets a module be missing.

        Source: https://docs.celeryq.dev/en/stable/userguide/application.html#config-from-object
        """
        self.conf.read_later(obj, namespace, silent)
        if force:
            self.conf.read()

    def config_from_envvar(self, variable_name: str, silent: bool = False, force: bool = False) -> bool:
        """Take the settings of the module that an environment variable names; says whether it names one.

        Source: https://docs.celeryq.dev/en/stable/reference/celery.html#celery.Celery.config_from_envvar
        """
        module = os.environ.get(variable_name)
        if not module and not silent:
            raise ImproperlyConfigured(f"the environment variable {variable_name} must name a module with settings")
        if module:
            self.config_from_object(module, silent, force)
        return bool(module)

    def add_defaults(self, values: Mapping[str, Any] | Callable[[], Mapping[str, Any]]) -> None:
        """Add settings that give way to what is set or read; a function is called when they are first needed."""
        self.conf.add_later(values)

    @property
    def tasks(self) -> registry.TaskRegistry:
        """The registered tasks by name, the shared ones included."""
        registry.shared_with(self)
        return self._tasks

    @property
    def services(self) -> Services:
        """The broker and the backend: those of this process' deployment, unless `connect` gave others."""
        if self._services is None:
            self._services = Services.of(config.of_this_process(), self.conf.result_expires)
        return self._services

    def connect(self, services: Services | None) -> None:
        """Use these services; None goes back to those of the environment."""
        self._services = services

    @overload
    def task(self, fun: Callable[..., Any], /) -> Task: ...

    @overload
    def task(self, **options: Any) -> Callable[[Callable[..., Any]], Task]: ...

    def task(self, *args: Any, **options: Any) -> Any:
        """Declare a task; the options are attributes of `Task`.

        Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#list-of-options
        """
        if args:
            return self.register_function(args[0], **options)
        return lambda fun: self.register_function(fun, **options)

    def register_function(self, fun: Callable[..., Any], *, base: type[Task] = Task, **options: Any) -> Task:
        """Make a task of a function and register it."""
        name = options.pop("name", None) or self.gen_task_name(fun.__name__, fun.__module__)
        return self.register_task(base.of(fun, name=name, **options))

    def register_task(self, task: Task) -> Task:
        """Register a task, such as an instance of a class-based one, and bind it to this app."""
        task.name = task.name or self.gen_task_name(type(task).__name__, type(task).__module__)
        task.bind(self)
        return self._tasks.register(task)

    def autodiscover_tasks(
        self, packages: Sequence[str] | Callable[[], Sequence[str]], related_name: str = "tasks", **_ignored: Any
    ) -> None:
        """Import the `tasks` module of each package that has one, so that its tasks are registered.

        Source: https://docs.celeryq.dev/en/stable/reference/celery.html#celery.Celery.autodiscover_tasks
        """
        for package in packages() if callable(packages) else packages:
            name = f"{package}.{related_name}" if related_name else package
            if _is_there(name):
                importlib.import_module(name)

    def gen_task_name(self, name: str, module: str) -> str:
        """Celery's `module.function`; in a worker's own `tasks` module `worker.function`."""
        return f"{self.main}.{name}" if module in {f"{self.main}.tasks", "__main__"} else f"{module}.{name}"

    def known(self, name: str) -> Task | None:
        """The task of that name, or None where only its worker knows it."""
        return self.tasks.get(name)

    def queue_of(self, name: str) -> str:
        """The queue of a task: its worker's, which for a task of another app is the first part of its name."""
        return self.main if self.known(name) else name.partition(".")[0]

    @functools.cached_property
    def control(self) -> Control:
        """Orders to the workers, and questions: `revoke`, `rate_limit`, `inspect` …"""
        from celeriac.control import Control  # no task needs it

        return Control(self)

    def send_task(
        self, name: str, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> AsyncResult:
        """Send a task by name; its code need not be here. The options are those of `Task.apply_async`.

        Source: https://docs.celeryq.dev/en/stable/reference/celery.html#celery.Celery.send_task
        """
        message = publish.message_of(self, name, args, kwargs, **options)
        publish.publish(self, [message])
        if running := context.current_worker_task():
            running[1].children.append(message.id)
        result = self.AsyncResult(message.id)
        result.ignored = bool(message.ignore_result)
        return result

    def AsyncResult(self, task_id: str, parent: AsyncResult | None = None) -> AsyncResult:  # noqa: N802 - Celery's name
        """A handle on a task's result, wherever the task was sent from."""
        return AsyncResult(task_id, app=self, parent=parent)

    def GroupResult(self, group_id: str, results: Sequence[Any], parent: Any = None) -> GroupResult:  # noqa: N802
        """A handle on the results of a group."""
        return GroupResult(group_id, results, parent=parent, app=self)

    def signature(self, *args: Any, **kwargs: Any) -> Signature:
        """A signature of this app's, as `celeriac.signature` makes them."""
        return signature(*args, app=self, **kwargs)

    def __repr__(self) -> str:
        return f"<Celeriac {self.main}>"


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError as error:
        if error.name is None or "." not in error.name:
            raise
        return False  # in a module that is no package


Celery = Celeriac
"""The same under the name that a migrating code base has."""


def current_app() -> Celeriac:
    """The app that was made last; raises ImproperlyConfigured before there is one."""
    if not _current:
        raise ImproperlyConfigured('there is no app yet: app = Celeriac("worker")')
    return _current[-1]
