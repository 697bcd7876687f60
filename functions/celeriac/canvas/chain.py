"""The chain: tasks one after the other, each given the result of the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from celeriac import states
from celeriac.canvas.linking import listed
from celeriac.canvas.signature import Signature, concrete, maybe_signature
from celeriac.canvas.stamping import StampingVisitor, merged_stamps
from celeriac.result.base import put_under

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["_chain", "chain", "chain_of", "upgraded"]


@Signature.register_type("chain")
class _chain(Signature):  # noqa: N801 - Celery's name
    """A chain of just these steps, none folded into another; `chain` and `|` make it."""

    def __init__(self, *tasks: Any, app: Celeriac | None = None, **options: Any) -> None:
        steps = [maybe_signature(task, app) for task in _listed_steps(tasks)]
        app = app or next((step._app for step in steps if step._app), None)
        super().__init__("celery.chain", (), {"tasks": steps}, options, subtask_type="chain", app=app)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], app: Celeriac | None = None) -> _chain:
        steps = [maybe_signature(task, app, clone=True) for task in fields["kwargs"]["tasks"]]
        made = _chain(steps, app=app)
        made.args, made.options = tuple(fields.get("args") or ()), dict(fields.get("options") or {})
        made.immutable = bool(fields.get("immutable"))
        return made

    @property
    def tasks(self) -> list[Any]:
        """The signatures, in the order of their running."""
        steps: list[Any] = self.kwargs["tasks"]
        return steps

    @tasks.setter
    def tasks(self, steps: list[Any]) -> None:
        self.kwargs["tasks"] = steps

    def unchain_tasks(self) -> list[Any]:
        """Copies of the steps, with the chain's own callbacks given to those that they are for."""
        steps = [step.clone() for step in self.tasks]
        for callback in listed(self.options.get("link")):
            steps[-1].link(callback)
        for errback in listed(self.options.get("link_error")):
            for step in steps:
                step.link_error(maybe_signature(errback, self._app, clone=True))
        return steps

    def stamp(self, visitor: StampingVisitor | None = None, append_stamps: bool = False, **headers: Any) -> Any:
        """Put stamps on every step and callback."""
        told = visitor.on_chain_start(self, **headers) if visitor else None
        stamps = merged_stamps(headers, told, append=append_stamps)
        self.stamp_links(visitor, append_stamps, **stamps)
        for step in self.tasks:
            step.stamp(visitor, append_stamps, **stamps)
        if visitor:
            visitor.on_chain_end(self, **stamps)
        return self

    def freeze(self, _id: str | None = None, **place: Any) -> Any:
        """Fix all ids; returns the last step's handle, whose `parent` is the one before."""
        *steps, last = self.tasks = upgraded(self.tasks, self._app)
        result: Any = None
        for step in steps:
            result = put_under(step.freeze(root_id=place.get("root_id")), result)
        result = put_under(last.freeze(_id or self.id, **place), result)
        self.options["task_id"] = result.id
        return result

    def apply_async(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Send the first task, which carries the others; returns the last one's handle.

        `link` goes to the last task, `link_error` to each, `task_id` names the last one, all else is the first one's.
        """
        from celeriac.start import start

        return start(self.app, self, args or (), kwargs, options) if self.tasks else None

    def apply(self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Run the steps here and now, one after the other; returns the last one's result."""
        last: Any = None
        for step in upgraded(self.unchain_tasks(), self._app):
            given = self.given(args or (), kwargs) if last is None else ((last.get(),), None)
            result = step.apply(*given, **options)
            result.parent, last = last, result
            if getattr(result, "state", None) in {states.IGNORED, states.REJECTED}:
                break
        return last

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Send the chain, as in Celery."""
        return self.apply_async(args, kwargs)

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.tasks))


class chain(_chain):  # noqa: N801 - Celery's name
    """Tasks one after the other: `chain(a.s(1), b.s())` or `a.s(1) | b.s()`.

    A failure ends the chain, and every task that would have followed is recorded as failed with it. A group that is
    followed by a task becomes the header of a chord; a chain of one task is that task.
    """

    def __new__(cls, *tasks: Any, app: Celeriac | None = None, **options: Any) -> Any:
        *others, last = _listed_steps(tasks) or [None]
        steps = [maybe_signature(step, app, clone=True) for step in others]
        steps += [] if last is None else [maybe_signature(last, app)]
        is_one = len(tasks) == 1 and isinstance(tasks[0], Mapping)
        made = _chain(*steps, app=app) if is_one else chain_of(*steps, app=app)
        is_led_by_a_group = bool(steps) and steps[0].subtask_type == "group"
        made = made if isinstance(made, _chain) or is_led_by_a_group else _chain(made, app=app)
        return made.set(**options) if options else made


def chain_of(*tasks: Any, app: Celeriac | None = None) -> Any:
    """Join signatures as `|` does: chains are unrolled, empty groups left out, a group before a task makes a chord."""
    from celeriac.canvas.chord import chord
    from celeriac.canvas.group import group

    steps: list[Any] = []
    for step in (step for task in tasks for step in _unrolled(task, app)):
        if steps and isinstance(steps[-1], group):
            steps[-1] = chord(steps[-1], step, app=steps[-1]._app)
        elif steps and isinstance(steps[-1], chord) and not isinstance(step, chord):
            last = steps[-1] = steps[-1].clone()
            last.body = chain_of(last.body, step)
        else:
            steps.append(step)
    return steps[0] if len(steps) == 1 else _chain(steps, app=app)


def upgraded(steps: list[Any], app: Celeriac | None) -> list[Any]:
    """The steps of a chain with every group that is followed by another step made a chord's header.

    Where all are empty groups, what is left is one, whose result is an empty list.
    """
    from celeriac.canvas.group import group

    joined = chain_of(*steps, app=app)
    return (joined.tasks or [group([], app=app)]) if isinstance(joined, _chain) else [joined]


def _unrolled(task: Any, app: Celeriac | None) -> list[Any]:
    """The steps that something contributes to a chain: those of a chain, none of an empty group, one of the rest."""
    from celeriac.canvas.group import group

    task = concrete(task, app)
    if not isinstance(task, Signature):
        raise TypeError(f"a chain is made of signatures, such as task.s(…), not of {task!r:.100}")
    if isinstance(task, _chain):
        return [step for inner in task.unchain_tasks() for step in _unrolled(inner, app)]
    if isinstance(task, group):
        return [] if not task.tasks else [task.tasks[0]] if len(task.tasks) == 1 else [task]
    return [task]


def _listed_steps(tasks: tuple[Any, ...]) -> list[Any]:
    return list(tasks[0]) if len(tasks) == 1 and not isinstance(tasks[0], Mapping) else list(tasks)
