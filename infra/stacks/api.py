"""The HTTP side: the API, its function, and the function for files that arrive in S3."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnOutput, Duration, Environment, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra.bundling import bundle_of_producer
from infra.constructs.arrivals import Arrivals
from infra.constructs.http_api import HttpApi
from infra.constructs.task_function import TaskFunction
from infra.deployment import Deployment
from infra.names import API, ARRIVALS
from infra.queue_address import QueueAddress

__all__ = ["ApiStack"]

# The gateway gives up after 29 s, and an answer may be held for 20.
API_TIMEOUT = Duration.seconds(29)
MEMORY_MB = 1024
ARRIVING_KEYS = ("incoming/*",)
UPLOAD_KEYS = ("images/*", "pdfs/*", *ARRIVING_KEYS)  # a presigned form may do what its signer may do


class ApiStack(Stack):
    """HTTP -> api -> the workers' queues; S3 -> arrivals -> the same."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        arrivals: Arrivals,
        workers: Sequence[str],
        env: Environment,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Celeriac: the HTTP producer")
        names, files = deployment.names, deployment.files
        queues = {worker: QueueAddress.by_name(self, names.queue(worker)) for worker in workers}
        bundle = bundle_of_producer(deployment.functions, API, tuple(workers), deployment.target)

        def function(name: str, handler: str, timeout: Duration) -> TaskFunction:
            return TaskFunction(
                self,
                name,
                name=name,
                handler=handler,
                bundle=bundle,
                deployment=deployment,
                queues=queues,
                memory_mb=MEMORY_MB,
                timeout=timeout,
                environment={"FILES_BUCKET": files.bucket_name},
            )

        api = function(API, "api.handler.handler", API_TIMEOUT)
        arrived = function(ARRIVALS, "api.arrivals.handler", arrivals.timeout)
        arrived.function.add_event_source(sources.SqsEventSource(arrivals.queue, report_batch_item_failures=True))
        uploads, arriving = ([files.arn_for_objects(keys) for keys in each] for each in (UPLOAD_KEYS, ARRIVING_KEYS))
        api.role.add_to_policy(iam.PolicyStatement(actions=["s3:PutObject"], resources=uploads))
        arrived.role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=arriving))
        # Without it S3 answers 403 for a file that is gone again.
        arrived.role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[files.bucket_arn]))
        http = HttpApi(self, "Http", name=names.function(API), function=api.function)

        CfnOutput(self, "ApiUrl", value=http.rest_api.url)
        CfnOutput(self, "ApiId", value=http.rest_api.rest_api_id)
