"""Every worker folder's queue, function and schedules."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Environment, Stack
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.constructs.client_parameter import ClientParameter
from infra.constructs.dead_letter_function import DeadLetterFunction
from infra.constructs.far_etas import FarEtas
from infra.constructs.queue_with_dead_letters import QueueWithDeadLetters
from infra.constructs.schedules import Schedules
from infra.constructs.worker import Worker
from infra.deployment import Deployment
from infra.names import DEAD_LETTERS
from infra.queue_address import QueueAddress
from infra.worker_config import WorkerConfig
from infra.worker_folders import packages_of

__all__ = ["WorkersStack"]


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
        super().__init__(scope, construct_id, env=env, description="Celeriac: the workers and their queues")
        names = deployment.names
        group = scheduler.CfnScheduleGroup(self, "Schedules", name=names.schedule_group)
        # All queues before any worker: two workers may send to each other.
        queues = {
            name: QueueWithDeadLetters(
                self,
                f"{name}-queue",
                names=names,
                function=config.name,
                timeout_s=config.timeout_s,
                max_receives=config.max_receives,
                lane=lane,
            )
            for config in workers
            for name, lane in config.queues.items()
        }
        addresses = {
            name: QueueAddress.of(queues[name].queue, lane)
            for config in workers
            for name, lane in config.queues.items()
        }
        by_name = {config.name: config for config in workers}
        schedules = (
            FarEtas(self, "FarEtas", names=names, workers=workers, queues=queues) if deployment.far_etas else None
        )
        for config in workers:
            worker = Worker(
                self,
                config.name,
                config=config,
                packages=packages_of(config, workers),
                queues={name: queues[name].queue for name in config.queues},
                may_send_to={
                    name: addresses[name] for used in (config.name, *config.uses) for name in by_name[used].queues
                },
                deployment=deployment,
            )
            if worker.beat and schedules:
                worker.beat.node.add_dependency(schedules, group)
            if config.schedules:
                own = {name: queues[name] for name in config.queues}
                Schedules(self, f"{config.name}-schedules", config=config, queues=own, names=names, group=group)
        DeadLetterFunction(
            self,
            DEAD_LETTERS,
            deployment=deployment,
            dead_letters=[each.dead_letters for each in queues.values()],
            may_send_to=addresses,
        )
        ClientParameter(self, "Clients", deployment=deployment, queues=addresses)
