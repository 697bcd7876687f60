"""Commands of Celery's that are for a process which stays, each with the reason why there is nothing to command."""

from __future__ import annotations

from collections.abc import Mapping

from celeriac import reasons

__all__ = ["NOT_HERE"]

_POOL = "Lambda starts and stops the workers; see `max_concurrency` and `concurrency` in worker.toml"
_QUEUES = "a worker's queues are declared in its worker.toml and made by `cdk deploy`"
_PROCESS = "no process stays that could be asked; CloudWatch has the functions' memory and durations"
NOT_HERE: Mapping[str, str] = {
    "add_consumer": _QUEUES,
    "autoscale": _POOL,
    "cancel_consumer": _QUEUES,
    "clock": "there is no logical clock; the rows have the time",
    "disable_events": reasons.NO_EVENTS,
    "election": "there is nothing to elect: what must happen once is a condition on a write",
    "enable_events": reasons.NO_EVENTS,
    "heartbeat": reasons.NO_EVENTS,
    "hello": "workers need not find each other; they share a table",
    "memdump": _PROCESS,
    "memsample": _PROCESS,
    "objgraph": _PROCESS,
    "pool_grow": _POOL,
    "pool_restart": "a new version comes with `cdk deploy`",
    "pool_shrink": _POOL,
    "shutdown": "no process stays; pause a queue by disabling its event source mapping",
}
"""The commands of `app.control` and `app.control.inspect()` that are not here."""
