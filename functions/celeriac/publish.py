"""From a call to a message: options, times, ids and the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celeriac import clock, context, routing, signals, tracing
from celeriac.canvas.stamping import stamps_of
from celeriac.exceptions import EncodeError, ImproperlyConfigured
from celeriac.ids import call_text, new_id
from celeriac.message import Message
from celeriac.options import eta_of, fields_of, properties_of
from celeriac.serialization import blame

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.task import Task

__all__ = ["attempt_after", "message_of", "publish"]

MEMBER_DUE = timedelta(days=12)
"""A chord keeps its members' results for 14 days; what is due later could not find it."""
_FROM_TASK = ("queue", "expires", "ignore_result", "priority", "time_limit", "soft_time_limit")


def message_of(
    app: Celeriac, name: str, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None, **options: Any
) -> Message:
    """Build the message of a call; raises ImproperlyConfigured for options that cannot be."""
    given = {key: value for key, value in options.items() if value is not None}
    task = app.known(name)
    settings: dict[str, Any] = {**_defaults(app, task), **given}
    arguments = _arguments(task, name, args, kwargs)
    if task and "shadow" not in settings and (shadow := task.shadow_name(*arguments, settings)):
        settings["shadow"] = shadow
    settings = routing.routed(app, name, *arguments, settings)
    task_id, root_id, parent_id = _lineage(name, arguments, settings)
    fields: dict[str, Any] = {
        **fields_of(settings, app.timezone),
        "id": task_id,
        "root_id": root_id,
        "parent_id": parent_id,
        "eta": eta_of(settings.get("countdown"), settings.get("eta"), app.timezone),
        "stamps": stamps_of(options),
        "properties": properties_of(settings),
        "trace": tracing.current(),
    }
    message = Message(task=name, args=arguments[0], kwargs=arguments[1], **fields)
    if message.chord and message.eta and message.eta > clock.now() + MEMBER_DUE:
        raise ImproperlyConfigured(f"{name}: a member of a chord must be due within {MEMBER_DUE.days} days")
    return _checked(message)


def _arguments(
    task: Task | None, name: str, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None
) -> tuple[list[Any], dict[str, Any]]:
    """A call's arguments as they travel."""
    if isinstance(args, str | bytes) or not isinstance(kwargs or {}, Mapping):
        raise TypeError(f"{name}: args must be a list or a tuple and kwargs a mapping")
    given = list(args or ()), dict(kwargs or {})
    return task.models.sent(*given) if task and task.models else given


def _checked(message: Message) -> Message:
    """The message; raises ImproperlyConfigured for one that no worker would read."""
    if wrong := message.complaints():
        raise ImproperlyConfigured(f"{message.task}: " + "; ".join(wrong))
    if message.soft_time_limit and message.time_limit and message.soft_time_limit > message.time_limit:
        raise ImproperlyConfigured(f"{message.task}: soft_time_limit must be less than or equal to time_limit")
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
    """The message with what receivers of `before_task_publish` have added to its headers and its properties."""
    if not signals.before_task_publish.has_listeners(message.task):
        return message
    told, properties = _envelope(message), _properties(message)
    own, own_properties = set(told["headers"]) - set(message.headers), set(properties) - set(message.properties)
    signals.before_task_publish.send(message.task, **told, properties=properties, declare=[], retry_policy=None)
    return message.replace(
        headers={key: value for key, value in told["headers"].items() if key not in own},
        properties={key: value for key, value in properties.items() if key not in own_properties},
    )


def _properties(message: Message) -> dict[str, Any]:
    about = {"correlation_id": message.id, "reply_to": message.reply_to or ""}
    return {**about, **({} if message.priority is None else {"priority": message.priority}), **message.properties}


def _envelope(message: Message) -> dict[str, Any]:
    """A message as Celery's publish signals show it."""
    request = context.Context.of(message)
    headers = {
        **message.headers,
        "lang": "py",
        "task": message.task,
        "id": message.id,
        "shadow": message.shadow,
        "eta": message.eta and message.eta.isoformat(),
        "expires": message.expires and message.expires.isoformat(),
        "group": message.group,
        "group_index": message.group_index,
        "retries": message.retries,
        "timelimit": [message.time_limit, message.soft_time_limit],
        "root_id": message.root_id,
        "parent_id": message.parent_id,
        "argsrepr": request.argsrepr,
        "kwargsrepr": request.kwargsrepr,
        "origin": message.origin,
        "ignore_result": message.ignore_result,
        "replaced_task_nesting": message.replaced_task_nesting,
        "stamped_headers": list(message.stamps),
        "stamps": message.stamps,
    }
    embed = {"callbacks": message.link, "errbacks": message.link_error, "chain": message.chain, "chord": message.chord}
    body = (message.args, message.kwargs, embed)
    return {"headers": headers, "body": body, "exchange": "", "routing_key": message.queue}


def _defaults(app: Celeriac, task: Task | None) -> dict[str, Any]:
    """What the task says where the call does not; a child may have its parent's priority."""
    defaults = {name: value for name in _FROM_TASK if (value := getattr(task, name, None)) is not None}
    running = context.current_worker_task() if app.conf.task_inherit_parent_priority else None
    return {"priority": running[1].delivered.priority, **defaults} if running else defaults


def _lineage(name: str, arguments: object, settings: dict[str, Any]) -> tuple[str, str, str | None]:
    """The ids of the task, of the first task of its story, and of the task that sends it."""
    running = context.current_worker_task()
    parent = running[1] if running else None
    task_id = settings.get("task_id") or new_id(call_text(name, arguments))
    root_id = settings.get("root_id") or (parent.root_id if parent else None) or task_id
    return task_id, root_id, settings.get("parent_id") or (parent.id if parent else None)


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
    new_args, new_kwargs = _arguments(task, task.name, *_merged(task, message, args, kwargs))
    if options.get("queue"):
        options["queue"] = routing.resolved(task.app, task.name, options["queue"])
    changes: dict[str, Any] = {
        **fields_of(options, task.app.timezone),
        "id": message.id,
        "args": new_args,
        "kwargs": new_kwargs,
        "retries": message.retries + 1,
        "slot": None,
        "missed": 0,
        "eta": eta_of(options.get("countdown"), options.get("eta"), task.app.timezone),
        "properties": {**message.properties, **properties_of(options)},
    }
    return _checked(message.replace(**changes))
