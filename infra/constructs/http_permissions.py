"""Who may call what of the HTTP API: a managed policy for each permission, to be attached to callers' roles."""

from __future__ import annotations

from aws_cdk import Aws, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.http_api import STAGE
from infra.http_routes import PERMISSIONS, READ, ROUTES
from infra.names import Names

__all__ = ["HttpPermissions"]


class HttpPermissions(Construct):
    """The policies; each allows `execute-api:Invoke` on the methods and paths that its permission opens.

    Who may read may also ask SSM where the API is, as the console does.
    """

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, rest_api: apigateway.RestApi) -> None:
        super().__init__(scope, construct_id)
        start = f"arn:{Aws.PARTITION}:execute-api:{Aws.REGION}:{Aws.ACCOUNT_ID}:{rest_api.rest_api_id}/{STAGE}"
        for permission, description in PERMISSIONS.items():
            opened = [route for route in ROUTES if permission in route.permissions]
            calls = [f"{start}/{route.method}{route.pattern}" for route in opened]
            policy = iam.ManagedPolicy(
                self,
                permission.capitalize(),
                managed_policy_name=names.http_policy(permission),
                description=f"{description}, over the HTTP API of {names.deployment}",
                statements=[iam.PolicyStatement(actions=["execute-api:Invoke"], resources=calls)],
            )
            if permission == READ:
                policy.add_statements(_may_find_the_api(Stack.of(self), names))


def _may_find_the_api(stack: Stack, names: Names) -> iam.PolicyStatement:
    parameter = stack.format_arn(service="ssm", resource="parameter", resource_name=names.api_parameter.lstrip("/"))
    return iam.PolicyStatement(actions=["ssm:GetParameter"], resources=[parameter])
