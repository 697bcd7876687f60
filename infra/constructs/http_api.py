"""The HTTP side's front door: an API Gateway REST API where every call is signed."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

__all__ = ["HttpApi"]

STAGE = "v1"
ROUTES = (
    ("POST", "tasks"),
    ("GET", "tasks/{id}"),
    ("POST", "images"),
    ("POST", "pdfs"),
    ("GET", "openapi.json"),
)
# Bodies of these types reach the function in base64; any other would be taken for text and be mangled.
BINARY_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "application/octet-stream")
PROBLEM = '{"type": "about:blank", "title": $context.error.messageString}'  # the gateway puts the quotes
REQUESTS_PER_SECOND = 100
BURST = 200


class HttpApi(Construct):
    """The routes, each to the same function, each with IAM authorization; access is logged and throttled."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, function: lambda_.IFunction, tracing: bool
    ) -> None:
        super().__init__(scope, construct_id)
        access_log = logs.LogGroup(
            self,
            "AccessLog",
            log_group_name=f"/aws/apigateway/{name}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.rest_api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=name,
            binary_media_types=list(BINARY_TYPES),
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=True,
            default_method_options=apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM),
            deploy_options=apigateway.StageOptions(
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
            ),
        )
        self.rest_api.node.try_remove_child("Endpoint")  # an output under a generated name; the stack has its own
        integration = apigateway.LambdaIntegration(function, allow_test_invoke=False)
        for method, path in ROUTES:
            self.rest_api.root.resource_for_path(path).add_method(method, integration)
        self._answer_in_problem_json()

    def _answer_in_problem_json(self) -> None:
        # What the gateway refuses by itself (no signature, too many requests) reads like what the function refuses.
        for response in (apigateway.ResponseType.DEFAULT_4_XX, apigateway.ResponseType.DEFAULT_5_XX):
            self.rest_api.add_gateway_response(
                response.response_type,
                type=response,
                response_headers={"Content-Type": "'application/problem+json'"},
                templates={"application/json": PROBLEM},
            )
