"""`app.conf`: Celery's settings, by their names and with their defaults; what cannot mean anything here says why.

Source: https://docs.celeryq.dev/en/stable/userguide/configuration.html
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import timedelta
from typing import Any

from celeriac.exceptions import ImproperlyConfigured

__all__ = ["DEFAULTS", "NOT_HERE", "Settings"]

DEFAULTS: Mapping[str, Any] = {
    "result_expires": timedelta(days=1),
    "task_allow_error_cb_on_chord_header": False,
    "task_always_eager": False,
    "task_eager_propagates": False,
    "task_default_priority": None,
    "task_ignore_result": False,
    "task_inherit_parent_priority": False,
    "task_soft_time_limit": None,
    "task_time_limit": None,
    "task_track_started": False,
    "timezone": "UTC",
}
"""The settings that mean something here, with Celery's defaults."""

LONGEST_RESULT = timedelta(days=14)
"""Results are kept this long at the most."""
_JSON_ONLY = frozenset({"task_serializer", "result_serializer", "event_serializer"})
_SQS = "the broker is SQS; `CELERIAC_DEPLOYMENT` names it"
_LAMBDA = "Lambda runs the workers; see `max_concurrency`, `concurrency` and `batch_size` in worker.toml"
NOT_HERE: Mapping[str, str] = {
    "accept_content": "messages are JSON, and nothing else is accepted",
    "beat_": "schedules are EventBridge's; declare them in worker.toml",
    "broker_": _SQS,
    "cache_": "results are in DynamoDB",
    "redis_": "results are in DynamoDB",
    "result_backend": "results are in DynamoDB; `CELERIAC_DEPLOYMENT` names the table",
    "result_chord_": "the last member to end sends a chord's body; nothing polls",
    "task_acks_late": "always so: a message is deleted when its outcome is recorded",
    "task_create_missing_queues": "queues are made by `cdk deploy`",
    "task_default_queue": "a task's queue is its worker's folder",
    "task_queues": "queues are made by `cdk deploy`, one a worker",
    "task_reject_on_worker_lost": "always so: the message comes back",
    "worker_": _LAMBDA,
}
"""Settings, and beginnings of settings' names, that cannot mean anything here, each with the reason."""


class Settings(MutableMapping[str, Any]):
    """The settings of an app, as attributes and as items; names in capitals are Celery's old ones for the same.

    A setting of the application's own is kept; one of Celery's that cannot mean anything here warns with the reason.
    """

    def __init__(self, **values: Any) -> None:
        object.__setattr__(self, "_values", {})
        self.update(values)

    def __getitem__(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        return DEFAULTS[name]

    def __setitem__(self, name: str, value: Any) -> None:
        name = name.lower() if name.isupper() else name
        self._values[name] = _checked(name, value)

    def __delitem__(self, name: str) -> None:
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**DEFAULTS, **self._values})

    def __len__(self) -> int:
        return len({**DEFAULTS, **self._values})

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no setting {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def read_object(self, source: Any, namespace: str | None = None) -> None:
        """Take the settings of a module, an object, a mapping or the name of one; of `namespace` only, if given."""
        if isinstance(source, str):
            source = _imported(source)
        values = source if isinstance(source, Mapping) else {name: getattr(source, name) for name in dir(source)}
        prefix = f"{namespace}_" if namespace else ""
        names = [name for name in values if name.startswith(prefix) and not name.startswith("_")]
        for name in names:
            short = name.removeprefix(prefix)
            if namespace or short.lower() in DEFAULTS or _reason(short.lower()) or isinstance(source, Mapping):
                self[short.lower() if namespace else short] = values[name]


def _checked(name: str, value: Any) -> Any:
    if name in _JSON_ONLY and value != "json":
        raise ImproperlyConfigured(f"{name} must be 'json', not {value!r}: what a queue carries must not run code")
    if name == "result_expires":
        return _result_expires(value)
    if reason := _reason(name):
        warnings.warn(f"{name} has no effect here: {reason}", UserWarning, stacklevel=4)
    return value


def _result_expires(value: Any) -> timedelta:
    """Celery's 0 and None, "never", are the longest here: what is in S3 goes after 15 days."""
    length = value if isinstance(value, timedelta) else timedelta(seconds=value or LONGEST_RESULT.total_seconds())
    if not timedelta(0) < length <= LONGEST_RESULT:
        raise ImproperlyConfigured(f"result_expires must be at most {LONGEST_RESULT.days} days, not {value!r}")
    return length


def _reason(name: str) -> str | None:
    """Why a setting cannot mean anything here, or None."""
    matches = (
        reason for start, reason in NOT_HERE.items() if name == start or (start[-1] == "_" and name.startswith(start))
    )
    return next(matches, None)


def _imported(name: str) -> Any:
    module, _, attribute = name.partition(":")
    try:
        return importlib.import_module(module) if not attribute else getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError:
        parent, _, last = module.rpartition(".")
        return getattr(importlib.import_module(parent), last)
