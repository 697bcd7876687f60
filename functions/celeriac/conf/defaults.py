"""The settings that mean something here, with Celery's defaults.

Source: https://docs.celeryq.dev/en/stable/userguide/configuration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from celeriac import reasons

__all__ = ["ALWAYS", "DEFAULTS"]

DEFAULTS: Mapping[str, Any] = {
    "beat_schedule": MappingProxyType({}),
    "enable_utc": True,
    "imports": (),
    "include": (),
    "result_expires": timedelta(days=1),
    "result_extended": False,
    "result_serializer": "json",
    "task_allow_error_cb_on_chord_header": False,
    "task_always_eager": False,
    "task_annotations": None,
    "task_default_priority": None,
    "task_default_rate_limit": None,
    "task_eager_propagates": False,
    "task_ignore_result": False,
    "task_inherit_parent_priority": False,
    "task_protocol": 2,
    "task_publish_retry": True,
    "task_publish_retry_policy": MappingProxyType(
        {"max_retries": 3, "interval_start": 0, "interval_max": 1, "interval_step": 0.2}
    ),
    "task_routes": None,
    "task_serializer": "json",
    "task_soft_time_limit": None,
    "task_time_limit": None,
    "task_track_started": False,
    "timezone": None,
    "worker_disable_rate_limits": False,
    "worker_hijack_root_logger": True,
}
"""What an application may set, and what then follows Celery's documentation."""

ALWAYS: Mapping[str, tuple[Any, str]] = {
    "accept_content": (("json",), "messages are JSON, and nothing else is accepted"),
    "event_serializer": ("json", "what is sent is JSON"),
    "result_accept_content": (None, "results are JSON, and nothing else is accepted"),
    "result_persistent": (True, "results are in DynamoDB"),
    "task_acks_late": (True, reasons.LATE),
    "task_acks_on_failure": (True, reasons.LATE),
    "task_acks_on_failure_or_timeout": (True, reasons.LATE),
    "task_acks_on_timeout": (True, reasons.LATE),
    "task_reject_on_worker_lost": (True, reasons.REDELIVERED),
    "task_store_errors_even_if_ignored": (True, reasons.ERRORS_KEPT),
    "worker_cancel_long_running_tasks_on_connection_loss": (False, "a worker has no connection that it could lose"),
    "worker_deduplicate_successful_tasks": (True, "what has a recorded outcome never runs again"),
    "worker_pool_restarts": (False, "a worker is restarted by deploying it"),
}
"""What Celery lets one choose and is the same for all here: what it is, and why; another choice warns."""
