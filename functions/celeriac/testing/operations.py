"""The operations in memory, which keep the promises of those on AWS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from celeriac import clock
from celeriac.backend import Backend
from celeriac.operations.base import Operations
from celeriac.operations.figures import Metric, Times
from celeriac.operations.status import FunctionStatus, LogLine, QueueStatus, Usage
from celeriac.testing.figures import MemoryFigures
from celeriac.testing.memory import MemoryBroker, QueuedMessage

__all__ = ["MemoryOperations"]


class MemoryOperations(Operations):
    """The operations on queues that are lists.

    `letters` are the dead letters that nobody has recorded yet, with their queues; `paused` names the queues that
    nobody reads, `stopped` the workers that no concurrency is left for; `lines` is the log; `used` and `told` are what
    CloudWatch would tell. The workers tell it of themselves; what a queue holds, it is told when somebody asks.
    """

    broker: MemoryBroker

    def __init__(self, broker: MemoryBroker, backend: Backend) -> None:
        super().__init__(broker, backend)
        self.letters: list[tuple[str, QueuedMessage]] = []
        self.paused: set[str] = set()
        self.stopped: set[str] = set()
        self.lines: list[LogLine] = []
        self.used: Usage | None = None
        self.told = MemoryFigures()

    def log(
        self,
        worker: str,
        since: datetime,
        *,
        until: datetime | None = None,
        task_id: str | None = None,
        within_s: float | None = None,  # noqa: ARG002 - it takes no time
    ) -> Iterator[LogLine]:
        self.broker.require(worker)
        lines = (line for line in list(self.lines) if line.worker == worker and since <= line.at)
        return (line for line in lines if (until is None or line.at <= until) and line.is_about(task_id))

    def usage(self, since: datetime) -> Usage | None:  # noqa: ARG002 - all of it is now
        return self.used

    def _points(self, metrics: Iterable[Metric], times: Times) -> dict[Metric, dict[datetime, float]]:
        self._look()
        return {metric: self.told.asked(metric, times) for metric in metrics}

    def _look(self) -> None:
        """Tell CloudWatch what the queues hold, as SQS does each minute."""
        for status in self.queues():
            metrics = self._queue_metrics(status.name)
            told = {"waiting": status.waiting, "oldest_s": status.oldest_s or 0, "dead": status.dead or 0}
            for name, value in told.items():
                metric = metrics[name]
                self.told.put(metric.namespace, metric.name, dict(metric.dimensions), clock.now(), value)

    def _ages(self, queues: Iterable[str]) -> dict[str, float]:
        oldest = {name: min((item.sent_at for item in self.broker.messages[name]), default=None) for name in queues}
        return {name: (clock.now() - at).total_seconds() for name, at in oldest.items() if at}

    def _paused(self, queues: Iterable[str]) -> dict[str, bool]:
        return {name: name in self.paused for name in queues}

    def _queue(self, name: str, paused: bool | None) -> QueueStatus:
        depth = self.broker.depth(name)
        return QueueStatus(
            name=name,
            worker=name.partition(".")[0],
            waiting=depth.waiting,
            in_flight=depth.in_flight,
            delayed=depth.delayed,
            dead=sum(1 for queue, _ in self.letters if queue == name),
            paused=paused,
        )

    def is_read(self, queue: str) -> bool:
        """Whether a worker takes messages from a queue."""
        return queue not in self.paused and queue.partition(".")[0] not in self.stopped

    def _function(self, worker: str) -> FunctionStatus:
        return FunctionStatus(state="Active", reserved_concurrency=0 if worker in self.stopped else None)

    def _switch(self, queue: str, *, enabled: bool) -> None:
        if enabled:
            self.paused.discard(queue)
        else:
            self.paused.add(queue)

    def _moved(self, queue: str) -> Iterator[int]:
        mine = [item for item in self.letters if item[0] == queue]
        for moved, item in enumerate(mine, start=1):
            item[1].receives, item[1].visible_at = 0, clock.now()
            self.broker.messages[queue].append(item[1])
            self.letters.remove(item)
            yield moved
