"""What every implementation of the operations does; what it does on AWS or in memory is left to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from celeriac.noticeboard import card_key
from celeriac.operations.status import FunctionStatus, LogLine, QueueStatus, Usage, WorkerStatus
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.backend import Backend
    from celeriac.broker import Broker

__all__ = ["Operations", "Progress"]

Progress = Callable[[int], None]


def _no_progress(_moved: int) -> None:
    return None


class Operations(ABC):
    """What an operator sees of a deployment's queues and workers, and changes about them.

    Every method raises QueueNotFound for a queue that the deployment has not, and OperationalError where AWS refuses.
    """

    def __init__(self, broker: Broker, backend: Backend) -> None:
        self.broker, self.backend = broker, backend

    def queues(self, names: Iterable[str] | None = None) -> list[QueueStatus]:
        """The queues by name, or those that are named. Three requests a queue, and one for all."""
        chosen = sorted(self.broker.queues if names is None else names)
        for name in chosen:
            self.broker.require(name)
        ages = self._ages(chosen)
        return [self._queue(name, ages.get(name)) for name in chosen]

    def workers(self) -> list[WorkerStatus]:
        """The workers by name. Two requests a worker, and one for their cards."""
        names = sorted({_worker_of(queue) for queue in self.broker.queues})
        _, texts = self.backend.read([], [card_key(name) for name in names])
        cards = {name: loads(texts[card_key(name)]) for name in names if card_key(name) in texts}
        return [self._worker(name, cards.get(name, {})) for name in names]

    def pause(self, queue: str) -> None:
        """Have no worker read a queue, until `resume`; tasks that run go on. Lambda takes up to a minute."""
        self.broker.require(queue)
        self._switch(queue, enabled=False)

    def resume(self, queue: str) -> None:
        """Have its worker read a queue again. Lambda takes up to a minute."""
        self.broker.require(queue)
        self._switch(queue, enabled=True)

    def redrive(self, queue: str, progress: Progress = _no_progress) -> int:
        """Send a queue's dead letters to it again; returns how many that were when all have been moved.

        `progress` is told from time to time how many have been moved. A task that was recorded as failed does not run
        again for being redriven; `app.failures.retry` is for that.
        Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
        """
        self.broker.require(queue)
        moved = 0
        for moved in self._moved(queue):
            progress(moved)
        return moved

    @abstractmethod
    def log(
        self,
        worker: str,
        since: datetime,
        *,
        until: datetime | None = None,
        task_id: str | None = None,
        within_s: float | None = None,
    ) -> Iterator[LogLine]:
        """What a worker's log says of tasks, or of one, from one time to another, oldest first.

        CloudWatch reads a log through from its beginning; `within_s` is when to look no further, with what was found.
        """

    @abstractmethod
    def usage(self, since: datetime) -> Usage | None:
        """What has been used since a time; None where CloudWatch has no figures.

        SQS's figures are of all queues but the dead letters', DynamoDB's of the result table.
        """

    @abstractmethod
    def _ages(self, queues: Iterable[str]) -> dict[str, float]:
        """The age in seconds of each queue's oldest message, as far as it is known."""

    @abstractmethod
    def _queue(self, name: str, oldest_s: float | None) -> QueueStatus:
        """One queue."""

    @abstractmethod
    def _function(self, worker: str) -> FunctionStatus:
        """The function of a worker."""

    @abstractmethod
    def _switch(self, queue: str, *, enabled: bool) -> None:
        """Have a queue read, or not."""

    @abstractmethod
    def _moved(self, queue: str) -> Iterator[int]:
        """Move a queue's dead letters back, telling from time to time how many have been moved so far."""

    def _worker(self, name: str, card: dict[str, Any]) -> WorkerStatus:
        function = self._function(name)
        return WorkerStatus(
            name=name,
            queues=tuple(sorted(queue for queue in self.broker.queues if _worker_of(queue) == name)),
            state=function.state,
            memory_mb=function.memory_mb or card.get("memory_mb"),
            timeout_s=function.timeout_s,
            reserved_concurrency=function.reserved_concurrency,
            concurrency=card.get("concurrency"),
            tasks=tuple(card.get("tasks", ())),
            python=card.get("python"),
            library=card.get("library"),
        )


def _worker_of(queue: str) -> str:
    return queue.partition(".")[0]
