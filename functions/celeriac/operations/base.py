"""What every implementation of the operations does; what it does on AWS or in memory is left to it."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from celeriac import clock
from celeriac.dead_letters import DEAD
from celeriac.exceptions import QueueNotFound
from celeriac.metrics import dimension_of, namespace_of
from celeriac.noticeboard import card_key
from celeriac.operations.figures import (
    Figures,
    Metric,
    QueueFigures,
    Times,
    WorkerFigures,
    queue_metrics,
    worker_metrics,
)
from celeriac.operations.status import FunctionStatus, LogLine, QueueStatus, Usage, WorkerStatus
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.backend import Backend
    from celeriac.broker import Broker

__all__ = ["Operations", "Progress"]

Progress = Callable[[int], None]
_ByTask = dict[tuple[str, str | None], dict[str, Metric]]
"""Metrics by their fields, for each worker and task; the task is None for all of a worker's."""
TASKS = 100
"""The tasks of a worker of which figures are asked for at once."""


def _no_progress(_moved: int) -> None:
    return None


class Operations(ABC):
    """What an operator sees of a deployment's queues and workers, and changes about them.

    Every method raises QueueNotFound for a queue that the deployment has not, and OperationalError where AWS refuses.
    """

    def __init__(self, broker: Broker, backend: Backend) -> None:
        self.broker, self.backend = broker, backend

    def queues(self, names: Iterable[str] | None = None) -> list[QueueStatus]:
        """The queues by name, or those that are named. Two requests a queue, and one for all.

        CloudWatch is asked once a minute, for a cent a thousand queues in which something waits.
        """
        chosen = sorted(self.broker.queues if names is None else names)
        for name in chosen:
            self.broker.require(name)
        paused = self._paused(chosen)
        found = [self._queue(name, paused.get(name)) for name in chosen]
        ages = self._ages([status.name for status in found if status.waiting or status.in_flight])
        return [replace(status, oldest_s=ages.get(status.name)) for status in found]

    def workers(self) -> list[WorkerStatus]:
        """The workers by name. Two requests a worker, and one for their cards."""
        cards = self._cards(self._names)
        return [self._worker(name, cards.get(name, {})) for name in self._names]

    def figures(self, since: datetime, worker: str | None = None) -> Figures:
        """What CloudWatch tells of the queues and workers since a time, of 14 days at the most (`Times.between`).

        Of one worker, that of each of its tasks, too, of a hundred at the most. CloudWatch takes $0.01 for a thousand
        metrics that are asked for: three a queue, eight a worker and a task.
        """
        times, chosen = Times.between(since, clock.now()), self._chosen(worker)
        queues = {name: self._queue_metrics(name) for name in sorted(self.broker.queues) if _worker_of(name) in chosen}
        namespace = namespace_of(os.environ)
        workers: _ByTask = {(name, None): worker_metrics(namespace, name) for name in chosen}
        workers |= self._task_metrics(namespace, worker) if worker else {}
        asked = [metric for fields in (*queues.values(), *workers.values()) for metric in fields.values()]
        points = self._points(asked, times)
        return Figures(
            times=times,
            queues=[QueueFigures(name=name, **times.of_fields(fields, points)) for name, fields in queues.items()],
            workers=[
                WorkerFigures(worker=name, task=task, **times.of_fields(fields, points))
                for (name, task), fields in workers.items()
            ],
        )

    def pause(self, queue: str) -> None:
        """Have no worker read a queue, until `resume`; tasks that run go on. Lambda takes up to a minute.

        It takes no other word until then: to resume, or pause, at once raises SwitchedLately.
        """
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
    def _points(self, metrics: Iterable[Metric], times: Times) -> Mapping[Metric, Mapping[datetime, float]]:
        """What CloudWatch has of each metric: the value of each period, by the time when it begins."""

    @abstractmethod
    def _ages(self, queues: Iterable[str]) -> dict[str, float]:
        """The age in seconds of each queue's oldest message, as far as it is known."""

    @abstractmethod
    def _paused(self, queues: Iterable[str]) -> dict[str, bool]:
        """Whether the queues are paused; those that no function reads are left out."""

    @abstractmethod
    def _queue(self, name: str, paused: bool | None) -> QueueStatus:
        """One queue, but for its age."""

    @abstractmethod
    def _function(self, worker: str) -> FunctionStatus:
        """The function of a worker."""

    @abstractmethod
    def _switch(self, queue: str, *, enabled: bool) -> None:
        """Have a queue read, or not."""

    @abstractmethod
    def _moved(self, queue: str) -> Iterator[int]:
        """Move a queue's dead letters back, telling from time to time how many have been moved so far."""

    @property
    def _names(self) -> list[str]:
        return sorted({_worker_of(queue) for queue in self.broker.queues})

    def _chosen(self, worker: str | None) -> list[str]:
        """The workers by name, or the one that is named."""
        if worker is not None and worker not in self._names:
            raise QueueNotFound(f"no worker {worker!r:.200} in this deployment; it has {', '.join(self._names)}")
        return self._names if worker is None else [worker]

    def _task_metrics(self, namespace: str, worker: str) -> _ByTask:
        """What is asked for about the tasks that a worker said it has, when it ran."""
        tasks = sorted(self._cards([worker]).get(worker, {}).get("tasks", ()))[:TASKS]
        return {(worker, task): worker_metrics(namespace, worker, dimension_of(task)) for task in tasks}

    def _cards(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What those of the workers that have run say of themselves."""
        _, texts = self.backend.read([], [card_key(name) for name in names])
        return {name: loads(texts[card_key(name)]) for name in names if card_key(name) in texts}

    def _queue_metrics(self, queue: str) -> dict[str, Metric]:
        name = self.broker.queues[queue].rpartition("/")[2]
        start, dot, fifo = name.partition(".fifo")
        return queue_metrics(name, f"{start}{DEAD}{dot}{fifo}")

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
