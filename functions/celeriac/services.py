"""What an app needs of the cloud, in one hand: a broker and a backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from celeriac.backend import Backend, DynamoDBBackend
from celeriac.broker import Broker, SQSBroker
from celeriac.config import Config
from celeriac.noticeboard import NoticeBoard
from celeriac.scheduler import EventBridgeScheduler, Scheduler
from celeriac.storage import Bucket

if TYPE_CHECKING:
    from celeriac.operations import Operations

__all__ = ["Services"]


@dataclass(frozen=True, slots=True)
class Services:
    """The services, on AWS or in memory.

    `concurrency` is how many tasks of a batch run side by side, `max_receives` after how many deliveries a message is a
    dead letter; `board` is this process' copy of the orders to all workers. `operations` are those in memory; on AWS
    they are made when an operator asks for them. `scheduler` has the schedules, where the deployment has a name.
    `figures` is told the lines of figures (`celeriac.metrics`) where there is no Lambda whose log would have them.
    """

    broker: Broker
    backend: Backend
    concurrency: int = 1
    max_receives: int = 5
    board: NoticeBoard = field(default_factory=NoticeBoard, compare=False)
    operations: Operations | None = field(default=None, compare=False)
    scheduler: Scheduler | None = None
    figures: Callable[[Mapping[str, Any]], None] | None = field(default=None, compare=False)

    @classmethod
    def of(cls, config: Config, result_expires: timedelta) -> Self:
        """The services of a deployment on AWS; nothing is called yet."""
        payloads = Bucket(config.payloads)
        scheduler = EventBridgeScheduler(config.etas, config.queues, config.deployment)
        broker = SQSBroker(payloads, config.queues, config.worker, config.lanes, scheduler if config.etas else None)
        backend = DynamoDBBackend(config.table, payloads, result_expires, lists_all=config.list_tasks)
        timetable = scheduler if config.deployment and config.etas else None
        return cls(broker, backend, config.concurrency, config.max_receives, scheduler=timetable)
