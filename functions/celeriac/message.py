"""The wire format, version 1: what a queue carries.

A message is frozen data. A field that this version does not know is kept in `extra` and travels on with a retry, so
that an older worker loses nothing of a newer producer's; a version that it does not know is refused.
Times are ISO 8601 with an offset; `None` and empty fields are left out.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from celeriac import limits
from celeriac.exceptions import DecodeError
from celeriac.serialization import dumps, loads

__all__ = ["PERIODIC", "VERSION", "Message", "readable_id", "signature_fields"]

VERSION = 1
PERIODIC = "celery_beat_task"
"""The header of what a schedule sends, as in Celery."""
HIGHEST_PRIORITY = 255
"""Celery's pages speak of 0 to 9; RabbitMQ, and so its users' code, takes one byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One attempt at one task.

    `retries` is the number of attempts before this one and fences them (see `celeriac.backend`). `chain` holds the
    signatures that follow, the next one first; `link` and `link_error` the callbacks. Time limits are in seconds.
    docs/message-format.md has a line for every field.
    """

    id: str
    task: str
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    queue: str = ""
    retries: int = 0
    eta: datetime | None = None
    expires: datetime | None = None
    root_id: str | None = None
    parent_id: str | None = None
    chain: list[dict[str, Any]] = field(default_factory=list)
    link: list[dict[str, Any]] = field(default_factory=list)
    link_error: list[dict[str, Any]] = field(default_factory=list)
    time_limit: float | None = None
    soft_time_limit: float | None = None
    ignore_result: bool | None = None
    headers: dict[str, Any] = field(default_factory=dict)
    stamps: dict[str, Any] = field(default_factory=dict)
    group: str | None = None
    group_index: int | None = None
    chord: dict[str, Any] | None = None
    priority: int | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    shadow: str | None = None
    argsrepr: str | None = None
    kwargsrepr: str | None = None
    replaced_task_nesting: int = 0
    reply_to: str | None = None
    origin: str | None = None
    tenant: str | None = None
    message_group_id: str | None = None
    slot: datetime | None = None
    missed: int = 0
    unique: str | None = None
    trace: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def dumps(self) -> str:
        """The message as JSON text; raises EncodeError for an argument that JSON cannot carry."""
        fields: dict[str, Any] = {"v": VERSION, **self.extra}
        for name in _FIELDS:
            value = getattr(self, name)
            if value is not None and value != _DEFAULTS.get(name):
                fields[name] = _plain(value)
        return dumps(fields)

    @classmethod
    def loads(cls, text: str | bytes) -> Self:
        """Read a message; raises DecodeError that lists everything that is wrong with it."""
        return cls.from_fields(loads(text))

    @classmethod
    def from_fields(cls, fields: object) -> Self:
        """Build a message from decoded JSON; raises DecodeError that lists everything that is wrong with it."""
        if not isinstance(fields, dict):
            raise DecodeError(f"a message is a JSON object, not {fields!r:.100}")
        if type(fields.get("v")) is not int or fields["v"] != VERSION:
            raise DecodeError(
                f"message version {fields.get('v')!r:.100} is unknown to this worker, which reads {VERSION}"
            )
        if wrong := _complaints(fields):
            raise DecodeError(f"message {fields.get('id')!r:.100}: " + "; ".join(wrong))
        known = {name: _READERS.get(name, _same)(fields[name]) for name in _FIELDS if fields.get(name) is not None}
        return cls(
            **known, extra={name: value for name, value in fields.items() if name not in _FIELDS and name != "v"}
        )

    def complaints(self) -> list[str]:
        """What a worker would refuse to read it for."""
        return _complaints({name: _plain(getattr(self, name)) for name in _FIELDS})

    @property
    def due(self) -> datetime | None:
        """When it may run: at its ETA, and in its slot if its task has a rate."""
        return max((moment for moment in (self.eta, self.slot) if moment), default=None)

    @property
    def is_periodic(self) -> bool:
        """Whether a schedule sent it."""
        return self.headers.get(PERIODIC) is True

    def replace(self, **changes: Any) -> Self:
        """The same message with some fields changed."""
        return dataclasses.replace(self, **changes)


def signature_fields(value: object) -> bool:
    """Whether this is a signature as JSON: an object that names a task."""
    return isinstance(value, dict) and isinstance(value.get("task"), str)


def readable_id(value: object) -> str | None:
    """A task's id as far as it is one."""
    return str(value) if _is_id(value) else None


def _same(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= limits.TASK_ID_CHARS and _is_text(value)


def _is_text(value: object) -> bool:
    """Whether UTF-8 can write it: DynamoDB refuses a whole batch of keys for one with half a surrogate pair."""
    return isinstance(value, str) and value.encode(errors="ignore").decode() == value


def _is_group(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[!-~]{1,128}", value) is not None


def _is_trace(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[ -~]{1,500}", value) is not None


def _is_priority(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST_PRIORITY


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


def _is_place(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"join", "index", "size"}
        and _is_id(value["join"])
        and _is_count(value["index"])
        and _is_count(value["size"])
    )


def _are_signatures(value: object) -> bool:
    return isinstance(value, list) and all(signature_fields(item) for item in value)


_KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "id": (_is_id, f"a string of 1 to {limits.TASK_ID_CHARS} characters of Unicode"),
    "task": (_is_id, "the name of a task"),
    "args": (lambda value: isinstance(value, list), "a list"),
    "kwargs": (_is_object, "an object"),
    "queue": (_is_text, "the name of a queue"),
    "retries": (_is_count, "a whole number of 0 or more"),
    "eta": (_is_time, "an ISO 8601 time with an offset"),
    "expires": (_is_time, "an ISO 8601 time with an offset"),
    "root_id": (_is_id, "a task id"),
    "parent_id": (_is_id, "a task id"),
    "chain": (_are_signatures, "a list of signatures"),
    "link": (_are_signatures, "a list of signatures"),
    "link_error": (_are_signatures, "a list of signatures"),
    "time_limit": (_is_seconds, "seconds above 0"),
    "soft_time_limit": (_is_seconds, "seconds above 0"),
    "ignore_result": (lambda value: isinstance(value, bool), "true or false"),
    "headers": (_is_object, "an object"),
    "stamps": (_is_object, "an object"),
    "group": (_is_id, "a group's id"),
    "group_index": (_is_count, "a whole number of 0 or more"),
    "chord": (_is_place, "a place in a join"),
    "priority": (_is_priority, f"a whole number of 0 to {HIGHEST_PRIORITY}"),
    "properties": (_is_object, "an object"),
    "shadow": (_is_text, "a name to show"),
    "argsrepr": (_is_text, "the arguments as they may be shown"),
    "kwargsrepr": (_is_text, "the arguments as they may be shown"),
    "replaced_task_nesting": (_is_count, "a whole number of 0 or more"),
    "reply_to": (_is_text, "the name of a queue"),
    "origin": (_is_text, "the name of a sender"),
    "tenant": (_is_group, "1 to 128 letters, digits and punctuation marks of ASCII"),
    "message_group_id": (_is_group, "1 to 128 letters, digits and punctuation marks of ASCII"),
    "slot": (_is_time, "an ISO 8601 time with an offset"),
    "missed": (_is_count, "a whole number of 0 or more"),
    "unique": (_is_id, f"a string of 1 to {limits.TASK_ID_CHARS} characters of Unicode"),
    "trace": (_is_trace, "an X-Ray trace header, 1 to 500 characters of ASCII"),
}
_REQUIRED = frozenset({"id", "task"})
_FIELDS = tuple(_KINDS)
_READERS: dict[str, Callable[[Any], Any]] = dict.fromkeys(("eta", "expires", "slot"), datetime.fromisoformat)
_DEFAULTS: dict[str, Any] = {
    item.name: item.default_factory() if item.default_factory is not dataclasses.MISSING else item.default
    for item in dataclasses.fields(Message)
    if item.name not in _REQUIRED
}


def _complaints(fields: Mapping[str, object]) -> list[str]:
    values = {name: fields.get(name) for name in _FIELDS}
    return [
        f"{name!r} must be {_KINDS[name][1]}, not {value!r:.100}"
        for name, value in values.items()
        if not _fits(name, value)
    ]


def _fits(name: str, value: object) -> bool:
    return name not in _REQUIRED if value is None else _KINDS[name][0](value)
