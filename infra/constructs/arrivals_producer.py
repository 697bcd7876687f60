"""The function that sends the tasks of files which arrived in S3."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra.bundling import bundle_of_producer
from infra.constructs.arrivals import Arrivals
from infra.constructs.task_function import TaskFunction
from infra.deployment import Deployment
from infra.names import ARRIVALS
from infra.queue_address import QueueAddress, workers_of

__all__ = ["ArrivalsProducer"]

MEMORY_MB = 512


class ArrivalsProducer(Construct):
    """The function, fed by the queue of arrivals, with the right to read what arrived."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        arrivals: Arrivals,
        queues: Mapping[str, QueueAddress],
    ) -> None:
        super().__init__(scope, construct_id)
        files = deployment.files
        tasks = TaskFunction(
            self,
            "Tasks",
            name=ARRIVALS,
            handler="api.arrivals.handler",
            bundle=bundle_of_producer(deployment.functions, workers_of(queues), deployment.target),
            deployment=deployment,
            may_send_to=queues,
            memory_mb=MEMORY_MB,
            timeout_s=arrivals.timeout_s,
            environment={"FILES_BUCKET": files.bucket_name},
            table_actions=(),  # the tasks have their receipts since the form was handed out
        )
        tasks.function.add_event_source(sources.SqsEventSource(arrivals.queue, report_batch_item_failures=True))
        arrived = [files.arn_for_objects(f"{arrivals.prefix}*")]
        tasks.role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=arrived))
        # Without it S3 answers 403 for a file that is gone again, as if it were not allowed.
        tasks.role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[files.bucket_arn]))
