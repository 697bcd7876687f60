"""The twin in real time: a thread invokes the real worker as soon as a message is due, as SQS and Lambda would."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Self

from celeriac import clock
from celeriac.testing import Twin

__all__ = ["LiveTwin"]

LOOK_EVERY_S = 0.005
IDLE_WITHIN_S = 30
"""The longest task that a test leaves behind sleeps for 10 s."""


class LiveTwin(Twin):
    """A twin on the system's clock, with a worker that runs until the end of the `with` block."""

    def __init__(self, *apps: Any, **options: Any) -> None:
        super().__init__(*apps, **options)
        self._ending, self._at_work = threading.Event(), threading.Lock()
        self._worker = threading.Thread(target=self._work, name="celeriac-worker", daemon=True)

    def __enter__(self) -> Self:
        for app in self.apps.values():
            app.connect(self.services)
        self._worker.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ending.set()

    def wait_until_idle(self) -> None:
        """Drop what waits, and wait for the task that runs."""
        deadline = time.monotonic() + IDLE_WITHIN_S
        while self._purge() or self._at_work.locked():
            assert time.monotonic() < deadline, "the worker does not come to an end"
            time.sleep(LOOK_EVERY_S)

    def _purge(self) -> int:
        waiting = {queue: [item.message_id for item in items] for queue, items in self.broker.messages.items()}
        for queue, receipts in waiting.items():
            self.broker.acknowledge(queue, receipts)
        return sum(map(len, waiting.values()))

    def _work(self) -> None:
        while not self._ending.is_set():
            due = self._next()
            if due is None or due[0] > clock.now():
                time.sleep(LOOK_EVERY_S)
                continue
            with self._at_work:
                self._invoke_guarded(due[1])

    def _invoke_guarded(self, queue: str) -> None:
        try:
            self.invoke(queue)
        except Exception:
            logging.getLogger(__name__).exception("the worker's handler raised")
