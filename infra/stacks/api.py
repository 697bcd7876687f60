"""The HTTP side: the API, its two functions, and the function for files that arrive in S3."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.api_parameter import ApiParameter
from infra.constructs.arrivals import Arrivals
from infra.constructs.arrivals_producer import ArrivalsProducer
from infra.constructs.http_api import HttpApi
from infra.constructs.http_console import HttpConsole
from infra.constructs.http_operator import HttpOperator
from infra.constructs.http_permissions import HttpPermissions
from infra.constructs.http_producer import HttpProducer
from infra.deployment import Deployment
from infra.http_access import HttpAccess
from infra.names import API, ARRIVALS, CONSOLE, OPERATOR, Names
from infra.queue_address import QueueAddress
from infra.settings import Settings
from infra.worker_config import WorkerConfig

__all__ = ["ApiStack"]


class ApiStack(Stack):
    """HTTP -> api, or operator -> the workers' queues; S3 -> arrivals -> the same."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        arrivals: Arrivals,
        workers: Sequence[WorkerConfig],
        settings: Settings,
        env: Environment,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Celeriac: the HTTP producer")
        names = deployment.names
        queues = self._addresses(names, workers)
        access = HttpAccess(names.deployment, settings.cors_origins, settings.user_pool, settings.console)
        producer = HttpProducer(self, API, deployment=deployment, queues=queues, access=access)
        operator = HttpOperator(
            self,
            OPERATOR,
            deployment=deployment,
            queues=queues,
            dead_letters=self._dead_letters(names, workers),
            listed=[config.name for config in workers if config.list_tasks],
            access=access,
        )
        functions: dict[str, lambda_.IFunction] = {API: producer.function, OPERATOR: operator.function}
        if access.console:
            console = HttpConsole(self, CONSOLE, deployment=deployment, login=access.console, scopes=access.scopes)
            functions[CONSOLE] = console.function
        http = HttpApi(
            self,
            "Http",
            name=names.function(API),
            functions=functions,
            access=access,
            tracing=deployment.tracing,
        )
        self.rest_api = http.rest_api
        HttpPermissions(self, "Permissions", names=names, rest_api=http.rest_api)
        ApiParameter(self, "Address", names=names, rest_api=http.rest_api)
        ArrivalsProducer(self, ARRIVALS, deployment=deployment, arrivals=arrivals, queues=queues)

        CfnOutput(self, "ApiUrl", value=http.rest_api.url)
        CfnOutput(self, "ApiId", value=http.rest_api.rest_api_id)

    def _addresses(self, names: Names, workers: Sequence[WorkerConfig]) -> dict[str, QueueAddress]:
        """The workers' queues by their names, for they are another stack's."""
        return {
            name: QueueAddress.by_name(self, names.queue(config.name, lane), lane)
            for config in workers
            for name, lane in config.queues.items()
        }

    def _dead_letters(self, names: Names, workers: Sequence[WorkerConfig]) -> list[str]:
        return [
            self.format_arn(service="sqs", resource=names.dead_letters(config.name, lane))
            for config in workers
            for lane in config.queues.values()
        ]
