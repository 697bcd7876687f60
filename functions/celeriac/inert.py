"""Options of a task that Celery lets it choose, and that are so for all here: they are taken, and say why.

Source: https://docs.celeryq.dev/en/stable/reference/celery.app.task.html
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from celeriac import reasons
from celeriac.exceptions import ImproperlyConfigured

__all__ = ["REASONS", "Inert", "explain"]

_ROUTE = "SQS has queues and no exchanges; see the task's `queue`"
_CLASS = "a worker has one way to take a message and to run a task"
REASONS: Mapping[str, str] = {
    "acks_late": reasons.LATE,
    "acks_on_failure": reasons.LATE,
    "acks_on_failure_or_timeout": reasons.LATE,
    "acks_on_timeout": reasons.LATE,
    "reject_on_worker_lost": reasons.REDELIVERED,
    "retry_on_worker_lost": reasons.LOST,
    "store_errors_even_if_ignored": reasons.ERRORS_KEPT,
    "store_eager_result": reasons.OWN_RESULT,
    "backend": "results are in the table of the process' deployment",
    "compression": reasons.NO_COMPRESSION,
    "send_events": reasons.NO_EVENTS,
    "exchange": _ROUTE,
    "exchange_type": _ROUTE,
    "routing_key": _ROUTE,
    "delivery_mode": "SQS keeps every message",
    "Request": _CLASS,
    "Strategy": _CLASS,
}


class _AppBackend:
    """What is known of tasks by their ids: the app's `backend`; a class, which has no app, says None."""

    def __get__(self, task: Any, _owner: type | None = None) -> Any:
        return None if task is None else task.app.backend


class Inert:
    """The options, as they are for every task; another choice warns with the reason."""

    acks_late: Any = True
    acks_on_failure: Any = True
    acks_on_failure_or_timeout: Any = True
    acks_on_timeout: Any = True
    reject_on_worker_lost: Any = True
    retry_on_worker_lost: Any = False
    store_errors_even_if_ignored: Any = True
    store_eager_result: Any = False
    serializer: Any = "json"
    backend: Any = _AppBackend()
    compression: Any = None
    send_events: Any = True
    trail: Any = True
    exchange: Any = None
    exchange_type: Any = None
    routing_key: Any = None
    delivery_mode: Any = None
    resultrepr_maxsize: Any = 1024
    Request: Any = None
    Strategy: Any = None


def explain(task: Any) -> None:
    """Warn of a task's choices that cannot be; a serializer other than JSON raises ImproperlyConfigured."""
    if task.serializer not in ("json", None):
        raise ImproperlyConfigured(f"{task.name}: serializer must be 'json', not {task.serializer!r}")
    for name, reason in REASONS.items():
        chosen, always = getattr(type(task), name), getattr(Inert, name)
        if chosen is not None and chosen != always:
            warnings.warn(f"{task.name}: {name}={chosen!r} has no effect here: {reason}", UserWarning, stacklevel=5)
