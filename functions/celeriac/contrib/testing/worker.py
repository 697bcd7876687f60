"""A worker for the time of a test: the real one, in a thread, on queues and a table in memory.

>>> with start_worker(app):  # doctest: +SKIP
...     assert charge.delay(5).get(timeout=10) == 5

Source: https://docs.celeryq.dev/en/stable/userguide/testing.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from celeriac import current
from celeriac.app import Celeriac
from celeriac.contrib.testing.tasks import ping
from celeriac.signals import Signal
from celeriac.testing import LiveTwin

__all__ = ["start_worker", "test_worker_started", "test_worker_starting", "test_worker_stopped"]

test_worker_starting = Signal("test_worker_starting")
test_worker_started = Signal("test_worker_started", "worker", "consumer")
test_worker_stopped = Signal("test_worker_stopped", "worker")


@contextmanager
def start_worker(
    app: Celeriac,
    concurrency: int = 1,
    pool: str = "solo",  # noqa: ARG001 - Celery's argument: there is a thread
    loglevel: str | int = "error",  # noqa: ARG001 - Celery's argument: the worker logs nothing
    logfile: str | None = None,  # noqa: ARG001 - as above
    perform_ping_check: bool = True,
    ping_task_timeout: float = 10.0,
    shutdown_timeout: float = 10.0,
    queues: str | Sequence[str] = (),
    **_ignored: Any,
) -> Iterator[LiveTwin]:
    """Start a worker for an app, which is the current one until the end of the `with` block.

    `queues` names the app's further queues, such as `shop.bulk`. Raises what the worker raised, and RuntimeError where
    a task has not ended `shutdown_timeout` seconds after the block.
    """
    names = queues.split(",") if isinstance(queues, str) and queues else queues
    lanes: dict[str, dict[str, Any]] = {name: {} for name in names if name != app.main}
    worker = LiveTwin(app, concurrency=concurrency, shutdown_timeout=shutdown_timeout, lanes=lanes)
    test_worker_starting.send(sender=app)
    try:
        with current.restored(), worker:
            app.set_current()
            test_worker_started.send(sender=app, worker=worker, consumer=None)
            if perform_ping_check:
                ping.delay().get(timeout=ping_task_timeout)
            yield worker
    finally:
        test_worker_stopped.send(sender=app, worker=worker)
