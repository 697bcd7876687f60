"""Following tasks, and the tasks they send, to their outcomes."""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from local.system import READY, System

Task = dict[str, Any]
Told = Callable[[Task], None]


@dataclass
class Watch:
    """Asks the API, which holds each answer until there is news; `told` hears of every answer, from several threads."""

    system: System
    told: Told
    timeout_s: float = 90
    _left: threading.Event = field(default_factory=threading.Event)

    def follow(self, ids: Iterable[str]) -> dict[str, Task]:
        """Every task's last answer, in the order of their ends; one without an outcome has run out of time."""
        ends: dict[str, Task] = {}
        with ThreadPoolExecutor(8) as pool:
            try:
                under_way: set[Future[Task]] = {pool.submit(self._end_of, task_id) for task_id in ids}
                while under_way:
                    done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    for task in (future.result() for future in done):
                        ends[task["id"]] = task
                        news = [child for child in task.get("children") or () if child not in ends]
                        under_way |= {pool.submit(self._end_of, child) for child in news}
            finally:
                self._left.set()
        return ends

    def _end_of(self, task_id: str) -> Task:
        deadline = time.monotonic() + self.timeout_s
        task: Task = {"id": task_id, "state": "PENDING"}
        while task["state"] not in READY and time.monotonic() < deadline and not self._left.is_set():
            try:
                task = self.system.task(task_id, wait_s=2)
            except LookupError:
                # What a task sends has no row before its end, and no row is a 404: it is on its way.
                self._left.wait(0.2)
            self.told(task)
        return task
