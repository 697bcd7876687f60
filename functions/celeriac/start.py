"""Starting a canvas: a copy of it is frozen, planned and sent, a generator's tasks while the generator goes on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from celeriac import context, limits
from celeriac.canvas import chord, group
from celeriac.canvas.linking import listed
from celeriac.launch import Launch, Way, plan_canvas, plan_members, send, way_into_header
from celeriac.patience import patience_of
from celeriac.result.base import top_of

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["start"]

PATIENCE_S = 0.2
"""How long a task that a generator has made waits for others to share a request with it."""


def start(
    app: Celeriac, canvas: Any, args: Sequence[Any], kwargs: Mapping[str, Any] | None, options: Mapping[str, Any]
) -> Any:
    """Freeze a copy of a canvas and send it; returns the handle on its result.

    `link` and `link_error` are the canvas's, `task_id` is its result's, the other options its first tasks'. A frozen
    canvas that is sent again is another run, with other ids.
    """
    call, given = canvas.clone(), {name: value for name, value in options.items() if value is not None}
    for callback in listed(given.pop("link", None)):
        call.link(callback)
    for errback in listed(given.pop("link_error", None)):
        call.link_error(errback)
    if app.conf.task_always_eager:
        return call.apply(args, kwargs, **given)
    with patience_of(app, given):
        return _started(app, canvas, call, Way(args=args, kwargs=kwargs or {}, options=given))


def _started(app: Celeriac, canvas: Any, call: Any, way: Way) -> Any:
    if canvas.spent:
        _thaw(call)
    canvas.spent = canvas.id is not None
    header = _header_of(call)
    coming = header.detach() if header is not None else None
    options = dict(way.options)
    result = call.freeze(options.pop("task_id", None))
    launch, way = Launch(), replace(way, options=options)
    if header is not None and coming is not None:
        _send_as_they_come(app, call, header, coming, top_of(result), way)
    plan_canvas(app, call, launch, way)
    send(app, launch)
    context.leave_trail(result)
    return result


def _send_as_they_come(app: Celeriac, call: Any, header: group, coming: Iterable[Any], handle: Any, way: Way) -> None:
    """Send the members that a generator makes while it goes on: ten together, or those that have waited long enough.

    The last ones stay. They are sent when the join is open and knows all its members, so that somebody always arrives
    after that.
    """
    joined, since = isinstance(call, chord), time.monotonic()
    way = way_into_header(call, way) if isinstance(call, chord) else way
    for member in coming:
        waiting, is_late = len(header.tasks) - header.sent, time.monotonic() - since > PATIENCE_S
        if waiting >= limits.SQS_BATCH_ENTRIES or (waiting and is_late):
            launch = Launch()
            plan_members(app, header, launch, way, joined=joined, size=0)
            send(app, launch)
            header.sent, waiting = len(header.tasks), 0
        since = since if waiting else time.monotonic()
        handle.results.append(member.freeze(group_id=header.id, group_index=len(header.tasks)))
        header.tasks.append(member)


def _header_of(canvas: Any) -> group | None:
    if isinstance(canvas, chord):
        return canvas.header
    return canvas if isinstance(canvas, group) else None


def _thaw(signature: Any) -> None:
    """Forget the ids."""
    signature.options.pop("task_id", None)
    parts = signature.tasks if signature.subtask_type in {"chain", "group"} else ()
    for part in (signature.header, signature.body) if isinstance(signature, chord) else parts:
        _thaw(part)
