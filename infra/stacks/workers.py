"""Every worker folder's queue, function and schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aws_cdk import Environment, Stack
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.constructs.client_parameter import ClientParameter
from infra.constructs.dead_letter_function import DeadLetterFunction
from infra.constructs.far_etas import FarEtas
from infra.constructs.operator_policies import OperatorPolicies
from infra.constructs.queue_with_dead_letters import QueueWithDeadLetters
from infra.constructs.schedules import Schedules
from infra.constructs.worker import Worker
from infra.deployment import Deployment
from infra.lane import Lane
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
        self.deployment = deployment
        names = deployment.names
        group = scheduler.CfnScheduleGroup(self, "Schedules", name=names.schedule_group)
        # All queues before any worker: two workers may send to each other.
        queues = {name: self._queue(config, name, lane) for config, name, lane in _lanes(workers)}
        addresses = {name: QueueAddress.of(queues[name].queue, lane) for _, name, lane in _lanes(workers)}
        late = FarEtas(self, "FarEtas", names=names, workers=workers, queues=queues) if deployment.far_etas else None
        for config in workers:
            own = {name: queues[name] for name in config.queues}
            worker = self._worker(config, workers, own, addresses)
            if worker.beat and late:
                worker.beat.node.add_dependency(late, group)
            if config.schedules:
                Schedules(self, f"{config.name}-schedules", config=config, queues=own, names=names, group=group)
        DeadLetterFunction(
            self,
            DEAD_LETTERS,
            deployment=deployment,
            dead_letters=[each.dead_letters for each in queues.values()],
            may_send_to=addresses,
        )
        ClientParameter(self, "Clients", deployment=deployment, queues=addresses)
        OperatorPolicies(self, "Operators", deployment=deployment)

    def _queue(self, config: WorkerConfig, name: str, lane: Lane) -> QueueWithDeadLetters:
        return QueueWithDeadLetters(
            self,
            f"{name}-queue",
            names=self.deployment.names,
            function=config.name,
            timeout_s=config.timeout_s,
            max_receives=config.max_receives,
            lane=lane,
        )

    def _worker(
        self,
        config: WorkerConfig,
        workers: Sequence[WorkerConfig],
        own: Mapping[str, QueueWithDeadLetters],
        addresses: Mapping[str, QueueAddress],
    ) -> Worker:
        """The function of one folder, which may send to its own queues and to those of the workers that it uses."""
        by_name = {worker.name: worker for worker in workers}
        reached = [by_name[name] for name in (config.name, *config.uses)]
        return Worker(
            self,
            config.name,
            config=config,
            packages=packages_of(config, workers),
            queues={name: each.queue for name, each in own.items()},
            may_send_to={name: addresses[name] for worker in reached for name in worker.queues},
            deployment=self.deployment,
        )


def _lanes(workers: Sequence[WorkerConfig]) -> Iterator[tuple[WorkerConfig, str, Lane]]:
    for config in workers:
        for name, lane in config.queues.items():
            yield config, name, lane
