"""The function that serves the console's page where the deployment does so itself."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bundling import bundle_of_console
from infra.console_login import ConsoleLogin
from infra.constructs.bundled_code import bundled_code
from infra.deployment import Deployment
from infra.http_routes import OPERATE, READ
from infra.names import CONSOLE

__all__ = ["HttpConsole"]

MEMORY_MB = 256
TIMEOUT_S = 10
PERMISSIONS = (READ, OPERATE)


class HttpConsole(Construct):
    """The function, which everybody may call: its role lets it write its log and do nothing else."""

    def __init__(
        self, scope: Construct, construct_id: str, *, deployment: Deployment, login: ConsoleLogin, scopes: str
    ) -> None:
        super().__init__(scope, construct_id)
        names = deployment.names
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=names.log_group(CONSOLE),
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            self,
            "Role",
            role_name=names.function(CONSOLE),
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        log_group.grant_write(role)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=names.function(CONSOLE),
            runtime=deployment.target.runtime,
            architecture=deployment.target.lambda_architecture,
            handler="celeriac.console.hosted.handler",
            code=bundled_code(bundle_of_console(deployment.functions, deployment.target)),
            role=role,
            log_group=log_group,
            memory_size=MEMORY_MB,
            timeout=Duration.seconds(TIMEOUT_S),
            environment={
                "CELERIAC_DEPLOYMENT": names.deployment,
                "CONSOLE_AUTHORITY": login.authority,
                "CONSOLE_CLIENT": login.client,
                "CONSOLE_SCOPES": " ".join(f"{scopes}/{permission}" for permission in PERMISSIONS),
            },
        )
