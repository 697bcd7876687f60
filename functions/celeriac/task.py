"""The task: a function that can be called here, sent there, and told about its own call."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar, Self

from celeriac import context, declaring, publish, registry, states
from celeriac.canvas import Signature, chunks, xmap, xstarmap
from celeriac.conf import DEFAULTS
from celeriac.context import Context, Requested
from celeriac.exceptions import MaxRetriesExceededError, Retry
from celeriac.inert import Inert, explain
from celeriac.models import Validated, validated
from celeriac.ratelimit import interval_of
from celeriac.retries import autoretry
from celeriac.unique import OnceOptions

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.result import AsyncResult, EagerResult

__all__ = ["Task"]

_FROM_CONF = frozenset({"ignore_result", "track_started", "time_limit", "soft_time_limit", "priority", "rate_limit"})


class FromConf:
    """An option that a task has from its app's configuration, unless it has its own."""

    def __init__(self, setting: str) -> None:
        self.setting = setting

    def __get__(self, task: Task | None, owner: type[Task]) -> Any:
        return DEFAULTS[self.setting] if task is None else task.app.conf[self.setting]


class Task(Requested, Inert, Validated, OnceOptions):
    """A task; the attributes are the options of `@app.task`, with Celery's defaults.

    Times are seconds. Some have their default from the app's configuration.
    Source: https://docs.celeryq.dev/en/stable/reference/celery.app.task.html
    """

    name: str = ""
    typing: bool = True
    """Check a call's arguments against the signature where the task is sent."""
    max_retries: int | None = 3
    default_retry_delay: float = 180
    autoretry_for: Sequence[type[Exception]] = ()
    dont_autoretry_for: Sequence[type[Exception]] = ()
    retry_kwargs: Mapping[str, Any] = {}
    retry_backoff: bool | float = False
    retry_backoff_max: float = 600
    retry_jitter: bool = True
    ignore_result: Any = FromConf("task_ignore_result")
    track_started: Any = FromConf("task_track_started")
    time_limit: Any = FromConf("task_time_limit")
    soft_time_limit: Any = FromConf("task_soft_time_limit")
    priority: Any = FromConf("task_default_priority")
    rate_limit: Any = FromConf("task_default_rate_limit")
    """How often the task may begin, in all workers together: `"10/m"`, `"100/h"`, or a number, which is a second."""
    expires: float | datetime | None = None
    queue: str | None = None
    throws: Sequence[type[Exception]] = ()
    """Errors that are part of the task's business: a FAILURE all the same, but logged without a traceback."""

    is_bound: bool = False
    """The function's first argument is the task."""

    app: Celeriac
    __class_getitem__: ClassVar[Any] = classmethod(GenericAlias)
    MaxRetriesExceededError: ClassVar[type[Exception]] = MaxRetriesExceededError

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """The body; the decorator puts the function here, a class-based task overrides it."""
        raise NotImplementedError(f"{self.name} has no run()")

    @classmethod
    def of(cls, fun: Callable[..., Any], *, bind: bool = False, **options: Any) -> Self:
        """A task of this class whose body is a function; `bind` hands it the task as its first argument.

        The options are the class' attributes, those that nobody knows included: they are the task's own.
        """
        interval_of(options.get("rate_limit"))  # which complains here, not in a worker
        about = {"__doc__": fun.__doc__, "__module__": fun.__module__, "__wrapped__": fun, "is_bound": bind}
        given = {name: value for name, value in options.items() if value is not None or name not in _FROM_CONF}
        made = type(fun.__name__, (cls,), {**about, **given, "run": fun if bind else staticmethod(fun)})()
        functools.update_wrapper(made, fun, updated=())
        task: Self = made
        return task

    def bind(self, app: Celeriac) -> None:
        """Belong to an app; what wraps the body is put around it here, once."""
        self.app = app
        self.typing = self.typing and app.strict_typing
        explain(self)
        self.on_bound(app)
        if self.pydantic:
            self.run = validated(self, self.run)  # type: ignore[method-assign]  # the instance's own body
        if self.autoretry_for:
            self.run = autoretry(self, self.run)  # type: ignore[method-assign]  # the instance's own body

    @classmethod
    def on_bound(cls, app: Celeriac) -> None:
        """Called when a task of this class is bound to an app."""

    def __reduce__(self) -> tuple[Any, ...]:
        return registry.task_named, (self.app, self.name, type(self).__module__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the body here and now."""
        request = self.request
        if not (request.called_directly or request.entered or type(self).__call__ is Task.__call__):
            request.entered = True  # a worker's call, by way of a subclass's own `__call__` and its `super()`
            return self.run(*args, **kwargs)
        with context.pushed(self, Context(args=list(args), kwargs=kwargs)):
            return self.run(*args, **kwargs)

    @property
    def body(self) -> Callable[..., Any]:
        """What a worker calls: `run`, or `__call__` where a subclass has its own."""
        return self.run if type(self).__call__ is Task.__call__ else self.__call__

    def delay(self, *args: Any, **kwargs: Any) -> Any:
        """Send the task: `apply_async(args, kwargs)` without options."""
        return self.apply_async(args, kwargs)

    def apply_async(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Send the task.

        Options: `countdown` (seconds) or `eta`, `expires` (seconds or a time), `task_id`, `queue`, `link`,
        `link_error`, `ignore_result`, `time_limit`, `soft_time_limit`, `headers`, `priority` and others of Celery's;
        what nobody knows is in `request.properties`. Raises TypeError for arguments that the function does not take,
        EncodeError for those that JSON cannot carry, PublishError if SQS did not take the message.
        Source: https://docs.celeryq.dev/en/stable/userguide/calling.html
        """
        self.check_arguments(*(args or ()), **(kwargs or {}))
        if self.app.conf.task_always_eager:
            return self.apply(args, kwargs, **{"throw": self.app.conf.task_eager_propagates, **options})
        return self.app.send_task(self.name, args, kwargs, **options)

    def apply(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        throw: bool = False,
        **options: Any,
    ) -> EagerResult:
        """Run the task here and now, as a worker would, retries and callbacks included; nothing is sent.

        Raises what the task raises if `throw`, otherwise `get` of what is returned does.
        """
        from celeriac import eager  # which knows tasks

        return eager.apply(self, args or (), kwargs, throw, options)

    def check_arguments(self, *args: Any, **kwargs: Any) -> None:
        """Raise TypeError, as Python would, if the function does not take these arguments."""
        if self.typing:
            try:
                self.signature_of_body.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"{self.name}{self.signature_of_body}: {error}") from None

    @functools.cached_property
    def signature_of_body(self) -> inspect.Signature:
        """What the function takes, `self` left out where the task is bound."""
        return inspect.signature(self.run)

    def retry(
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        exc: BaseException | None = None,
        throw: bool = True,
        eta: datetime | None = None,
        countdown: float | None = None,
        max_retries: int | None = None,
        **options: Any,
    ) -> Retry:
        """Run this task again: `raise self.retry(exc=error, countdown=10)`.

        Past `max_retries` (None: for ever) raises `exc`, or MaxRetriesExceededError. Called outside a worker, there is
        nothing to retry, and `exc` is raised.
        Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#retrying
        """
        request = self.request
        limit = self.max_retries if max_retries is None else max_retries
        if request.message is None or (limit is not None and request.retries >= limit):
            raise exc or MaxRetriesExceededError(
                f"Can't retry {self.name}[{request.id}] args:{request.argsrepr} kwargs:{request.kwargsrepr}",
                task_args=request.args,
                task_kwargs=request.kwargs,
            )
        if countdown is None and eta is None:
            countdown = self.default_retry_delay
        again = publish.attempt_after(self, request.message, args, kwargs, countdown=countdown, eta=eta, **options)
        retry = Retry(exc=exc, when=eta or countdown, sig=again)
        if throw:
            raise retry from exc
        request.retrying = retry
        return retry

    def replace(self, sig: Any) -> Any:
        """Let a canvas take this task's place: its id, its callbacks, the rest of its chain; raises Ignore.

        Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#replacing-a-task
        """
        from celeriac import replacing

        return replacing.replace(self, sig)

    def on_replace(self, sig: Any) -> Any:
        """Called by `replace` with what takes this task's place; overridden, it returns what its `super()` does."""
        from celeriac import replacing

        return replacing.take_place(self, sig)

    def add_to_chord(self, sig: Any) -> AsyncResult:
        """Add a member to the header of the chord that this task is in, before it ends itself."""
        from celeriac import replacing

        result: AsyncResult = replacing.add_to_chord(self, sig)
        return result

    def shadow_name(self, args: Any, kwargs: Any, options: Any) -> str | None:
        """The name to show for a call, where the call does not say one; None for the task's."""

    def before_start(self, task_id: Any, args: Any, kwargs: Any) -> None:
        """Called before the body; what it raises is the task's failure."""

    def on_success(self, retval: Any, task_id: Any, args: Any, kwargs: Any) -> None:
        """Called when the body has returned."""

    def on_retry(self, exc: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        """Called when the task is to run again."""

    def on_failure(self, exc: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        """Called when the task has failed."""

    def after_return(self, status: Any, retval: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        """Called after the body, whatever became of it."""

    def update_state(
        self, task_id: str | None = None, state: str | None = None, meta: Mapping[str, Any] | None = None
    ) -> None:
        """Record a state of the task's own on the way, such as "PROGRESS" with `meta`; one DynamoDB write.

        Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#custom-states
        """
        request, state = self.request, state or states.PENDING
        if task_id in (None, request.id):
            if request.message is not None:
                declaring.declare(self, request, state, dict(meta or {}))
        else:
            declaring.store(self.app, str(task_id), state, dict(meta or {}))

    def s(self, *args: Any, **kwargs: Any) -> Signature:
        """A signature: this call, not yet made. Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html"""
        return self.signature(args, kwargs)

    def si(self, *args: Any, **kwargs: Any) -> Signature:
        """An immutable signature, which does not take its parent's result."""
        return self.signature(args, kwargs, immutable=True)

    def signature(self, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None, **options: Any) -> Signature:
        """A signature of this task, with options for its `apply_async`."""
        if self.models:
            args, kwargs = self.models.sent(args, kwargs or {})
        return Signature(self.name, args, kwargs, app=self.app, **options)

    subtask = signature

    def map(self, it: Iterable[Any]) -> xmap:
        """This task called with each item, all in one message."""
        return xmap(self.s(), it, app=self.app)

    def starmap(self, it: Iterable[Any]) -> xstarmap:
        """This task called with the arguments that each item is, all in one message."""
        return xstarmap(self.s(), it, app=self.app)

    def chunks(self, it: Iterable[Any], n: int) -> chunks:
        """This task called with the arguments that each item is, `n` calls in a message."""
        return chunks(self.s(), it, n, app=self.app)

    def AsyncResult(self, task_id: str) -> AsyncResult:  # noqa: N802 - Celery's name
        """A handle on the result of a call of this task."""
        return self.app.AsyncResult(task_id)

    def __repr__(self) -> str:
        return f"<@task: {self.name} of {self.app.main}>"
