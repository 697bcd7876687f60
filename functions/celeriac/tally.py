"""What this process has done since it began, as `celery.worker.state` tells it: for tests, and for a look around.

A worker on Lambda is many processes, each of them short-lived; what all of them have done is in the result table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

__all__ = ["RecentIds", "successful_requests", "total_count"]

MOST_IDS = 1000
"""As many as Celery keeps."""


class RecentIds:
    """The ids that were added last."""

    def __init__(self, maxlen: int = MOST_IDS) -> None:
        self.maxlen, self._ids = maxlen, dict[str, None]()

    def add(self, task_id: str) -> None:
        """Add an id; the oldest makes room for it."""
        self._ids[task_id] = None
        while len(self._ids) > self.maxlen:
            self._ids.pop(next(iter(self._ids)), None)

    def clear(self) -> None:
        """Forget them."""
        self._ids.clear()

    def __contains__(self, task_id: object) -> bool:
        return task_id in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter([*self._ids])

    def __len__(self) -> int:
        return len(self._ids)


successful_requests = RecentIds()
"""The tasks that have succeeded here."""
total_count: Counter[str] = Counter()
"""How often each task was begun here, by its name."""
