"""The HTTP side's front door: an API Gateway REST API where every call is signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.http_access import HttpAccess
from infra.http_routes import CONSOLE_ROUTES, ROUTES, HttpRoute

__all__ = ["HttpApi"]

STAGE = "v1"
# Bodies of these types reach the function in base64; any other would be taken for text and be mangled.
BINARY_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "application/octet-stream")
PROBLEM = '{"type": "about:blank", "title": $context.error.messageString}'  # the gateway puts the quotes
REQUESTS_PER_SECOND = 100
BURST = 200


ASKED_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "X-Amz-Content-Sha256",
    "X-Amz-Date",
    "X-Amz-Security-Token",
)


class HttpApi(Construct):
    """The routes, each to its function and each with IAM authorization; access is logged and throttled."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        functions: Mapping[str, lambda_.IFunction],
        access: HttpAccess,
        tracing: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.rest_api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=name,
            binary_media_types=list(BINARY_TYPES),
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=True,
            default_method_options=apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM),
            deploy_options=self._stage(name, tracing),
        )
        self.rest_api.node.try_remove_child("Endpoint")  # an output under a generated name; the stack has its own
        self._add_routes(functions, access)
        if access.cors_origins:
            self._let_pages_ask(access.cors_origins)
        self._answer_in_problem_json()

    def _stage(self, name: str, tracing: bool) -> apigateway.StageOptions:
        """What the gateway writes down of each call, and how many it lets through."""
        access_log = logs.LogGroup(
            self,
            "AccessLog",
            log_group_name=f"/aws/apigateway/{name}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        return apigateway.StageOptions(
            stage_name=STAGE,
            tracing_enabled=tracing or None,
            access_log_destination=apigateway.LogGroupLogDestination(access_log),
            access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                caller=True,
                http_method=True,
                ip=True,
                protocol=True,
                request_time=True,
                resource_path=True,
                response_length=True,
                status=True,
                user=True,
            ),
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            throttling_rate_limit=REQUESTS_PER_SECOND,
            throttling_burst_limit=BURST,
        )

    def _add_routes(self, functions: Mapping[str, lambda_.IFunction], access: HttpAccess) -> None:
        integrations = {
            name: apigateway.LambdaIntegration(function, allow_test_invoke=False)
            for name, function in functions.items()
        }
        authorizer = self._authorizer(access.user_pool) if access.user_pool else None
        for route in (*ROUTES, *(CONSOLE_ROUTES if access.console else ())):
            resource = self.rest_api.root.resource_for_path(route.path)
            resource.add_method(route.method, integrations[route.function], **_authorized(route, authorizer, access))

    def _authorizer(self, user_pool: str) -> apigateway.IAuthorizer:
        pool = cognito.UserPool.from_user_pool_arn(self, "UserPool", user_pool)
        return apigateway.CognitoUserPoolsAuthorizer(self, "Tokens", cognito_user_pools=[pool])

    def _let_pages_ask(self, origins: Sequence[str]) -> None:
        """Let the gateway answer a browser that asks whether a page may call."""
        methods: dict[str, list[str]] = {}
        for route in ROUTES:
            methods.setdefault(route.path, []).append(route.method)
        for path, names in methods.items():
            self.rest_api.root.resource_for_path(path).add_cors_preflight(
                allow_origins=list(origins),
                allow_methods=names,
                allow_headers=list(ASKED_HEADERS),
                max_age=Duration.hours(1),
            )

    def _answer_in_problem_json(self) -> None:
        # What the gateway refuses by itself (no signature, too many requests) reads like what the function refuses.
        for response in (apigateway.ResponseType.DEFAULT_4_XX, apigateway.ResponseType.DEFAULT_5_XX):
            self.rest_api.add_gateway_response(
                response.response_type,
                type=response,
                response_headers={"Content-Type": "'application/problem+json'"},
                templates={"application/json": PROBLEM},
            )


def _authorized(route: HttpRoute, authorizer: apigateway.IAuthorizer | None, access: HttpAccess) -> dict[str, Any]:
    """How a route asks who calls: by signature, which is the API's default, or by a token with one of its scopes.

    A route that no permission opens is open to everybody.
    """
    if not route.permissions:
        return {"authorization_type": apigateway.AuthorizationType.NONE}
    if authorizer is None:
        return {}
    scopes = [f"{access.scopes}/{permission}" for permission in route.permissions]
    kind = apigateway.AuthorizationType.COGNITO
    return {"authorizer": authorizer, "authorization_type": kind, "authorization_scopes": scopes}
