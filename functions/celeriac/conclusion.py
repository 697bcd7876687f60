"""What follows from an outcome: the retry, the next link of a chain, the callbacks, and the arrival at a chord.

Everything here is derived from the message and its row alone, ids included. A redelivery therefore derives the same
rows, joins and messages again, and doing it twice does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from celeriac import clock, errbacks, states
from celeriac.canvas import group, maybe_signature
from celeriac.canvas.linking import listed
from celeriac.canvas.signature import concrete
from celeriac.exceptions import ChordError
from celeriac.failure import exception_of, record_of
from celeriac.ids import told_by
from celeriac.join import Join, Place, leaves
from celeriac.launch import Launch, open_joins, plan
from celeriac.message import Message
from celeriac.row import Row
from celeriac.serialization import dumps, loads

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["body_of", "conclude", "follow_ups", "those_waiting"]


Send = Callable[[Launch], None]
"""Sends what follows."""


def conclude(app: Celeriac, message: Message, row: Row, send: Send) -> None:
    """Do all that follows from a recorded outcome; those who wait come first, for a callback may be impossible."""
    if row.state in states.PROPAGATE_STATES:
        _abandon(app, message, row)
    ends_here = row.state in states.PROPAGATE_STATES or (row.state == states.SUCCESS and not message.chain)
    if ends_here and (place := Place.of(message.chord)):
        _arrive(app, place, send)
    if row.state == states.FAILURE:
        errbacks.call_here(app, message, row)
    send(follow_ups(app, message, row))


def follow_ups(app: Celeriac, message: Message, row: Row) -> Launch:
    """The messages that an outcome asks for."""
    if row.state == states.RETRY and row.message:
        return Launch(messages=[Message.loads(row.message)])
    launch = Launch()
    with told_by(message.id, "after", row.attempt):
        if row.state == states.SUCCESS:
            _after_success(app, message, loads(row.result or "null"), launch)
        if row.state == states.FAILURE:
            for errback in message.link_error:
                if not errbacks.is_called_here(app, errback):
                    _call(app, message, errback, [message.id], launch)
    return launch


def _after_success(app: Celeriac, message: Message, result: Any, launch: Launch) -> None:
    if message.chain:
        following, *rest = message.chain
        _call(app, message, following, [result], launch, rest=rest, place=Place.of(message.chord))
    for callback in message.link:
        _call(app, message, callback, [result], launch)


def _call(app: Celeriac, parent: Message, signature: Any, args: list[Any], launch: Launch, **way: Any) -> None:
    """Send a signature with its parent's result."""
    call = concrete(signature, app)
    call.freeze()
    if app.conf.task_inherit_parent_priority and parent.priority is not None:
        way["options"] = {"priority": call.options.get("priority", parent.priority)}
    plan(app, call, launch, args=args, root_id=parent.root_id or parent.id, parent_id=parent.id, **way)


def _abandon(app: Celeriac, message: Message, row: Row) -> None:
    """Record the chain's other tasks as failed, too, so that nobody waits for them."""
    for task in _still_to_come(app, message):
        app.services.backend.record(
            Row(
                id=task.options["task_id"],
                state=states.FAILURE,
                name=task.task,
                error=row.error,
                root_id=message.root_id,
                parent_id=message.id,
                done_at=row.done_at,
            )
        )


def those_waiting(app: Celeriac, message: Message) -> Iterator[str]:
    """The ids of the tasks that cannot run before this one has succeeded: later in its chain, the bodies of chords."""
    yield from (task.options["task_id"] for task in _still_to_come(app, message))
    place = Place.of(message.chord)
    while place and (join := app.services.backend.find_join(place)):
        for body in body_of(app, join):
            yield body.id
            yield from those_waiting(app, body.replace(chord=None))
        place = Place.of(join.place)


def body_of(app: Celeriac, join: Join) -> list[Message]:
    """What a join's body begins with, as it is sent but for the results that it waits for; of a group, nothing."""
    messages = _unfed(app, join)[1].messages if join.body else []
    return [message.replace(parent_id=_last(join.members)) for message in messages]


def _still_to_come(app: Celeriac, message: Message) -> list[Any]:
    return [task for step in message.chain for task in _ends(maybe_signature(step, app))]


def _ends(signature: Any) -> list[Any]:
    """The tasks of a canvas that somebody may wait for and that have an id."""
    parts = listed(signature.kwargs.get("tasks")) if signature.subtask_type in {"chain", "group"} else []
    if signature.subtask_type == "chord":
        parts = [signature.body]
    if parts:
        return [end for part in parts for end in _ends(maybe_signature(part, signature._app))]
    return [signature] if signature.options.get("task_id") else []


def _arrive(app: Celeriac, place: Place, send: Send) -> None:
    """Arrive at a join; whoever completes it sends its body. Two may think they do, and send the same."""
    join = app.services.backend.arrive(place)
    if join is None:
        return
    if join.body is None:
        outer = Place.of(join.place)
        if outer:
            _arrive(app, outer, send)
        return
    rows = app.services.backend.get_many(leaves(join.members), consistent=True)
    if error := _header_error(join, rows):
        _fail(app, join, error, send)
        return
    launch = Launch()
    filled = app.services.backend.filled_all(rows)
    with told_by(join.id, "body"):
        body = maybe_signature(join.body, app)
        body.freeze()
        results = _gathered(join.members, filled)
        lineage = {"root_id": join.root_id, "parent_id": _last(join.members)}
        plan(app, body, launch, args=[results], rest=join.chain, place=Place.of(join.place), **lineage)
    send(launch)


def _last(members: list[Any]) -> str | None:
    return list(leaves(members))[-1]


def _gathered(members: list[Any], rows: dict[str, Row]) -> list[Any]:
    return [
        _gathered(member, rows) if isinstance(member, list) else loads(rows[member].result or "null")
        for member in members
    ]


def _header_error(join: Join, rows: dict[str, Row]) -> ChordError | None:
    """Why the body cannot be called, in the order of the header, and what caused that; None if it can."""
    for task_id in leaves(join.members):
        row = rows.get(task_id)
        if row is None:
            return ChordError(f"Dependency {task_id} has no result")
        if row.state in states.PROPAGATE_STATES:
            cause = exception_of(loads(row.error or "{}"))
            error = ChordError(f"Dependency {task_id} raised {cause!r}")
            error.__cause__ = cause
            return error
    return None


def _fail(app: Celeriac, join: Join, error: ChordError, send: Send) -> None:
    """Have the body fail as if it had run: its row, its error callbacks, what follows it, and the join around it.

    A body that is a group has no handle whose parents could tell what happened: its members fail with the cause itself.
    """
    body, launch = _unfed(app, join)
    record = dumps(record_of((isinstance(body, group) and error.__cause__) or error))
    for message in launch.messages:
        row = Row.of(message, states.FAILURE, error=record, message=message.dumps(), done_at=clock.now())
        open_joins(app, launch)
        conclude(app, message, app.services.backend.record(row), send)


def _unfed(app: Celeriac, join: Join) -> tuple[Any, Launch]:
    """The body of a join, and what it would send without the results that it waits for."""
    launch = Launch()
    with told_by(join.id, "body"):
        body = maybe_signature(join.body, app)
        body.freeze()
        plan(app, body, launch, args=[[]], rest=join.chain, place=Place.of(join.place), root_id=join.root_id)
    return body, launch
