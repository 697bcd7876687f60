"""Signatures and chains: calls as data, to be made later, elsewhere, or one after the other.

Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from celeriac import publish

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.result import AsyncResult

__all__ = ["Signature", "chain", "maybe_signature", "signature"]


class Signature(dict[str, Any]):
    """A task's name, arguments and options: a JSON object with the fields of Celery's.

    Called with `delay` or `apply_async`, the arguments given there come first, unless it is immutable.
    """

    def __init__(
        self,
        task: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        immutable: bool = False,
        app: Celeriac | None = None,
        **more: Any,
    ) -> None:
        super().__init__(
            task=task,
            args=list(args),
            kwargs=dict(kwargs or {}),
            options={**(options or {}), **more},
            subtask_type=None,
            immutable=immutable,
        )
        self._app = app

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], app: Celeriac | None = None) -> Signature:
        """A signature from its JSON."""
        if fields.get("subtask_type") == "chain":
            return chain(*fields["kwargs"]["tasks"], app=app, **fields.get("options") or {})
        known = {name: fields[name] for name in ("args", "kwargs", "options", "immutable") if fields.get(name)}
        return Signature(fields["task"], app=app, **known)

    @property
    def app(self) -> Celeriac:
        """The app that it was made with, or the current one."""
        from celeriac.app import current_app  # an app imports the canvas

        return self._app or current_app()

    @property
    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = self["options"]
        return options

    @property
    def id(self) -> str | None:
        """The id that `freeze` gave it."""
        return self.options.get("task_id")

    def clone(self, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None, **options: Any) -> Signature:
        """A copy with more arguments, put before its own, and more options."""
        if self["immutable"]:
            args, kwargs = (), {}
        return Signature(
            self["task"],
            [*args, *self["args"]],
            {**self["kwargs"], **(kwargs or {})},
            {**self.options, **options},
            immutable=self["immutable"],
            app=self._app,
        )

    def set(self, immutable: bool | None = None, **options: Any) -> Self:
        """Set options of the call, such as `countdown`."""
        self.options.update(options)
        if immutable is not None:
            self["immutable"] = immutable
        return self

    def link(self, callback: Signature) -> Signature:
        """Call this with the result when the task has succeeded; returns the callback."""
        return self._append("link", callback)

    def link_error(self, errback: Signature) -> Signature:
        """Call this with the task's id when the task has failed; returns the errback."""
        return self._append("link_error", errback)

    def on_error(self, errback: Signature) -> Self:
        """As `link_error`, but returns the signature itself."""
        self.link_error(errback)
        return self

    def freeze(self, _id: str | None = None) -> AsyncResult:
        """Fix the id of the call to come; returns the handle on its result."""
        if self.id is None:
            self.options["task_id"] = _id or publish.frozen_id(self["task"], [self["args"], self["kwargs"]])
        return self.app.AsyncResult(self.options["task_id"])

    def delay(self, *args: Any, **kwargs: Any) -> AsyncResult:
        """Make the call, with these arguments first."""
        return self.apply_async(args, kwargs)

    def apply_async(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> AsyncResult:
        """Make the call, with options as `Task.apply_async` takes them."""
        call = self.clone(args or (), kwargs, **options)
        task = self.app.known(call["task"])
        if task is not None:
            return task.apply_async(call["args"], call["kwargs"], **call.options)
        return self.app.send_task(call["task"], call["args"], call["kwargs"], **call.options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task here and now."""
        call = self.clone(args, kwargs)
        return self.app.tasks[call["task"]](*call["args"], **call["kwargs"])

    def __or__(self, other: object) -> Any:
        return chain(self, other, app=self._app) if isinstance(other, Signature) else NotImplemented

    def __repr__(self) -> str:
        args = [repr(item) for item in self["args"]] + [f"{key}={value!r}" for key, value in self["kwargs"].items()]
        return f"{self['task']}({', '.join(args)})"

    def _append(self, option: str, callback: Signature) -> Signature:
        callbacks = self.options[option] = _listed(self.options.get(option))  # a new list: clones have the old one
        if callback not in callbacks:
            callbacks.append(callback)
        return callback


class chain(Signature):  # noqa: N801 - Celery's name
    """Tasks one after the other, each given the result of the one before: `chain(a.s(1), b.s())` or `a.s(1) | b.s()`.

    A failure ends the chain, and every task that would have followed is recorded as failed with it.
    """

    def __init__(self, *tasks: Any, app: Celeriac | None = None, **options: Any) -> None:
        if len(tasks) == 1 and not isinstance(tasks[0], Mapping):
            tasks = tuple(tasks[0])
        steps = [step for task in tasks for step in _steps(maybe_signature(task, app))]
        if not steps:
            raise ValueError("a chain needs at least one task")
        super().__init__("celery.chain", (), {"tasks": steps}, options, app=app or steps[0]._app)
        self["subtask_type"] = "chain"

    @property
    def tasks(self) -> list[Signature]:
        """The signatures, in the order of their running."""
        steps: list[Signature] = self["kwargs"]["tasks"]
        return steps

    def clone(self, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None, **options: Any) -> chain:
        """A copy whose first task has more arguments."""
        first, *rest = self.tasks
        copies = [first.clone(args, kwargs), *(step.clone() for step in rest)]
        return chain(*copies, app=self._app, **{**self.options, **options})

    def unchain_tasks(self) -> list[Signature]:
        """Copies of the signatures that carry the chain's own options.

        `link` goes to the last task, `link_error` to each, `task_id` names the last one, all else is the first one's.
        """
        steps, options = [step.clone() for step in self.tasks], dict(self.options)
        for errback in _listed(options.pop("link_error", None)):
            for step in steps:
                step.link_error(errback)
        for callback in _listed(options.pop("link", None)):
            steps[-1].link(callback)
        if task_id := options.pop("task_id", None):
            steps[-1].set(task_id=task_id)
        steps[0].set(**options)
        return steps

    def freeze(self, _id: str | None = None) -> AsyncResult:
        """Fix the ids of all tasks; returns the last one's handle, whose `parent` is the one before."""
        result = None
        for step in self.tasks:
            is_last = step is self.tasks[-1]
            frozen = step.freeze((_id or self.id) if is_last else None)
            frozen.parent, result = result, frozen
        assert result is not None
        return result

    def apply_async(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> AsyncResult:
        """Send the first task, which carries the others; returns the last one's handle."""
        call = chain(*self.clone(args or (), kwargs, **options).unchain_tasks(), app=self._app)
        result = call.freeze()
        first, *rest = call.tasks
        first.apply_async(chain=[dict(step) for step in rest])
        return result

    def __call__(self, *args: Any, **kwargs: Any) -> AsyncResult:
        """Send the chain, as in Celery."""
        return self.apply_async(args, kwargs)

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.tasks))


def signature(varies: Any, *args: Any, app: Celeriac | None = None, **kwargs: Any) -> Signature:
    """A signature from a task's name, or from a signature's JSON."""
    if isinstance(varies, Mapping):
        return varies if isinstance(varies, Signature) else Signature.from_dict(varies, app)
    return Signature(varies, *args, app=app, **kwargs)


def maybe_signature(value: Any, app: Celeriac | None = None) -> Any:
    """The signature that this JSON is; anything else as it is."""
    return signature(value, app=app) if isinstance(value, Mapping) else value


def _steps(item: Any) -> Iterable[Signature]:
    if not isinstance(item, Signature):
        raise TypeError(f"a chain is made of signatures, such as task.s(…), not of {item!r:.100}")
    return item.unchain_tasks() if isinstance(item, chain) else (item,)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
