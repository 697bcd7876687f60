"""The HTTP side: the API, its function, and the function for files that arrive in S3."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnOutput, Environment, Stack
from constructs import Construct

from infra.constructs.arrivals import Arrivals
from infra.constructs.arrivals_producer import ArrivalsProducer
from infra.constructs.http_api import HttpApi
from infra.constructs.http_producer import HttpProducer
from infra.deployment import Deployment
from infra.names import API, ARRIVALS
from infra.queue_address import QueueAddress
from infra.worker_config import WorkerConfig

__all__ = ["ApiStack"]


class ApiStack(Stack):
    """HTTP -> api -> the workers' queues; S3 -> arrivals -> the same."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        arrivals: Arrivals,
        workers: Sequence[WorkerConfig],
        env: Environment,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Celeriac: the HTTP producer")
        names = deployment.names
        queues = {
            name: QueueAddress.by_name(self, names.queue(config.name, lane), lane)
            for config in workers
            for name, lane in config.queues.items()
        }
        producer = HttpProducer(self, API, deployment=deployment, queues=queues)
        http = HttpApi(self, "Http", name=names.function(API), function=producer.function, tracing=deployment.tracing)
        ArrivalsProducer(self, ARRIVALS, deployment=deployment, arrivals=arrivals, queues=queues)

        CfnOutput(self, "ApiUrl", value=http.rest_api.url)
        CfnOutput(self, "ApiId", value=http.rest_api.rest_api_id)
