"""A task that another one takes the place of, or that adds to the chord it is in, while it runs.

Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#replacing-a-task
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celeriac.canvas import chord, group, maybe_signature
from celeriac.canvas.chain import _chain, chain_of
from celeriac.exceptions import Ignore, ImproperlyConfigured
from celeriac.join import Place
from celeriac.launch import Launch, members_of, plan, send

if TYPE_CHECKING:
    from celeriac.context import Context
    from celeriac.task import Task

__all__ = ["add_to_chord", "replace", "take_place"]


def replace(task: Task, signature: Any) -> Any:
    """Hand `on_replace` a canvas with this task's id and callbacks, to take its place."""
    message = task.request.message
    replacement = maybe_signature(signature, task.app).clone()
    if isinstance(replacement, _chain) and not replacement.tasks:
        raise ImproperlyConfigured("Cannot replace with an empty chain")
    if _ends_in_a_group(replacement):  # whose results are then one task's, under the id of this one
        whole = task.app.tasks["celery.accumulate"].s()
        replacement = chord(replacement, whole) if isinstance(replacement, group) else chain_of(replacement, whole)
    if message is None or task.request.is_eager:
        return task.on_replace(replacement)
    if message.stamps:
        replacement.stamp(append_stamps=True, **message.stamps)
    for callback in message.link:
        replacement.link(maybe_signature(callback, task.app))
    for errback in message.link_error:
        replacement.link_error(maybe_signature(errback, task.app))
    for step in (replacement, *(replacement.tasks if isinstance(replacement, _chain) else ())):
        step.set(replaced_task_nesting=message.replaced_task_nesting + 1)
    replacement.freeze(message.id, group_id=message.group, group_index=message.group_index)
    return task.on_replace(replacement)


def take_place(task: Task, replacement: Any) -> Any:
    """Send a canvas into the task's place in its chain and its chord, and raise Ignore; without a worker run it."""
    message = task.request.message
    if message is None or task.request.is_eager:
        return replacement.apply().get()
    nesting = {"replaced_task_nesting": message.replaced_task_nesting + 1}
    rest = [{**step, "options": {**step.get("options", {}), **nesting}} for step in message.chain]
    launch = Launch()
    lineage = {"root_id": message.root_id or message.id, "parent_id": message.parent_id}
    plan(task.app, replacement, launch, rest=rest, place=Place.of(message.chord), **lineage)
    send(task.app, launch)
    raise Ignore("Replaced by new task")


def _ends_in_a_group(signature: Any) -> bool:
    if isinstance(signature, _chain):
        return _ends_in_a_group(signature.tasks[-1])
    return isinstance(signature, group) or (isinstance(signature, chord) and _ends_in_a_group(signature.body))


def add_to_chord(task: Task, signature: Any) -> Any:
    """Add a member to the header of the chord that this task is in; returns the member's handle."""
    request: Context = task.request
    if request.message is None or request.message.chord is None:
        raise ValueError("Current task is not member of any chord")
    member = maybe_signature(signature, task.app).clone()
    place = Place.of(request.message.chord)
    assert place is not None
    result = member.freeze(group_id=request.message.group)
    launch = Launch()
    grown = task.app.services.backend.grow_join(place, members_of(member))
    lineage = {"root_id": request.root_id, "parent_id": request.id}
    plan(task.app, member, launch, place=grown, **lineage)
    send(task.app, launch)
    return result
