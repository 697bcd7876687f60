"""The signature: a call as data, to be made later or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar, Self

from celeriac.canvas.linking import Linking, listed
from celeriac.canvas.stamping import StampingVisitor, merged_stamps, stamps_of
from celeriac.ids import call_text, new_id

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.result import AsyncResult
    from celeriac.task import Task

__all__ = ["Signature", "concrete", "maybe_signature", "signature"]

FIXED_OPTIONS = frozenset({"group_id", "stamped_headers"})
"""What a signature has of these, a later call does not change."""


def _field(name: str) -> Any:
    def get(self: Signature) -> Any:
        return self.get(name)

    def put(self: Signature, value: Any) -> None:
        self[name] = value

    return property(get, put)


def _option(name: str, about: str) -> Any:
    return property(lambda self: self.options.get(name), doc=about)


class Signature(Linking):
    """A task's name, arguments and options: a JSON object with the fields of Celery's.

    Called with `delay` or `apply_async`, the arguments given there come first, unless it is immutable.
    Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html
    """

    TYPES: ClassVar[dict[str, type[Signature]]] = {}
    """The kinds of canvas by their `subtask_type`."""
    spent: bool = False
    """This very signature was sent with the ids that it was frozen with."""

    task = _field("task")
    args = _field("args")
    kwargs = _field("kwargs")
    options = _field("options")
    subtask_type = _field("subtask_type")
    immutable = _field("immutable")

    def __init__(
        self,
        task: Any = None,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        type: Task | None = None,  # noqa: A002 - Celery's name
        subtask_type: str | None = None,
        immutable: bool = False,
        app: Celeriac | None = None,
        **more: Any,
    ) -> None:
        self._app, self._type = app, type
        if isinstance(task, Mapping):
            super().__init__(task)
            return
        super().__init__(
            task=getattr(task, "name", task),
            args=tuple(args or ()),
            kwargs=dict(kwargs or {}),
            options={**(options or {}), **more},
            subtask_type=subtask_type,
            immutable=immutable,
        )

    @classmethod
    def register_type(cls, name: str | None = None) -> Callable[[type[Signature]], type[Signature]]:
        """Decorate the class of a kind of canvas; its `subtask_type` is this name, or the class' own."""

        def register(kind: type[Signature]) -> type[Signature]:
            cls.TYPES[name or kind.__name__] = kind
            return kind

        return register

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], app: Celeriac | None = None) -> Signature:
        """A signature from its JSON."""
        kind = cls.TYPES.get(fields.get("subtask_type") or "")
        if kind is not None and kind is not cls:
            return kind.from_dict(fields, app)
        blank: dict[str, Any] = {"args": (), "kwargs": {}, "options": {}, "subtask_type": None, "immutable": False}
        return Signature({**blank, **fields, "args": tuple(fields.get("args") or ())}, app=app)

    @property
    def app(self) -> Celeriac:
        """The app that it was made with, or the current one."""
        from celeriac.app import current_app  # an app imports the canvas

        return self._app or current_app()

    @property
    def type(self) -> Task:
        """The task; raises NotRegistered where only its worker knows it."""
        return self._type or self.app.tasks[self.task]

    @type.setter  # noqa: A003 - Celery's name
    def type(self, task: Task) -> None:
        self._type = task

    @property
    def name(self) -> str:
        """The task's name."""
        return str(self.task)

    id = _option("task_id", "The id that `freeze` gave it.")
    parent_id = _option("parent_id", "The task that it is to be a child of.")
    root_id = _option("root_id", "The first task of its story.")

    @property
    def AsyncResult(self) -> Callable[..., AsyncResult]:  # noqa: N802 - Celery's name
        """What makes the handle on its result of an id."""
        return self.app.AsyncResult

    def merged(
        self,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> tuple[tuple[Any, ...], dict[str, Any], dict[str, Any]]:
        """The call's arguments and options with more of each; what it is called with comes first."""
        fixed = FIXED_OPTIONS | set(self.options.get("stamped_headers", ()))
        more = {key: value for key, value in (options or {}).items() if key not in fixed or key not in self.options}
        if self.immutable:
            return tuple(self.args), dict(self.kwargs), {**self.options, **more}
        return (*args, *self.args), {**self.kwargs, **(kwargs or {})}, {**self.options, **more}

    def given(
        self, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What a canvas gives to what it calls first: its own arguments, after those that it is called with."""
        return (tuple(self.args), {}) if self.immutable else ((*args, *self.args), dict(kwargs or {}))

    def clone(self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any) -> Self:
        """A copy, with more arguments put before its own, and more options."""
        merged_args, merged_kwargs, merged_options = self.merged(args or (), kwargs, options)
        return self._copy(merged_args, merged_kwargs, deepcopy(merged_options))

    partial = clone

    def _copy(self, args: tuple[Any, ...], kwargs: dict[str, Any], options: dict[str, Any]) -> Self:
        fields = {**self, "args": args, "kwargs": kwargs, "options": options}
        copy: Any = Signature.from_dict(fields, app=self._app)
        return copy  # type: ignore[no-any-return]  # of the same kind, for the fields say so

    def replace(self, args: Any = None, kwargs: Any = None, options: Any = None) -> Self:
        """A copy with other arguments or options in the place of its own."""
        copy = self.clone()
        changes = {"args": args, "kwargs": kwargs, "options": options}
        copy.update({name: value for name, value in changes.items() if value is not None})
        return copy

    def set(self, immutable: bool | None = None, **options: Any) -> Self:
        """Set options of the call, such as `countdown`."""
        if immutable is not None:
            self.set_immutable(immutable)
        self.options.update(options)
        return self

    def set_immutable(self, immutable: bool) -> None:
        """Take the parent's result, or do not."""
        self.immutable = immutable

    def stamp(self, visitor: StampingVisitor | None = None, append_stamps: bool = False, **headers: Any) -> Any:
        """Put stamps on this call and its callbacks: those of `headers`, and those that the visitor says."""
        self.stamp_links(visitor, append_stamps, **headers)
        told = visitor.on_signature(self, **headers) if visitor else None
        own = stamps_of(self.options)
        return self.set(**merged_stamps(headers, told, own, append=append_stamps))

    def stamp_links(self, visitor: StampingVisitor | None, append_stamps: bool = False, **headers: Any) -> None:
        """Put stamps on the callbacks and error callbacks."""
        for option, told_by in (("link", "on_callback"), ("link_error", "on_errback")):
            links = [maybe_signature(link, self._app) for link in listed(self.options.get(option))]
            for link in links:
                told = getattr(visitor, told_by)(link, **headers) if visitor else None
                link.stamp(visitor, append_stamps, **merged_stamps(headers, told, append=append_stamps))
            if links:
                self.options[option] = links

    def flatten_links(self) -> list[Signature]:
        """This signature and all its callbacks, and theirs."""
        links = [maybe_signature(link, self._app) for link in listed(self.options.get("link"))]
        return [self, *(inner for link in links for inner in link.flatten_links())]

    def freeze(self, _id: str | None = None, **place: Any) -> Any:
        """Fix the id of the call to come; returns the handle on its result.

        `place` may say `group_id`, `group_index`, `root_id` and `parent_id`. What has an id keeps it.
        """
        self.options.setdefault("task_id", _id or new_id(call_text(self.task, [self.args, self.kwargs])))
        self.options.update({name: value for name, value in place.items() if value is not None})
        return self.app.AsyncResult(self.options["task_id"])

    _freeze = freeze

    @property
    def queue(self) -> str | None:
        """The queue that it must go to, where the task's name does not tell."""
        queue: str | None = self.options.get("queue")
        return queue

    def delay(self, *args: Any, **kwargs: Any) -> Any:
        """Make the call, with these arguments first."""
        return self.apply_async(args, kwargs)

    def apply_async(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Make the call, with options as `Task.apply_async` takes them."""
        given = {name: value for name, value in options.items() if value is not None}
        merged_args, merged_kwargs, merged_options = self.merged(args or (), kwargs, given)
        task = self.app.known(self.task)
        if task is not None:
            return task.apply_async(merged_args, merged_kwargs, **merged_options)
        return self.app.send_task(self.task, merged_args, merged_kwargs, **merged_options)

    def apply(self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Run the task here and now, as a worker would; returns an EagerResult."""
        merged_args, merged_kwargs, merged_options = self.merged(args or (), kwargs, options)
        return self.type.apply(merged_args, merged_kwargs, **merged_options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the task's function here and now."""
        merged_args, merged_kwargs, _ = self.merged(args, kwargs)
        return self.type(*merged_args, **merged_kwargs)

    def __invert__(self) -> Any:
        return self.delay().get()

    def __or__(self, other: object) -> Any:
        from celeriac.canvas.chain import chain_of  # a chain is made of signatures

        return chain_of(self, other) if isinstance(other, Signature) else NotImplemented

    def __ior__(self, other: object) -> Any:
        return self.__or__(other)

    def __deepcopy__(self, memo: dict[int, Any]) -> Signature:
        memo[id(self)] = self
        return Signature.from_dict(deepcopy(dict(self), memo), app=self._app)

    def __reduce__(self) -> Any:
        return signature, (dict(self),)

    def __json__(self) -> dict[str, Any]:
        return dict(self)

    def reprcall(self, *args: Any, **kwargs: Any) -> str:
        """The call as Python would write it."""
        merged_args, merged_kwargs, _ = self.merged(args, kwargs)
        words = [repr(item) for item in merged_args] + [f"{key}={value!r}" for key, value in merged_kwargs.items()]
        return f"{self.task}({', '.join(words)})"

    def __repr__(self) -> str:
        return self.reprcall()


def signature(varies: Any, *args: Any, app: Celeriac | None = None, **kwargs: Any) -> Signature:
    """A signature of a task or its name, or from a signature's JSON."""
    if isinstance(varies, Signature):
        return varies.clone()
    if isinstance(varies, Mapping):
        return Signature.from_dict(varies, app)
    return Signature(varies, *args, **{"app": app, **kwargs})


def maybe_signature(value: Any, app: Celeriac | None = None, clone: bool = False) -> Any:
    """The signature that this JSON is; anything else as it is."""
    if isinstance(value, Signature):
        return value.clone() if clone else value
    return Signature.from_dict(value, app) if isinstance(value, Mapping) else value


def concrete(value: Any, app: Celeriac | None = None) -> Any:
    """The signature that this JSON is, ready to be sent: chunks are the group that they stand for."""
    made = maybe_signature(value, app)
    return made.group() if getattr(made, "subtask_type", None) == "chunks" else made
