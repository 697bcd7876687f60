"""Every worker folder's queue, function and schedules."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Environment, Stack
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.constructs.client_parameter import ClientParameter
from infra.constructs.queue_with_dead_letters import QueueWithDeadLetters
from infra.constructs.schedules import Schedules
from infra.constructs.worker import Worker
from infra.deployment import Deployment
from infra.queue_address import QueueAddress
from infra.worker_config import WorkerConfig
from infra.worker_folders import packages_of

__all__ = ["WorkersStack"]

VISIBILITY_FACTOR = 6  # AWS's rule: the mapping retries throttled invocations while the messages stay hidden


class WorkersStack(Stack):
    """Queue -> worker, once a folder; the schedules feed the same queues."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        workers: Sequence[WorkerConfig],
        env: Environment,
    ) -> None:
        super().__init__(
            scope, construct_id, env=env, description="Celeriac: the workers, their queues and their schedules"
        )
        group = scheduler.CfnScheduleGroup(self, "Schedules", name=deployment.names.deployment)
        # All queues before any worker: two workers may send to each other.
        queues = {config.name: self._queue(config, deployment) for config in workers}
        addresses = {name: QueueAddress.of(queue.queue) for name, queue in queues.items()}
        for config in workers:
            Worker(
                self,
                config.name,
                config=config,
                packages=packages_of(config, workers),
                queue=queues[config.name].queue,
                queues={name: addresses[name] for name in (config.name, *config.uses)},
                deployment=deployment,
            )
            if config.schedules:
                Schedules(
                    self,
                    f"{config.name}-schedules",
                    config=config,
                    queues=queues[config.name],
                    names=deployment.names,
                    group=group,
                )
        ClientParameter(self, "Clients", deployment=deployment, queues=addresses)

    def _queue(self, config: WorkerConfig, deployment: Deployment) -> QueueWithDeadLetters:
        return QueueWithDeadLetters(
            self,
            f"{config.name}-queue",
            name=deployment.names.queue(config.name),
            dead_name=deployment.names.dead_letters(config.name),
            visibility=Duration.seconds(VISIBILITY_FACTOR * config.timeout_s + config.batch_window_s),
            max_receives=config.max_receives,
        )
