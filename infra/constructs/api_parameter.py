"""The SSM parameter from which `celeriac console` learns where the HTTP API is."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.constructs.http_api import STAGE
from infra.names import Names

__all__ = ["ApiParameter"]


class ApiParameter(Construct):
    """`/celeriac/{deployment}/api`: the API's id and stage, of which a local cloud's address is made, and its URL."""

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, rest_api: apigateway.RestApi) -> None:
        super().__init__(scope, construct_id)
        where = {"id": rest_api.rest_api_id, "stage": STAGE, "url": rest_api.url}
        self.parameter = ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=names.api_parameter,
            description="Where Celeriac's console finds the HTTP API",
            string_value=Stack.of(self).to_json_string(where),
        )
