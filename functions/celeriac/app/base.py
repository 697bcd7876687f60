"""The app: a name, its tasks, and sending to any task by name."""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, Self, overload

from celeriac import config, context, current, publish, registry, signals, unique
from celeriac.absent import NOT_HERE
from celeriac.annotations import annotate
from celeriac.canvas import Signature, signature
from celeriac.conf.configured import Configured
from celeriac.discovery import Discovery
from celeriac.operated import Operated
from celeriac.patience import patience_of
from celeriac.periodic import Periodic
from celeriac.result import AsyncResult, GroupResult, ResultBackend, ResultSet
from celeriac.services import Services
from celeriac.task import Task as BaseTask

__all__ = ["Celeriac", "current_app"]


class Celeriac(Configured, Operated, Periodic):
    """A worker's app; `main` is the worker's folder, its queue, and the prefix of its tasks' names.

    >>> app = Celeriac("thumbnail")
    >>> @app.task
    ... def generate_thumbnail(image_key): ...

    What is not named here is a setting. `task_cls` is the class of its tasks, or its name; `include` names modules that
    a worker imports; `set_as_current=False` leaves the current app as it is. Celery's other arguments name parts of its
    own engine, and are taken as settings that have no effect.
    Source: https://docs.celeryq.dev/en/stable/userguide/application.html
    """

    task_cls: type[BaseTask] | str = BaseTask

    def __init__(
        self,
        main: str | None = None,
        *,
        broker: str | None = None,
        backend: str | None = None,
        include: Sequence[str] | None = None,
        config_source: Any = None,
        config_source_silent: bool = False,
        namespace: str | None = None,
        changes: Mapping[str, Any] | None = None,
        task_cls: type[BaseTask] | str | None = None,
        set_as_current: bool = True,
        autofinalize: bool = True,
        strict_typing: bool = True,
        fixups: Sequence[str] | None = None,
        **settings: Any,
    ) -> None:
        given = {"broker_url": broker, "result_backend": backend, "include": include, **(changes or {}), **settings}
        super().__init__(given, namespace)
        self.main = main or "celery"
        self.autofinalize, self.strict_typing, self.finalized = autofinalize, strict_typing, False
        self.task_cls = task_cls or self.task_cls
        if config_source is not None:
            self.conf.read_later(config_source, namespace, config_source_silent)
        self._tasks, self.discovery = registry.TaskRegistry(), Discovery()
        self.shared_tasks_seen = 0
        self._services: Services | None = None
        self._finalizing = threading.RLock()
        self.on_after_finalize, self.on_after_fork = (signals.Signal(f"app.on_after_{what}") for what in _LATER)
        current.remember(self)
        if set_as_current:
            self.set_current()
        if fixups is None and os.environ.get("DJANGO_SETTINGS_MODULE"):
            from celeriac.contrib.django import fixup  # which only a Django project needs

            fixup.install(self)

    def set_current(self) -> None:
        """Make this the current app, of which `shared_task` and `current_app` speak."""
        current.set_current(self)

    set_default = set_current

    def configured(self) -> None:
        """The settings have been read."""
        for task in self._tasks.values():
            annotate(task, self.conf.task_annotations)
        super().configured()

    def finalize(self, auto: bool = False) -> None:
        """Have all tasks registered, the shared ones included, and tell `on_after_finalize`; once.

        It comes about by itself when the tasks are first needed; with `autofinalize=False` that raises RuntimeError.
        """
        if self.finalized:
            return
        if auto and not self.autofinalize:
            raise RuntimeError(
                "the app was made with autofinalize=False: call app.finalize() before its tasks are used"
            )
        with self._finalizing:
            if not self.finalized:
                self.finalized = True
                self.conf.read()
                registry.shared_with(self)
                self.on_after_finalize.send(self)

    @property
    def tasks(self) -> registry.TaskRegistry:
        """The registered tasks by name, the shared ones included."""
        self.finalize(auto=True)
        registry.shared_with(self)
        return self._tasks

    @property
    def current_task(self) -> BaseTask | None:
        """The task whose body runs here."""
        running = context.innermost()
        return running[0] if running else None

    @property
    def Task(self) -> type[BaseTask]:  # noqa: N802 - Celery's name
        """The class of this app's tasks, to inherit from; it can be set to another."""
        if isinstance(self.task_cls, str):
            module, _, name = self.task_cls.replace(":", ".").rpartition(".")
            self.task_cls = getattr(importlib.import_module(module), name)
        found: type[BaseTask] = self.task_cls  # type: ignore[assignment]  # a class by now
        return found

    @Task.setter
    def Task(self, task_cls: type[BaseTask]) -> None:  # noqa: N802 - Celery's name
        self.task_cls = task_cls

    @property
    def services(self) -> Services:
        """The broker and the backend: those of this process' deployment, unless `connect` gave others."""
        if self._services is None:
            self._services = Services.of(config.of_this_process(), self.conf.result_expires)
        return self._services

    @property
    def backend(self) -> ResultBackend:
        """What is known of tasks by their ids."""
        return ResultBackend(self)

    @property
    def connected(self) -> Services | None:
        """The services that it uses already, or None; to ask finds none."""
        return self._services

    def connect(self, services: Services | None) -> None:
        """Use these services; None goes back to those of the environment."""
        self._services = services

    @overload
    def task(self, fun: Callable[..., Any], /) -> BaseTask: ...

    @overload
    def task(self, **options: Any) -> Callable[[Callable[..., Any]], BaseTask]: ...

    def task(self, *args: Any, **options: Any) -> Any:
        """Declare a task; the options are attributes of `Task`.

        `filter` is called with the task, and what it returns takes its place. `lazy` and `shared` change nothing: a
        task is made at once, and belongs to this app.
        Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#list-of-options
        """
        chosen = {name: value for name, value in options.items() if name not in _OF_THE_DECORATOR}

        def declare(fun: Callable[..., Any]) -> Any:
            task = self.register_function(fun, **chosen)
            return options["filter"](task) if options.get("filter") else task

        return declare(args[0]) if args else declare

    def register_function(
        self, fun: Callable[..., Any], *, base: type[BaseTask] | None = None, **options: Any
    ) -> BaseTask:
        """Make a task of a function and register it."""
        name = options.pop("name", None) or self.gen_task_name(fun.__name__, fun.__module__)
        return self.register_task((base or self.Task).of(fun, name=name, **options))

    def register_task(self, task: BaseTask | type[BaseTask], **options: Any) -> BaseTask:
        """Register a class-based task or its class, and bind it to this app; options are attributes of the task.

        Source: https://docs.celeryq.dev/en/stable/reference/celery.html#celery.Celery.register_task
        """
        made = task() if isinstance(task, type) else task
        vars(made).update(options)
        made.name = made.name or self.gen_task_name(type(made).__name__, type(made).__module__)
        made.bind(self)
        registered = self._tasks.register(made)
        if registered is made and self.conf.is_read:
            annotate(made, self.conf.task_annotations)
        return registered

    def autodiscover_tasks(
        self,
        packages: Sequence[str] | Callable[[], Sequence[str]] | None = None,
        related_name: str | None = "tasks",
        force: bool = False,
    ) -> None:
        """Have the `tasks` module of each package that has one imported when a worker starts; `force` imports it now.

        Without packages it is that of each of Django's apps.
        Source: https://docs.celeryq.dev/en/stable/reference/celery.html#celery.Celery.autodiscover_tasks
        """
        self.discovery.add(packages, related_name)
        if force:
            self.discovery.run()

    def import_modules(self) -> None:
        """Import what `imports`, `include` and `autodiscover_tasks` name, as a worker does when it starts."""
        self.discovery.run([*self.conf.imports, *(self.conf.include or ())])

    def gen_task_name(self, name: str, module: str) -> str:
        """Celery's `module.function`; in a worker's own `tasks` module `worker.function`."""
        return f"{self.main}.{name}" if module in {f"{self.main}.tasks", "__main__"} else f"{module}.{name}"

    def known(self, name: str) -> BaseTask | None:
        """The task of that name, or None where only its worker knows it."""
        return self.tasks.get(name)

    def queue_of(self, name: str) -> str:
        """The queue of a task: its worker's, which for a task of another app is the first part of its name."""
        return self.main if self.known(name) else name.partition(".")[0]

    def send_task(
        self, name: str, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> AsyncResult:
        """Send a task by name; its code need not be here. The options are those of `Task.apply_async`.

        Source: https://docs.celeryq.dev/en/stable/reference/celery.html#celery.Celery.send_task
        """
        message = publish.message_of(self, name, args, kwargs, **options)
        with patience_of(self, options):
            sent = unique.send(self, message, options)
        if isinstance(sent, AsyncResult):
            return sent
        result = self.AsyncResult(message.id)
        result.ignored = bool(message.ignore_result)
        if options.get("add_to_parent", True):
            context.leave_trail(result)
        return result

    def AsyncResult(self, task_id: str, parent: AsyncResult | None = None) -> AsyncResult:  # noqa: N802 - Celery's name
        """A handle on a task's result, wherever the task was sent from."""
        return AsyncResult(task_id, app=self, parent=parent)

    def GroupResult(self, group_id: str, results: Sequence[Any], parent: Any = None) -> GroupResult:  # noqa: N802 - Celery's name
        """A handle on the results of a group."""
        return GroupResult(group_id, results, parent=parent, app=self)

    def ResultSet(self, results: Sequence[Any]) -> ResultSet:  # noqa: N802 - Celery's name
        """Handles on results, together."""
        return ResultSet(results, app=self)

    def signature(self, *args: Any, **kwargs: Any) -> Signature:
        """A signature of this app's, as `celeriac.signature` makes them."""
        return signature(*args, app=self, **kwargs)

    def close(self) -> None:
        """Let go of the services; an app that sends again finds new ones."""
        self._services = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> NoReturn:
        reason = NOT_HERE.get(name)
        raise AttributeError(f"app.{name} is not here: {reason}" if reason else f"an app has no {name!r}", name=name)

    def __reduce__(self) -> tuple[Any, ...]:
        return current.app_named, (type(self), self.main, dict(self.conf.given))

    def __repr__(self) -> str:
        return f"<Celeriac {self.main}>"


current_app = current.get_current_app
_LATER = ("finalize", "fork")
_OF_THE_DECORATOR = frozenset({"filter", "lazy", "shared", "_force_evaluate"})
