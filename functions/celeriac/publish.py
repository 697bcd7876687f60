"""From a call to a message: options, times, ids and the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from celeriac import clock, context, limits, signals
from celeriac.canvas.stamping import STAMPED, stamps_of
from celeriac.exceptions import EncodeError, ImproperlyConfigured
from celeriac.ids import call_text, new_id
from celeriac.join import Place
from celeriac.message import Message, signature_fields
from celeriac.serialization import blame

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.task import Task

__all__ = ["OPTIONS", "attempt_after", "message_of", "publish"]

OPTIONS = frozenset({
    "task_id", "countdown", "eta", "expires", "queue", "chain", "link", "link_error", "ignore_result", "time_limit",
    "soft_time_limit", "headers", "root_id", "parent_id", "retries", "group_id", "group_index", "chord",
})  # fmt: skip
"""What `apply_async` takes beside the arguments."""
INERT = frozenset({
    "add_to_parent", "argsrepr", "compression", "connection", "delivery_mode", "exchange", "kwargsrepr", "priority",
    "producer", "reply_to", "retry", "retry_policy", "routing_key", "serializer", "shadow",
})  # fmt: skip
"""What Celery's `apply_async` takes, too, and what changes nothing here."""
MEMBER_DUE = timedelta(days=12)
"""A chord keeps its members' results for 14 days; what is due later could not find it."""
_FROM_TASK = ("queue", "expires", "ignore_result", "time_limit", "soft_time_limit")


def message_of(
    app: Celeriac, name: str, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None, **options: Any
) -> Message:
    """Build the message of a call; raises ImproperlyConfigured for options that cannot be."""
    _require_known(options)
    task = app.known(name)
    settings = {**_defaults(task), **{key: value for key, value in options.items() if value is not None}}
    if isinstance(args, str | bytes) or not isinstance(kwargs or {}, Mapping):
        raise TypeError(f"{name}: args must be a list or a tuple and kwargs a mapping")
    arguments: tuple[list[Any], dict[str, Any]] = (list(args or ()), dict(kwargs or {}))
    task_id, root_id, parent_id = _lineage(name, arguments, settings)
    soft, hard = settings.get("soft_time_limit"), settings.get("time_limit")
    if soft and hard and soft > hard:
        raise ImproperlyConfigured(f"{name}: soft_time_limit must be less than or equal to time_limit")
    message = Message(
        id=task_id,
        task=name,
        args=arguments[0],
        kwargs=arguments[1],
        queue=settings.get("queue") or app.queue_of(name),
        retries=settings.get("retries", 0),
        eta=_eta(settings.get("countdown"), settings.get("eta")),
        expires=_moment(settings.get("expires")),
        root_id=root_id,
        parent_id=parent_id,
        chain=_signatures(settings.get("chain")),
        link=_signatures(settings.get("link")),
        link_error=_signatures(settings.get("link_error")),
        time_limit=hard,
        soft_time_limit=soft,
        ignore_result=settings.get("ignore_result"),
        headers={**settings.get("headers", {})},
        stamps=stamps_of(options),
        group=settings.get("group_id"),
        group_index=settings.get("group_index"),
        chord=place.as_fields() if isinstance(place := settings.get("chord"), Place) else place,
    )
    if message.chord and message.eta and message.eta > clock.now() + MEMBER_DUE:
        raise ImproperlyConfigured(f"{name}: a member of a chord must be due within {MEMBER_DUE.days} days")
    if wrong := message.complaints():
        raise ImproperlyConfigured(f"{name}: " + "; ".join(wrong))
    return message


def publish(app: Celeriac, messages: Sequence[Message]) -> None:
    """Send messages, and tell the signals; raises EncodeError that names the argument which JSON cannot carry."""
    messages = [_announced(message) for message in messages]
    try:
        app.services.broker.publish(messages)
    except EncodeError:
        for message in messages:
            task = app.known(message.task)
            blame(message.task, task.run if task else None, message.args, message.kwargs)
        raise
    for message in messages:
        if signals.after_task_publish.has_listeners(message.task):
            signals.after_task_publish.send(message.task, **_envelope(message))


def _announced(message: Message) -> Message:
    """The message with what receivers of `before_task_publish` have added to its headers."""
    if not signals.before_task_publish.has_listeners(message.task):
        return message
    told = _envelope(message)
    own = set(told["headers"]) - set(message.headers)
    properties = {"correlation_id": message.id, "reply_to": ""}
    signals.before_task_publish.send(message.task, **told, properties=properties, declare=[], retry_policy=None)
    return message.replace(headers={key: value for key, value in told["headers"].items() if key not in own})


def _envelope(message: Message) -> dict[str, Any]:
    """A message as Celery's publish signals show it."""
    headers = {
        **message.headers,
        "lang": "py",
        "task": message.task,
        "id": message.id,
        "eta": message.eta and message.eta.isoformat(),
        "expires": message.expires and message.expires.isoformat(),
        "group": message.group,
        "group_index": message.group_index,
        "retries": message.retries,
        "timelimit": [message.time_limit, message.soft_time_limit],
        "root_id": message.root_id,
        "parent_id": message.parent_id,
        "ignore_result": message.ignore_result,
        "stamped_headers": list(message.stamps),
        "stamps": message.stamps,
    }
    embed = {"callbacks": message.link, "errbacks": message.link_error, "chain": message.chain, "chord": message.chord}
    body = (message.args, message.kwargs, embed)
    return {"headers": headers, "body": body, "exchange": "", "routing_key": message.queue}


def _defaults(task: Task | None) -> dict[str, Any]:
    return {name: value for name in _FROM_TASK if (value := getattr(task, name, None)) is not None}


def _lineage(name: str, arguments: object, settings: dict[str, Any]) -> tuple[str, str, str | None]:
    """The ids of the task, of the first task of its story, and of the task that sends it."""
    running = context.current_worker_task()
    parent = running[1] if running else None
    task_id = settings.get("task_id") or new_id(call_text(name, arguments))
    root_id = settings.get("root_id") or (parent.root_id if parent else None) or task_id
    return task_id, root_id, settings.get("parent_id") or (parent.id if parent else None)


def _eta(countdown: float | None, eta: datetime | None) -> datetime | None:
    if countdown is not None and eta is not None:
        raise ImproperlyConfigured("give countdown or eta, not both")
    if countdown:
        # A longer one is refused below, and may be more than the calendar has.
        eta = clock.now() + timedelta(seconds=min(countdown, limits.RETRY_COUNTDOWN_S + 1))
    if eta is None:
        return None
    moment = _aware(eta)
    if moment > clock.now() + timedelta(seconds=limits.RETRY_COUNTDOWN_S):
        raise ImproperlyConfigured(f"{moment} is more than a year away")
    return moment


def _moment(expires: float | datetime | timedelta | None) -> datetime | None:
    if expires is None or isinstance(expires, datetime):
        return expires and _aware(expires)
    try:
        return clock.now() + (expires if isinstance(expires, timedelta) else timedelta(seconds=expires))
    except OverflowError as error:
        raise ImproperlyConfigured(f"expires: the calendar has no room for {expires}") from error


def _aware(moment: datetime) -> datetime:
    """A naive time is UTC, as with Celery's `enable_utc`."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _signatures(calls: Any) -> list[dict[str, Any]]:
    """Signatures as JSON, checked here: in a worker, what is wrong with them would fail the task before them."""
    for call in _listed(calls):
        _check(call)
    return [dict(call) for call in _listed(calls)]


def _check(call: Any) -> None:
    if not signature_fields(call):
        raise TypeError(f"chains and callbacks are made of signatures, such as task.s(…), not of {call!r:.100}")
    options = call.get("options") or {}
    _require_known(options)
    steps = call["kwargs"]["tasks"] if call.get("subtask_type") == "chain" else ()
    for inner in (*steps, *_listed(options.get("link")), *_listed(options.get("link_error"))):
        _check(inner)


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _require_known(options: Mapping[str, Any]) -> None:
    if unknown := options.keys() - OPTIONS - INERT - {STAMPED, *options.get(STAMPED, ())}:
        raise TypeError(f"apply_async() got unexpected options: {', '.join(sorted(unknown))}")


def _merged(
    task: Task, message: Message, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a retry: what it gives takes the place of what the call gave for the same parameters."""
    if args is not None and kwargs is None:
        taken = [*task.signature_of_body.parameters][: len(args)]
        return list(args), {name: value for name, value in message.kwargs.items() if name not in taken}
    if kwargs is not None and args is None:
        bound = task.signature_of_body.bind_partial(*message.args)
        left = dict(kwargs)
        bound.arguments.update({name: left.pop(name) for name in kwargs if name in bound.arguments})
        return list(bound.args), {**bound.kwargs, **left}
    return list(message.args if args is None else args), dict(message.kwargs if kwargs is None else kwargs)


def attempt_after(
    task: Task, message: Message, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None, **options: Any
) -> Message:
    """The attempt that follows this one: the same id, one retry more."""
    new_args, new_kwargs = _merged(task, message, args, kwargs)
    later = {
        "args": new_args,
        "kwargs": new_kwargs,
        "retries": message.retries + 1,
        "eta": _eta(options.pop("countdown", None), options.pop("eta", None)),
    }
    changes = {name: value for name, value in options.items() if name in _FROM_TASK or name == "headers"}
    if unknown := options.keys() - changes.keys():
        raise TypeError(f"{task.name}: retry() got unexpected options: {', '.join(sorted(unknown))}")
    if "expires" in changes:
        changes["expires"] = _moment(changes["expires"])
    return message.replace(**later, **changes)
