"""What a worker reads and leaves beside its tasks: the orders to all workers, and its own card.

Both are read in the request that reads the rows of a batch. The card says what the worker is: its tasks, its settings,
its size. It is looked at once a process, and written only where it says something else, which is after a deploy.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from celeriac import clock, log, orders
from celeriac.exceptions import CeleriacError
from celeriac.orders import Orders
from celeriac.registry import BUILT_IN
from celeriac.row import Row
from celeriac.serialization import dumps

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.task import Task

__all__ = ["NOTICES_LIVE", "NoticeBoard", "card_key", "card_of", "read"]

NOTICES_LIVE = timedelta(days=10 * 366)
STALE_AFTER = timedelta(seconds=1)
TOLD_OF_A_TASK = (
    "name", "rate_limit", "time_limit", "soft_time_limit", "max_retries", "default_retry_delay", "ignore_result",
    "track_started", "acks_late", "queue", "priority", "expires", "unique_for",
)  # fmt: skip
"""The options of a task that its worker's card has, where they are set."""
_ADDRESS = re.compile(" at 0x[0-9a-f]+")
"""What differs from process to process."""


class NoticeBoard:
    """A process' copy of the orders, and whose cards it has looked at."""

    def __init__(self) -> None:
        self.orders = Orders()
        self._read_at: datetime | None = None
        self._introduced: set[str] = set()

    def due(self, worker: str) -> list[str]:
        """The keys of what this worker should read now."""
        is_stale = self._read_at is None or clock.now() - self._read_at > STALE_AFTER
        return [*([orders.KEY] if is_stale else ()), *([card_key(worker)] if worker not in self._introduced else ())]

    def take(self, standing: Orders) -> None:
        """Go by these orders from now on."""
        self.orders, self._read_at = standing, clock.now()

    def introduced(self, worker: str) -> bool:
        """Whether this worker's card was looked at before; from now on it was."""
        was = worker in self._introduced
        self._introduced.add(worker)
        return was


def read(app: Celeriac, ids: Iterable[str]) -> dict[str, Row]:
    """The rows of a batch, and in the same request what is due of the notices."""
    services, ids, worker = app.services, list(ids), app.services.broker.worker or app.main
    due = services.board.due(worker)
    rows, texts = services.backend.read(ids, due) if ids or due else ({}, {})
    if orders.KEY in due:
        services.board.take(Orders.loads(texts.get(orders.KEY)))
    if card_key(worker) in due and not services.board.introduced(worker):
        _leave_card(app, card_key(worker), texts.get(card_key(worker)))
    return rows


def _leave_card(app: Celeriac, key: str, standing: str | None) -> None:
    """Write the worker's card if it says something new; that it cannot be written is no reason not to work."""
    card = card_of(app)
    if card != standing:
        try:
            app.services.backend.post(key, card, NOTICES_LIVE)
        except CeleriacError as error:
            log.logger.warning("the worker's card was not written: %s", error)


def card_key(worker: str) -> str:
    """Where a worker's card is."""
    return f"worker#{worker}"


def card_of(app: Celeriac) -> str:
    """What a worker says of itself, as JSON: the same text in every process of the same version."""
    return dumps({
        "tasks": {name: _told(task) for name, task in sorted(app.tasks.items()) if not name.startswith(BUILT_IN)},
        "conf": {name: _plain(value) for name, value in sorted(app.conf.table().items())},
        "concurrency": app.services.concurrency,
        "memory_mb": int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 0)) or None,
        "python": platform.python_version(),
        "library": _library(),
    })  # fmt: skip


def _told(task: Task) -> dict[str, Any]:
    values = {name: getattr(task, name, None) for name in TOLD_OF_A_TASK}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    """A value as JSON has it, or else in words."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else _ADDRESS.sub("", repr(value))


def _library() -> str:
    from celeriac import __version__  # which imports this

    return __version__
