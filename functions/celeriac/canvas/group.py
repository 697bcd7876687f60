"""The group: tasks side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from celeriac.canvas.linking import listed
from celeriac.canvas.regen import regen
from celeriac.canvas.signature import Signature, concrete, maybe_signature
from celeriac.canvas.stamping import StampingVisitor, merged_stamps
from celeriac.ids import new_id

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["group"]


@Signature.register_type("group")
class group(Signature):  # noqa: N801 - Celery's name
    """Tasks side by side: `group(add.s(i, i) for i in range(10))()`; a group in a group is unrolled.

    A generator's tasks are made when they are asked for. Where the group, or the chord of which it is the header, is
    sent before that, they are sent while the generator goes on.

    Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html#groups
    """

    def __init__(self, *tasks: Any, app: Celeriac | None = None, **options: Any) -> None:
        members: Any = tasks[0] if len(tasks) == 1 and not isinstance(tasks[0], Mapping) else tasks
        is_lazy = isinstance(members, Iterator | regen)
        members = (inner for task in members for inner in _members(concrete(task, app)))
        members = regen(members) if is_lazy else list(members)
        super().__init__("celery.group", (), {"tasks": members}, options, subtask_type="group", app=app)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], app: Celeriac | None = None) -> group:
        members = fields["kwargs"]["tasks"]
        clones = (maybe_signature(task, app, clone=True) for task in members)
        made = cls(clones if isinstance(members, regen) else list(clones), app=app)
        made.args, made.options = tuple(fields.get("args") or ()), dict(fields.get("options") or {})
        made.immutable = bool(fields.get("immutable"))
        return made

    @property
    def app(self) -> Celeriac:
        """The app that it was made with, or the first member's."""
        first = None if self._app else next(iter(self["kwargs"]["tasks"]), None)
        return first.app if first is not None else super().app

    @property
    def tasks(self) -> list[Any]:
        """The signatures of the members; all that a generator will make, if it was made of one."""
        members: Any = self.kwargs["tasks"]
        if isinstance(members, regen):
            members = self.kwargs["tasks"] = list(members)
        tasks: list[Any] = members
        return tasks

    @tasks.setter
    def tasks(self, members: list[Any]) -> None:
        self.kwargs["tasks"] = members

    def detach(self) -> regen | None:
        """Take out the members that are still to be made; None where all are there."""
        members = self["kwargs"]["tasks"]
        if not isinstance(members, regen):
            return None
        self.tasks = []
        return members

    def items(self) -> Any:
        """The fields, with all members there."""
        self.tasks  # noqa: B018 - they are made
        return super().items()

    sent = 0
    """How many members are on their way already, while a generator goes on."""

    def skew(self, start: float = 1.0, stop: float | None = None, step: float = 1.0) -> group:
        """Let the members start one after the other, `step` seconds apart."""
        for member, countdown in zip(self.tasks, count(float(start), step), strict=False):
            member.set(countdown=countdown if stop is None else min(countdown, stop))
        return self

    def link(self, callback: Any) -> Any:
        """Call this when the first member has succeeded; it gets no result, for one member's is not the group's."""
        return self.tasks[0].link(callback.clone().set(immutable=True))

    def link_error(self, errback: Any) -> Any:
        """Call this for each member that fails."""
        return tuple(member.link_error(maybe_signature(errback).clone()) for member in self.tasks)

    def stamp(self, visitor: StampingVisitor | None = None, append_stamps: bool = False, **headers: Any) -> Any:
        """Put stamps on every member and callback."""
        told = visitor.on_group_start(self, **headers) if visitor else None
        stamps = merged_stamps(headers, told, append=append_stamps)
        self.stamp_links(visitor, append_stamps, **stamps)
        for member in self.tasks:
            member.stamp(visitor, append_stamps, **stamps)
        if visitor:
            visitor.on_group_end(self, **stamps)
        return self

    def set_immutable(self, immutable: bool) -> None:
        for member in self.tasks:
            member.set_immutable(immutable)

    def freeze(self, _id: str | None = None, **place: Any) -> Any:
        """Fix the ids of the members and of the group; returns the GroupResult.

        In a task that runs again and now makes other members, the group is another one, too.
        """
        gid = self.options.setdefault("task_id", _id or new_id(self))
        members = enumerate(self.tasks)
        results = [member.freeze(**{**place, "group_id": gid, "group_index": index}) for index, member in members]
        return self.app.GroupResult(gid, results)

    def apply_async(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Send every member, ten in a request; returns the GroupResult. A group takes no `link`: use a chord."""
        from celeriac.start import start

        for name in ("link", "link_error"):
            if options.get(name) is not None:
                raise TypeError(f"Cannot add {name} to a group: use a chord, or do that on the individual tasks")
        result = start(self.app, self, args or (), kwargs, options)
        is_one_group = len(result) == 1 and isinstance(result[0], type(result))
        return result[0] if is_one_group else result  # Celery's special case: the group at the end of the only chain

    def apply(self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Run the members here and now; returns a GroupResult of their results."""
        gid = options.pop("task_id", None) or self.options.get("task_id") or new_id("group")
        return self.app.GroupResult(gid, [member.apply(args, kwargs, **options) for member in self.tasks])

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Send the group, as in Celery."""
        return self.apply_async(args, **options)

    def __or__(self, other: object) -> Any:
        from celeriac.canvas.chord import chord

        if isinstance(other, group) and not other.tasks:
            return self
        return chord(self, body=other, app=self._app) if isinstance(other, Signature) else NotImplemented

    def __len__(self) -> int:
        return len(self.tasks)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"group({self.tasks!r})" if self.tasks else "group(<empty>)"


def _members(task: Any) -> list[Any]:
    if not isinstance(task, Mapping) and hasattr(task, "signature_of_body"):
        task = task.s()  # a task, as it is
    if not isinstance(task, Signature):
        raise TypeError(f"a group is made of signatures, such as task.s(…), not of {task!r:.100}")
    if isinstance(task, group):
        return list(task.tasks)
    return [] if task.subtask_type == "chain" and not listed(task.kwargs["tasks"]) else [task]
