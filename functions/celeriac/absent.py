"""What Celery's app has for its worker processes and its connections, each with the reason why it is not here."""

from __future__ import annotations

from collections.abc import Mapping

from celeriac import reasons

__all__ = ["NOT_HERE"]

_PROCESS = "Lambda starts the workers of what `cdk deploy` deploys; `handler = Worker(app)` is one"
_CONNECTION = "SQS is called over HTTPS, by a client of its own; there is no connection to keep"
_SCHEDULES = "EventBridge Scheduler keeps the time; see `app.schedules` and `beat_schedule`"
_STEPS = "a worker has no boot steps; what is to happen at its start is a receiver of `worker_process_init`"
NOT_HERE: Mapping[str, str] = {
    "Beat": _SCHEDULES,
    "WorkController": _PROCESS,
    "Worker": _PROCESS,
    "amqp": _CONNECTION,
    "broker_connection": _CONNECTION,
    "config_from_cmdline": "there is no command line of a worker; its settings are in worker.toml",
    "connection": _CONNECTION,
    "connection_for_read": _CONNECTION,
    "connection_for_write": _CONNECTION,
    "connection_or_acquire": _CONNECTION,
    "default_connection": _CONNECTION,
    "events": reasons.NO_EVENTS,
    "loader": "modules are imported by `imports`, `include` and `autodiscover_tasks`",
    "log": "log lines are JSON, written by Python's logging; configure that",
    "pool": _CONNECTION,
    "producer_or_acquire": _CONNECTION,
    "producer_pool": _CONNECTION,
    "select_queues": "a worker's function reads the queues that its worker.toml declares",
    "setup_security": reasons.NO_SIGNATURES,
    "start": _PROCESS,
    "steps": _STEPS,
    "user_options": "there is no command line of a worker; its settings are in worker.toml",
    "worker_main": _PROCESS,
}
"""The names of Celery's app that are not here."""
