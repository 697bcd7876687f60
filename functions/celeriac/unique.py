"""Tasks of which there is one at a time: `unique_for`, as users of celery-once and of Sidekiq expect it.

Sending such a task takes a lock, an item of the table that holds the task's id: under the task's name and those of its
arguments that matter. While it stands, the same call is not sent again. The task's end lets it go, if it is still its
own; if nobody does, it ends with its time. A member of a canvas takes no lock and heeds none, for what waits for it
waits for a result of its own.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celeriac import clock, states
from celeriac.exceptions import AlreadyQueued, ImproperlyConfigured
from celeriac.publish import publish
from celeriac.serialization import dumps

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.message import Message
    from celeriac.result import AsyncResult
    from celeriac.row import Row

__all__ = ["OnceOptions", "begin", "let_go", "send"]

END, START = "end", "start"
_VARIOUS = inspect.Parameter.VAR_KEYWORD


class OnceOptions:
    """The options of a task, and of a call, by which it is there once."""

    unique_for: float | timedelta | None = None
    """For how long, at the most, a call keeps the same call from being sent again; seconds or a timedelta.

    It is heeded by `delay`, `apply_async` and `send_task`, and not by members of a canvas, schedules and the HTTP API.
    """
    unique_on: Sequence[str] | None = None
    """The arguments that make a call the same; None is all of them."""
    unique_until: str = END
    """What lets the lock go: the task's "end", or its "start"."""
    unique_graceful: bool = False
    """Return the handle on the task that is queued, instead of raising AlreadyQueued."""


def send(app: Celeriac, message: Message, options: Mapping[str, Any]) -> Message | AsyncResult:
    """Send a message; returns it, or the handle on the one that is queued already, if that is to do.

    Raises AlreadyQueued otherwise.
    """
    settings = _settings(app, message, options)
    lives = _lives(settings["unique_for"])
    if lives is None:
        publish(app, [message])
        return message
    message = message.replace(unique=f"{_until(settings)}:{_fingerprint(app, message, settings['unique_on'])}")
    standing = app.services.backend.claim(_key(message), message.id, lives)
    if standing is not None and standing[0] != message.id:
        queued, left_s = app.AsyncResult(standing[0]), max(0, round(standing[1] - clock.now().timestamp()))
        if settings["unique_graceful"]:
            return queued
        raise AlreadyQueued(left_s, queued)
    try:
        publish(app, [message])
    except BaseException:
        _release(app, message)
        raise
    return message


def begin(app: Celeriac, message: Message) -> None:
    """Let go of the lock of a task that begins, if it is to stand only until then."""
    if message.unique and message.unique.startswith(START) and message.retries == 0:
        _release(app, message)


def let_go(app: Celeriac, message: Message, row: Row) -> None:
    """Let go of the lock of a task that has ended, in whatever way; a retry is no end."""
    if message.unique and (row.ready or row.state == states.IGNORED):
        _release(app, message)


def _release(app: Celeriac, message: Message) -> None:
    app.services.backend.release(_key(message), message.id)


def _key(message: Message) -> str:
    return f"unique#{(message.unique or '').partition(':')[2]}"


def _settings(app: Celeriac, message: Message, options: Mapping[str, Any]) -> dict[str, Any]:
    """What the call says, or else the task."""
    task = app.known(message.task)
    defaults = {"unique_for": None, "unique_on": None, "unique_until": END, "unique_graceful": False}
    own = {name: getattr(task, name, value) for name, value in defaults.items()}
    return {**own, **{name: options[name] for name in defaults if options.get(name) is not None}}


def _lives(unique_for: Any) -> timedelta | None:
    if not unique_for:
        return None
    try:
        lives = unique_for if isinstance(unique_for, timedelta) else timedelta(seconds=unique_for)
    except (TypeError, OverflowError):
        lives = timedelta(0)
    if not timedelta(0) < lives <= timedelta(days=366):
        raise ImproperlyConfigured(f"unique_for is seconds or a timedelta, up to a year and a day, not {unique_for!r}")
    return lives


def _until(settings: Mapping[str, Any]) -> str:
    until = str(settings["unique_until"])
    if until not in {START, END}:
        raise ImproperlyConfigured(f"unique_until is 'end' or 'start', not {until!r:.100}")
    return until


def _fingerprint(app: Celeriac, message: Message, names: Any) -> str:
    """What a call has in common with those that are the same: a hash of its name and its arguments, or some of them."""
    arguments = _arguments(app, message)
    names = [names] if isinstance(names, str) else names
    if unknown := [name for name in names or () if name not in arguments]:
        raise ImproperlyConfigured(f"{message.task}: unique_on names {unknown}, and its arguments are {[*arguments]}")
    chosen = {name: arguments[name] for name in names} if names is not None else arguments
    text = json.dumps(json.loads(dumps([message.task, chosen])), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _arguments(app: Celeriac, message: Message) -> dict[str, Any]:
    """The arguments by their names, defaults included; by their places where the task's code is not here."""
    task = app.known(message.task)
    if task is None:
        return {**{str(index): value for index, value in enumerate(message.args)}, **message.kwargs}
    bound = task.signature_of_body.bind_partial(*message.args, **message.kwargs)
    bound.apply_defaults()
    kinds = {name: parameter.kind for name, parameter in task.signature_of_body.parameters.items()}
    named = {name: value for name, value in bound.arguments.items() if kinds[name] is not _VARIOUS}
    return named | {key: item for name, kind in kinds.items() if kind is _VARIOUS for key, item in _of(bound, name)}


def _of(bound: Any, name: str) -> Any:
    return bound.arguments.get(name, {}).items()
