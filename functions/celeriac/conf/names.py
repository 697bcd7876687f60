"""The names of settings: Celery's, its old ones in capitals, and what must not be shown.

Source: https://docs.celeryq.dev/en/stable/userguide/configuration.html#new-lowercase-settings
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from celeriac.conf.defaults import ALWAYS, DEFAULTS
from celeriac.conf.elsewhere import NOT_HERE, REFUSED

__all__ = ["CELERYS", "canonical", "masked"]

_FOREIGN = {
    name: MappingProxyType(default) if isinstance(default, dict) else default
    for reasons in (NOT_HERE, REFUSED)
    for group in reasons.values()
    for name, default in group.items()
}
"""A dictionary that nobody has set cannot be changed: `app.conf.beat_schedule["x"] = …` must not end in silence."""
CELERYS: Mapping[str, Any] = {**_FOREIGN, **{name: value for name, (value, _) in ALWAYS.items()}, **DEFAULTS}
"""Every setting of Celery's, and what an application reads that has not set it."""

_RENAMED = {
    "celery_eager_propagates_exceptions": "task_eager_propagates",
    "celery_max_cached_results": "result_cache_max",
    "celery_message_compression": "task_compression",
    "celery_result_db_short_lived_sessions": "database_short_lived_sessions",
    "celery_result_db_tablenames": "database_table_names",
    "celery_result_dburi": "database_url",
    "celery_result_engine_options": "database_engine_options",
    "celery_send_events": "worker_send_task_events",
    "celery_send_task_sent_event": "task_send_sent_event",
    "celery_task_result_expires": "result_expires",
}
_BEGINNINGS = {"celerybeat_": ("beat_",), "celeryd_": ("worker_", ""), "celery_": ("", "task_", "worker_")}
"""What old names begin with, and what stands there now."""


def canonical(name: str) -> str:
    """A setting's present name; the application's own are as they are, or in small letters if all are capitals."""
    if not name.isupper():
        return name
    small = name.lower()
    for beginning, present in _BEGINNINGS.items():
        if small.startswith(beginning):
            rest = small.removeprefix(beginning)
            return next((new + rest for new in present if new + rest in CELERYS), _RENAMED.get(small, small))
    return small


_SECRET = re.compile("API|TOKEN|KEY|SECRET|PASS|SIGNATURE|CREDENTIAL|DATABASE", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^@]*@")


def masked(name: str, value: Any) -> Any:
    """A setting's value as it may be shown: without what is secret, in it or in what it holds."""
    if isinstance(value, Mapping):
        return {key: masked(str(key), item) for key, item in value.items()}
    if value and isinstance(value, str | bytes) and _SECRET.search(name):
        return "********"
    return _PASSWORD.sub(r"\1:********@", value) if isinstance(value, str) else value
