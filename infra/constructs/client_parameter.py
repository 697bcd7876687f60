"""The SSM parameter from which a client outside Lambda learns where everything is."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Stack
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.deployment import Deployment
from infra.queue_address import QueueAddress

__all__ = ["ClientParameter"]


class ClientParameter(Construct):
    """`/celeriac/{deployment}`: the table, the payloads bucket and every worker's queue, as JSON."""

    def __init__(
        self, scope: Construct, construct_id: str, *, deployment: Deployment, queues: Mapping[str, QueueAddress]
    ) -> None:
        super().__init__(scope, construct_id)
        where = {
            "table": deployment.results.table_name,
            "payloads": deployment.payloads.bucket_name,
            "queues": {name: queue.told for name, queue in queues.items()},
            **({"etas": deployment.names.eta_group} if deployment.far_etas else {}),
        }
        self.parameter = ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=deployment.names.client_parameter,
            description="Where Celeriac's clients find the queues, the results and the payloads",
            string_value=Stack.of(self).to_json_string(where),
        )
