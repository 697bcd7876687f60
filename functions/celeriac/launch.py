"""From a canvas to what is sent: messages, and the joins that wait for them.

`plan` is pure: of a frozen signature it makes the messages that can go out now, each carrying what follows it, and the
joins that must be open before they do. Who sends (a caller, or a worker after an outcome) opens the joins first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from celeriac.canvas import Signature, chord, group, maybe_signature
from celeriac.canvas.chain import _chain
from celeriac.canvas.linking import listed
from celeriac.join import Join, Place
from celeriac.message import Message
from celeriac.publish import message_of, publish

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = [
    "Launch",
    "Way",
    "members_of",
    "open_joins",
    "plan",
    "plan_canvas",
    "plan_members",
    "send",
    "way_into_header",
]

HEADER_ONLY = frozenset({"countdown", "eta"})


@dataclass(slots=True)
class Launch:
    """What a canvas sends first."""

    joins: list[Join] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    told_late: set[str] = field(default_factory=set)
    """The joins of which some members were sent before anybody knew how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a signature is called: with what, what comes after it, where it arrives, and whose child it is."""

    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    rest: Sequence[Any] = ()
    place: Place | None = None
    root_id: str | None = None
    parent_id: str | None = None


def send(app: Celeriac, launch: Launch) -> None:
    """Open the joins, then send the messages that may complete them."""
    open_joins(app, launch)
    publish(app, launch.messages)


def open_joins(app: Celeriac, launch: Launch) -> None:
    """Keep the joins for the messages' tasks to arrive at; to be done before any of those is sent."""
    for join in launch.joins:
        app.services.backend.open_join(join, tell_size=join.id in launch.told_late)


def plan(app: Celeriac, signature: Any, launch: Launch, **way: Any) -> None:
    """Add to `launch` what a frozen signature sends first when it is called in this way."""
    plan_canvas(app, maybe_signature(signature, app), launch, Way(**way))


def plan_canvas(app: Celeriac, signature: Any, launch: Launch, way: Way) -> None:
    """As `plan`, for a way that is there already."""
    if isinstance(signature, _chain):
        first, *others = signature.unchain_tasks()
        plan_canvas(app, first, launch, replace(_way_into(signature, way), rest=[*others, *way.rest]))
    elif isinstance(signature, group) and way.rest:
        body, *rest = way.rest
        _plan_chord(app, chord(signature, body, app=app), launch, replace(way, rest=rest))
    elif isinstance(signature, group):
        _plan_group(app, signature, launch, way)
    elif isinstance(signature, chord):
        _plan_chord(app, signature, launch, way)
    else:
        launch.messages.append(_message(app, signature, way))


def _plan_group(app: Celeriac, members: group, launch: Launch, way: Way) -> None:
    """Send the members; within a chord they are a join of their own, which arrives there when all have."""
    if way.place:
        _open(launch, members, way, body=None)
    plan_members(app, members, launch, way, joined=way.place is not None)


def _plan_chord(app: Celeriac, whole: chord, launch: Launch, way: Way) -> None:
    """Open a join for the header and send it; a chord without a header is its body, called with nothing."""
    body = maybe_signature(whole.body, app)
    if not whole.header.tasks:
        options = {name: value for name, value in way.options.items() if name not in HEADER_ONLY}
        plan_canvas(app, body, launch, replace(way, args=[[]], kwargs={}, options=options))
        return
    _open(launch, whole.header, way, body=body)
    plan_members(app, whole.header, launch, way_into_header(whole, way), joined=True)


def _open(launch: Launch, members: group, way: Way, body: Any) -> None:
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
    launch.told_late.update([members.options["task_id"]] if members.sent else [])


def plan_members(
    app: Celeriac, members: group, launch: Launch, way: Way, *, joined: bool, size: int | None = None
) -> None:
    """Add to `launch` the members that are not sent yet; `size` is 0 while nobody knows how many there will be."""
    gid, size = members.options["task_id"], len(members.tasks) if size is None else size
    for errback in listed(members.options.get("link_error")):
        members.link_error(errback)
    way = replace(_way_into(members, way), rest=())
    for index, member in enumerate(members.tasks[members.sent :], members.sent):
        plan_canvas(app, member, launch, replace(way, place=Place(gid, index, size) if joined else None))


def way_into_header(whole: chord, way: Way) -> Way:
    """How a chord's header is called when the chord is called in this way."""
    way = _way_into(whole, way)
    return replace(way, kwargs={**whole.kwargs["kwargs"], **way.kwargs})


def _way_into(canvas: Signature, way: Way) -> Way:
    """How a canvas calls what it sends first, when it is called in this way itself."""
    args, kwargs = canvas.given(way.args, way.kwargs)
    return replace(way, args=args, kwargs=kwargs, options={**_passed_on(canvas), **way.options})


def _passed_on(canvas: Signature) -> dict[str, Any]:
    """The options that a canvas gives to what it sends first: all but its id, its place and its callbacks."""
    own = {"task_id", "link", "link_error", "group_id", "group_index", "root_id", "parent_id"}
    return {name: value for name, value in canvas.options.items() if name not in own}


def _message(app: Celeriac, call: Signature, way: Way) -> Message:
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
