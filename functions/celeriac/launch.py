"""From a canvas to what is sent: messages, and the joins that wait for them.

`plan` is pure: of a frozen signature it makes the messages that can go out now, each carrying what follows it, and the
joins that must be open before they do. Who sends (a caller, or a worker after an outcome) opens the joins first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from celeriac import context
from celeriac.canvas import Signature, chord, group, maybe_signature
from celeriac.canvas.chain import _chain
from celeriac.canvas.signature import listed
from celeriac.join import Join, Place
from celeriac.message import Message
from celeriac.publish import message_of, publish

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Launch", "members_of", "open_joins", "plan", "send", "start"]

HEADER_ONLY = frozenset({"countdown", "eta"})


@dataclass(slots=True)
class Launch:
    """What a canvas sends first."""

    joins: list[Join] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a signature is called: with what, what comes after it, where it arrives, and whose child it is."""

    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    rest: Sequence[Any] = ()
    place: Place | None = None
    root_id: str | None = None
    parent_id: str | None = None


def start(
    app: Celeriac, canvas: Any, args: Sequence[Any], kwargs: Mapping[str, Any] | None, options: Mapping[str, Any]
) -> Any:
    """Freeze a copy of a canvas and send it; returns the handle on its result.

    `link` and `link_error` are the canvas's, `task_id` is its result's, the other options its first tasks'.
    """
    if app.conf.task_always_eager:
        return canvas.apply(args, kwargs, **options)
    call, given = canvas.clone(), {name: value for name, value in options.items() if value is not None}
    for callback in listed(given.pop("link", None)):
        call.link(callback)
    for errback in listed(given.pop("link_error", None)):
        call.link_error(errback)
    result = call.freeze(given.pop("task_id", None))
    launch = Launch()
    plan(app, call, launch, args=args, kwargs=kwargs or {}, options=given)
    send(app, launch)
    if running := context.current_worker_task():
        running[1].children.append(str(result.id))
    return result


def send(app: Celeriac, launch: Launch) -> None:
    """Open the joins, then send the messages that may complete them."""
    open_joins(app, launch)
    publish(app, launch.messages)


def open_joins(app: Celeriac, launch: Launch) -> None:
    """Keep the joins for the messages' tasks to arrive at; to be done before any of those is sent."""
    for join in launch.joins:
        app.services.backend.open_join(join)


def plan(app: Celeriac, signature: Any, launch: Launch, **way: Any) -> None:
    """Add to `launch` what a frozen signature sends first when it is called in this way."""
    _plan(app, maybe_signature(signature, app), launch, _Way(**way))


def _plan(app: Celeriac, signature: Any, launch: Launch, way: _Way) -> None:
    if isinstance(signature, _chain):
        first, *others = signature.unchain_tasks()
        options = {**_passed_on(signature), **way.options}
        _plan(app, first, launch, replace(way, options=options, rest=[*others, *way.rest]))
    elif isinstance(signature, group) and way.rest:
        body, *rest = way.rest
        _plan_chord(app, chord(signature, body, app=app), launch, replace(way, rest=rest))
    elif isinstance(signature, group):
        _plan_group(app, signature, launch, way)
    elif isinstance(signature, chord):
        _plan_chord(app, signature, launch, way)
    else:
        launch.messages.append(_message(app, signature, way))


def _plan_group(app: Celeriac, members: group, launch: Launch, way: _Way) -> None:
    """Send the members; within a chord they are a join of their own, which arrives there when all have."""
    if way.place:
        _open(launch, members, way, body=None)
    _plan_members(app, members, launch, way, joined=way.place is not None)


def _plan_chord(app: Celeriac, whole: chord, launch: Launch, way: _Way) -> None:
    """Open a join for the header and send it; a chord without a header is its body, called with nothing."""
    body = maybe_signature(whole.body, app)
    options = {name: value for name, value in way.options.items() if name not in HEADER_ONLY}
    if not whole.header.tasks:
        _plan(app, body, launch, replace(way, args=[[]], kwargs={}, options=options))
        return
    options = {**_passed_on(whole), **way.options}
    _open(launch, whole.header, way, body=body)
    kwargs = {**whole.kwargs["kwargs"], **way.kwargs}
    header_way = replace(way, args=[*way.args, *whole.args], kwargs=kwargs, options=options)
    _plan_members(app, whole.header, launch, header_way, joined=True)


def _open(launch: Launch, members: group, way: _Way, body: Any) -> None:
    launch.joins.append(
        Join(
            id=members.options["task_id"],
            members=[members_of(member) for member in members.tasks],
            body=body,
            chain=[dict(step) for step in way.rest] if body is not None else [],
            place=way.place.as_fields() if way.place else None,
            root_id=way.root_id,
        )
    )


def _plan_members(app: Celeriac, members: group, launch: Launch, way: _Way, *, joined: bool) -> None:
    gid, size = members.options["task_id"], len(members.tasks)
    shared = _passed_on(members)
    for errback in listed(members.options.get("link_error")):
        members.link_error(errback)
    for index, member in enumerate(members.tasks):
        place = Place(gid, index, size) if joined else None
        _plan(app, member, launch, replace(way, options={**shared, **way.options}, rest=(), place=place))


def _passed_on(canvas: Signature) -> dict[str, Any]:
    """The options that a canvas gives to what it sends first: all but its id, its place and its callbacks."""
    own = {"task_id", "link", "link_error", "group_id", "group_index", "root_id", "parent_id"}
    return {name: value for name, value in canvas.options.items() if name not in own}


def _message(app: Celeriac, call: Signature, way: _Way) -> Message:
    args, kwargs, options = call.merged(way.args, way.kwargs, way.options)
    lineage = {"root_id": way.root_id, "parent_id": way.parent_id}
    settings = {**lineage, **{name: value for name, value in options.items() if value is not None}}
    chain = [dict(step) for step in way.rest]
    more = {"chain": chain, "chord": way.place, "queue": settings.get("queue") or call.queue}
    return message_of(app, call.task, args, kwargs, **{**settings, **more})


def members_of(signature: Any) -> Any:
    """The id of the task whose result a frozen signature has, or a group's list of them."""
    if isinstance(signature, _chain):
        return members_of(signature.tasks[-1])
    if isinstance(signature, group):
        return [members_of(member) for member in signature.tasks]
    return members_of(signature.body) if isinstance(signature, chord) else signature.options["task_id"]
