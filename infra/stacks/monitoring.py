"""What tells a person that something needs them."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Environment, Stack
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.http_api import STAGE
from infra.names import API, ARRIVALS, Names
from infra.worker_config import WorkerConfig

__all__ = ["MonitoringStack"]


class MonitoringStack(Stack):
    """An alarm for every dead-letter queue and one for the API, all to one topic.

    It knows the others by their physical names only, so that no export keeps a worker from being taken away.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        workers: Sequence[WorkerConfig],
        alarm_email: str | None,
        env: Environment,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Celeriac: alarms")
        alarms = Alarms(self, "Alarms", topic_name=f"{names.deployment}-alarms", email=alarm_email)
        for config in workers:
            for name, lane in config.queues.items():
                alarms.on_dead_letters(name, names.dead_letters(config.name, lane))
        alarms.on_dead_letters(ARRIVALS, names.dead_letters(ARRIVALS))
        alarms.on_server_errors(names.function(API), STAGE)
