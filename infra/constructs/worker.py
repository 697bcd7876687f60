"""A worker: the function of a folder, drinking from the folder's queues."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.bundling import Bundle, bundle_of_worker
from infra.constructs.beat import Beat
from infra.constructs.task_function import TaskFunction
from infra.deployment import Deployment
from infra.lane import Lane
from infra.placeholders import fill
from infra.queue_address import QueueAddress
from infra.worker_config import WorkerConfig

__all__ = ["Worker"]


class Worker(Construct):
    """What a worker.toml asks for: the function, its sources of messages, and the rights it declares."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: WorkerConfig,
        packages: tuple[str, ...],
        queues: Mapping[str, sqs.IQueue],
        may_send_to: Mapping[str, QueueAddress],
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, construct_id)
        names = _placeholders(deployment)
        bundle = bundle_of_worker(deployment.functions, config.name, packages, deployment.target)
        self.tasks = TaskFunction(
            self,
            "Tasks",
            name=config.name,
            handler=f"{config.name}.handler.handler",
            bundle=bundle,
            deployment=deployment,
            may_send_to=may_send_to,
            memory_mb=config.memory_mb,
            timeout_s=config.timeout_s,
            concurrency=config.concurrency,
            environment={
                "CELERIAC_MAX_RECEIVES": str(config.max_receives),
                "CELERIAC_METRICS": deployment.metrics,
                **({"CELERIAC_LIST_TASKS": "on"} if config.list_tasks else {}),
                **{key: fill(value, names) for key, value in config.environment.items()},
            },
        )
        for permission in config.permissions:
            resources = [fill(resource, names) for resource in permission.resources]
            statement = iam.PolicyStatement(actions=list(permission.actions), resources=resources)
            self.tasks.role.add_to_policy(statement)
        self.beat = (
            Beat(self, "Beat", tasks=self.tasks, names=deployment.names, version=_version(bundle, config, may_send_to))
            if config.beat
            else None
        )
        for name, lane in config.queues.items():
            self.tasks.function.add_event_source(_mapping(queues[name], lane))


def _version(bundle: Bundle, config: WorkerConfig, queues: Iterable[str]) -> str:
    """What the schedules that code declares may depend on: the code, its environment, and where it may send to."""
    told = [bundle.digest(), sorted(config.environment.items()), sorted(queues)]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _mapping(queue: sqs.IQueue, lane: Lane) -> sources.SqsEventSource:
    """How Lambda reads a queue: each has a concurrency of its own."""
    return sources.SqsEventSource(
        queue,
        batch_size=lane.batch_size,
        max_batching_window=Duration.seconds(lane.batch_window_s) if lane.batch_window_s else None,
        max_concurrency=lane.max_concurrency,
        report_batch_item_failures=True,
    )


def _placeholders(deployment: Deployment) -> dict[str, str]:
    return {
        "deployment": deployment.names.deployment,
        "partition": Aws.PARTITION,
        "region": Aws.REGION,
        "account": Aws.ACCOUNT_ID,
        "files_bucket": deployment.files.bucket_name,
        "users_table": deployment.users.table_name,
        "results_table": deployment.results.table_name,
    }
