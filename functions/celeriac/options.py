"""What `apply_async` takes beside a call's arguments, and the fields of the message that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from celeriac import clock, limits
from celeriac.canvas.stamping import STAMPED
from celeriac.exceptions import ImproperlyConfigured
from celeriac.join import Place
from celeriac.message import signature_fields

__all__ = ["INERT", "OPTIONS", "eta_of", "fields_of", "properties_of"]

INERT = frozenset({
    "add_to_parent", "compression", "connection", "declare", "delivery_mode", "exchange", "exchange_type", "immediate",
    "mandatory", "producer", "publisher", "retry", "retry_policy", "route_name", "router", "routing_key", "serializer",
    "task_type",
})  # fmt: skip
"""What Celery's `apply_async` takes, too, and what no message of ours carries."""
ONCE = frozenset({"unique_for", "unique_on", "unique_until", "unique_graceful"})
"""What is heeded where a call is sent (`celeriac.unique`)."""


def fields_of(options: Mapping[str, Any], zone: tzinfo = UTC) -> dict[str, Any]:
    """The fields of a message that some options say; `countdown`, `eta` and stamps are not among them.

    Raises TypeError for callbacks that are no signatures, and ImproperlyConfigured for a time that cannot be and for a
    serializer other than JSON.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if (serializer := given.get("serializer", "json")) != "json":
        raise ImproperlyConfigured(
            f"serializer must be 'json', not {serializer!r}: what a queue carries may not run code"
        )
    fields = {_FIELDS[name][0]: _FIELDS[name][1](value) for name, value in given.items() if name in _FIELDS}
    return {**fields, "expires": _moment(given["expires"], zone)} if "expires" in given else fields


def properties_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that nobody here knows: as in Celery, they travel as the message's properties.

    Source: https://docs.celeryq.dev/en/stable/reference/celery.app.task.html#celery.app.task.Task.apply_async
    """
    other = options.keys() - OPTIONS - ONCE - INERT - {STAMPED, *options.get(STAMPED, ())}
    return {name: options[name] for name in options if name in other and options[name] is not None}


def eta_of(countdown: float | None, eta: datetime | str | None, zone: tzinfo = UTC) -> datetime | None:
    """When a task may start; raises ImproperlyConfigured for both at once and for more than a year away."""
    if countdown is not None and eta is not None:
        raise ImproperlyConfigured("give countdown or eta, not both")
    if countdown:
        # A longer one is refused below, and may be more than the calendar has.
        eta = clock.now() + timedelta(seconds=min(countdown, limits.RETRY_COUNTDOWN_S + 1))
    if eta is None:
        return None
    moment = _aware(eta, zone)
    if moment > clock.now() + timedelta(seconds=limits.RETRY_COUNTDOWN_S):
        raise ImproperlyConfigured(f"{moment} is more than a year away")
    return moment


def _moment(expires: float | datetime | timedelta | str, zone: tzinfo) -> datetime:
    if isinstance(expires, datetime | str):
        return _aware(expires, zone)
    try:
        return clock.now() + (expires if isinstance(expires, timedelta) else timedelta(seconds=expires))
    except OverflowError as error:
        raise ImproperlyConfigured(f"expires: the calendar has no room for {expires}") from error


def _aware(moment: datetime | str, zone: tzinfo) -> datetime:
    """A moment, which may be its ISO 8601 text; a naive one is in the app's time zone, as in Celery."""
    try:
        read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError as error:
        raise ImproperlyConfigured(f"{moment!r:.100} is no ISO 8601 time") from error
    return read.replace(tzinfo=zone) if read.tzinfo is None else read


def _signatures(calls: Any) -> list[dict[str, Any]]:
    """Signatures as JSON, checked here: in a worker, what is wrong with them would fail the task before them."""
    for call in _listed(calls):
        _check(call)
    return [dict(call) for call in _listed(calls)]


def _check(call: Any) -> None:
    if not signature_fields(call):
        raise TypeError(f"chains and callbacks are made of signatures, such as task.s(…), not of {call!r:.100}")
    options = call.get("options") or {}
    steps = call["kwargs"]["tasks"] if call.get("subtask_type") == "chain" else ()
    for inner in (*steps, *_listed(options.get("link")), *_listed(options.get("link_error"))):
        _check(inner)


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _place(value: Any) -> Any:
    return value.as_fields() if isinstance(value, Place) else value


def _same(value: Any) -> Any:
    return value


_AS_THEY_ARE = (
    "argsrepr", "group_index", "ignore_result", "kwargsrepr", "message_group_id", "origin", "parent_id", "priority",
    "queue", "replaced_task_nesting", "reply_to", "retries", "root_id", "shadow", "soft_time_limit", "tenant",
    "time_limit",
)  # fmt: skip
_FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    **{name: (name, _same) for name in _AS_THEY_ARE},
    "MessageGroupId": ("message_group_id", _same),
    "chain": ("chain", _signatures),
    "chord": ("chord", _place),
    "expires": ("expires", _same),
    "group_id": ("group", _same),
    "headers": ("headers", dict),
    "link": ("link", _signatures),
    "link_error": ("link_error", _signatures),
    "task_id": ("id", _same),
}
"""Options, and the fields that they become."""
OPTIONS = frozenset({*_FIELDS, "countdown", "eta"})
"""What `apply_async` takes beside the arguments."""
