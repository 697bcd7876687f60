"""The twin in real time: a thread works the queues off as soon as a message is due, as SQS and Lambda would."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Self

from celeriac import clock
from celeriac.testing.twin import Twin

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["LiveTwin"]

LOOK_EVERY_S = 0.005


class LiveTwin(Twin):
    """A twin on the system's clock, whose worker runs until the end of the `with` block; an ETA takes its time.

    What the worker's handler raises, which no task can bring about, is raised at the end of the block. A task that does
    not end within `shutdown_timeout` seconds is a RuntimeError there.
    """

    def __init__(self, *apps: Celeriac, shutdown_timeout: float = 10, **options: Any) -> None:
        super().__init__(*apps, **options)
        self.shutdown_timeout = shutdown_timeout
        self._errors: list[Exception] = []
        self._ending, self._at_work = threading.Event(), threading.Lock()
        self._worker = threading.Thread(target=self._work, name="celeriac-worker", daemon=True)

    def __enter__(self) -> Self:
        self._connect()
        self._worker.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        is_well = exc_info[0] is None  # an error of the block's own is not to be hidden
        self._ending.set()
        self._worker.join(self.shutdown_timeout)
        super().__exit__(*exc_info)
        if is_well and self._worker.is_alive():
            raise RuntimeError(f"a task has not ended in {self.shutdown_timeout} s; give a longer shutdown_timeout")
        if is_well and self._errors:
            raise self._errors[0]

    def reload(self) -> None:
        """Do nothing: a task that is declared while the worker runs is known to it."""

    def is_idle(self) -> bool:
        """Whether no message waits, however late it is due, and no task runs: then nothing more is to come."""
        waits = any(list(self.broker.messages.values())) or bool(self.scheduler.calls)
        return not (waits or self._at_work.locked())  # in this order: what a task sends is there before it ends

    def wait_until_idle(self, timeout_s: float = 30) -> None:
        """Drop what waits, and wait for the task that runs; raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while self._purge() or self._at_work.locked():
            if time.monotonic() > deadline:
                raise TimeoutError(f"a task has not ended in {timeout_s} s")
            time.sleep(LOOK_EVERY_S)

    def _purge(self) -> int:
        waiting = {queue: [item.message_id for item in items] for queue, items in self.broker.messages.items()}
        for queue, receipts in waiting.items():
            self.broker.acknowledge(queue, receipts)
        self.scheduler.calls.clear()
        return sum(map(len, waiting.values()))

    def _work(self) -> None:
        while not (self._ending.is_set() or self._errors):
            due = self._next()
            if due is None or due[0] > clock.now():
                time.sleep(LOOK_EVERY_S)
                continue
            with self._at_work:
                self._invoke_guarded(due[1])

    def _invoke_guarded(self, queue: str | None) -> None:
        try:
            self._turn(queue)
        except Exception as error:  # noqa: BLE001 - it is the caller's thread that has to hear of it
            self._errors.append(error)
