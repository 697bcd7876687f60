"""The chord: a group, and a task that gets the results of all its members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from celeriac.canvas.group import group
from celeriac.canvas.signature import Signature, concrete, maybe_signature
from celeriac.canvas.stamping import StampingVisitor, merged_stamps
from celeriac.result.base import put_under

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["_chord", "chord"]


@Signature.register_type("chord")
class chord(Signature):  # noqa: N801 - Celery's name
    """A header and a body: `chord([add.s(i, i) for i in range(10)])(tsum.s())`.

    The body is called with the list of the header's results, in their order. If a member fails, the body is recorded
    as failed with a ChordError once all members have ended.
    Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html#chords
    """

    def __init__(
        self,
        header: Any,
        body: Any = None,
        task: str = "celery.chord",
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        app: Celeriac | None = None,
        **options: Any,
    ) -> None:
        members = _header(header, app)
        body = concrete(body, app)
        app = app or members._app or (body is not None and body._app) or None
        parts = {"header": members, "body": body, "kwargs": dict(kwargs or {})}
        super().__init__(task, args, parts, options, subtask_type="chord", app=app)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], app: Celeriac | None = None) -> chord:
        parts = fields["kwargs"]
        header = maybe_signature(parts["header"], app, clone=True)
        body = maybe_signature(parts.get("body"), app, clone=True)
        made = cls(header, body, args=tuple(fields.get("args") or ()), kwargs=parts.get("kwargs"), app=app)
        made.options, made.immutable = dict(fields.get("options") or {}), bool(fields.get("immutable"))
        return made

    @property
    def header(self) -> group:
        """The header, a group."""
        members: group = self.kwargs["header"]
        return members

    @property
    def id(self) -> str | None:
        """The id of the header, as in Celery."""
        gid: str | None = self.header.id
        return gid

    @property
    def tasks(self) -> list[Any]:
        """The signatures of the header."""
        return self.header.tasks

    @tasks.setter
    def tasks(self, header: Any) -> None:
        self.kwargs["header"] = _header(header, self._app)

    @property
    def body(self) -> Any:
        """The signature of the body."""
        return self.kwargs["body"]

    @body.setter
    def body(self, body: Any) -> None:
        self.kwargs["body"] = body

    def link(self, callback: Any) -> Any:
        """Call this with the body's result."""
        return self.body.link(callback)

    def link_error(self, errback: Any) -> Any:
        """Call this when the body fails, as it does when a member of the header does.

        With `task_allow_error_cb_on_chord_header` it is called for each member that fails, too.
        """
        errback = maybe_signature(errback, self._app)
        if self.app.conf.task_allow_error_cb_on_chord_header:
            for member in self.tasks:
                member.link_error(errback.clone().set(immutable=True))
        self.body.link_error(errback)
        return errback

    def stamp(self, visitor: StampingVisitor | None = None, append_stamps: bool = False, **headers: Any) -> Any:
        """Put stamps on the header's members, on the body and on every callback."""
        told = visitor.on_chord_header_start(self, **headers) if visitor else None
        stamps = merged_stamps(headers, told, append=append_stamps)
        self.stamp_links(visitor, append_stamps, **stamps)
        for member in self.tasks:
            member.stamp(visitor, append_stamps, **stamps)
        if visitor:
            visitor.on_chord_header_end(self, **stamps)
        if self.body is not None:
            told = visitor.on_chord_body(self, **stamps) if visitor else None
            self.body.stamp(visitor, append_stamps, **merged_stamps(stamps, told, append=append_stamps))
        return self

    def set_immutable(self, immutable: bool) -> None:
        self.header.set_immutable(immutable)

    def freeze(self, _id: str | None = None, **place: Any) -> Any:
        """Fix the ids of header and body; returns the body's handle, whose first ancestor is the header's."""
        header = self.header.freeze(root_id=place.get("root_id"), parent_id=place.get("parent_id"))
        return put_under(self.body.freeze(_id or self.options.get("task_id"), **place), header)

    def apply_async(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Send the header; returns the body's handle. `link`, `link_error` and `task_id` are the body's, `countdown`
        and `eta` the header's, all else is both's."""
        from celeriac.start import start

        given, call = dict(kwargs or {}), self
        if "body" in given:
            call = self.clone()
            call.body = maybe_signature(given.pop("body"), self._app)
        return start(self.app, call, args or (), given, options)

    def apply(self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Run header and body here and now; returns the body's result."""
        results = self.header.apply(*self.given(args or (), kwargs)).join(disable_sync_subtasks=False)
        return self.body.apply((results,), **options)

    def __call__(self, body: Any = None, **options: Any) -> Any:
        """Send the chord; the body may be given here."""
        return self.apply_async((), {"body": body} if body is not None else {}, **options)

    def __or__(self, other: object) -> Any:
        from celeriac.canvas.chain import chain_of

        return chain_of(self.clone(), other) if isinstance(other, Signature) else NotImplemented

    def __len__(self) -> int:
        return len(self.tasks)

    def __length_hint__(self) -> int:
        """How many results the body waits for, those of groups within the header counted one by one."""
        return sum(map(_size, self.tasks))

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        if self.body is None:
            return f"<chord without body: {self.tasks!r}>"
        if self.body.subtask_type != "chain":
            return f"%{self.body.reprcall(self.tasks)}"
        first, *others = self.body.tasks
        return "%(" + " | ".join([first.reprcall(self.tasks), *map(repr, others)]) + ")"


_chord = chord
"""Celery's name for the class, where `chord` might be a function."""


def _header(header: Any, app: Celeriac | None) -> group:
    """A header as a group: itself, or one of copies of what it lists."""
    header = maybe_signature(header, app)
    if isinstance(header, group):
        return header
    tasks = [header] if isinstance(header, Signature) else header
    copies = (maybe_signature(task, app, clone=True) for task in tasks)
    return group(copies if isinstance(tasks, Iterator) else list(copies), app=app)


def _size(signature: Any) -> int:
    """How many results a canvas has at its end."""
    if isinstance(signature, chord):
        return _size(signature.body)
    if signature.subtask_type == "chain":
        return next((size for step in reversed(signature.tasks) if (size := _size(step))), 0)
    return sum(map(_size, signature.tasks)) if isinstance(signature, group) else 1
