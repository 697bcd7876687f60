"""A Lambda function that publishes tasks and knows their results: every worker, and the HTTP side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bundling import Bundle
from infra.constructs.bundled_code import bundled_code
from infra.constructs.far_etas import may_schedule
from infra.deployment import Deployment
from infra.queue_address import QueueAddress, workers_of

__all__ = ["RESULT_ACTIONS", "TaskFunction"]

PAYLOAD_KEYS = ("messages/*", "results/*")
RESULT_ACTIONS = ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")


class TaskFunction(Construct):
    """A function, its role and its log group, with the rights that publishing and recording need and no more.

    `table_actions` are what it does to the rows of tasks; a function without any has no payload to read either.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        handler: str,
        bundle: Bundle,
        deployment: Deployment,
        may_send_to: Mapping[str, QueueAddress],
        memory_mb: int,
        timeout_s: int,
        table_actions: Sequence[str] = RESULT_ACTIONS,
        concurrency: int = 1,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        names = deployment.names
        self.log_group = self._log_group(names.log_group(name))
        self.role = self._role(names.function(name), _statements(deployment, may_send_to, table_actions))
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=names.function(name),
            runtime=deployment.target.runtime,
            architecture=deployment.target.lambda_architecture,
            handler=handler,
            code=bundled_code(bundle),
            role=self.role,
            log_group=self.log_group,
            memory_size=memory_mb,
            timeout=Duration.seconds(timeout_s),
            environment={
                **_environment(deployment, name, _urls(self, may_send_to)),
                "CELERIAC_CONCURRENCY": str(concurrency),
                **_switches(deployment),
                **(environment or {}),
            },
            tracing=lambda_.Tracing.ACTIVE if deployment.tracing else None,
            # Retries and chains come back to the function that sent them; Lambda would stop that after 16 rounds.
            recursive_loop=lambda_.RecursiveLoop.ALLOW,
        )

    def _log_group(self, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=name,
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _role(self, name: str, statements: Iterable[iam.PolicyStatement]) -> iam.Role:
        """A role without a managed policy: the usual one may write to every log group of the account."""
        role = iam.Role(
            self,
            "Role",
            role_name=name,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        self.log_group.grant_write(role)
        for statement in statements:
            role.add_to_policy(statement)
        return role


def _environment(deployment: Deployment, name: str, queues: str) -> dict[str, str]:
    """Where the function finds the deployment, and who it is there."""
    return {
        "CELERIAC_DEPLOYMENT": deployment.names.deployment,
        "CELERIAC_WORKER": name,
        "CELERIAC_TABLE": deployment.results.table_name,
        "CELERIAC_PAYLOADS": deployment.payloads.bucket_name,
        "CELERIAC_QUEUES": queues,
    }


def _switches(deployment: Deployment) -> dict[str, str]:
    return {
        **({"CELERIAC_ETAS": deployment.names.eta_group} if deployment.far_etas else {}),
        **({"CELERIAC_TRACING": "on"} if deployment.tracing else {}),
    }


def _urls(scope: Construct, queues: Mapping[str, QueueAddress]) -> str:
    return Stack.of(scope).to_json_string({name: queue.told for name, queue in queues.items()})


def _statements(
    deployment: Deployment, queues: Mapping[str, QueueAddress], table_actions: Sequence[str]
) -> list[iam.PolicyStatement]:
    targets = [queue.arn for queue in queues.values()]
    return [
        *([iam.PolicyStatement(actions=["sqs:SendMessage"], resources=targets)] if targets else []),
        *(may_schedule(deployment.names, workers_of(queues)) if targets and deployment.far_etas else []),
        *(_recording(deployment, table_actions) if table_actions else [_leaving_messages(deployment)]),
    ]


def _leaving_messages(deployment: Deployment) -> iam.PolicyStatement:
    messages, _ = PAYLOAD_KEYS
    return iam.PolicyStatement(actions=["s3:PutObject"], resources=[deployment.payloads.arn_for_objects(messages)])


def _recording(deployment: Deployment, table_actions: Sequence[str]) -> list[iam.PolicyStatement]:
    objects = [deployment.payloads.arn_for_objects(keys) for keys in PAYLOAD_KEYS]
    actions = [f"dynamodb:{action}" for action in table_actions]
    return [
        iam.PolicyStatement(actions=actions, resources=[deployment.results.table_arn]),
        iam.PolicyStatement(actions=["s3:GetObject", "s3:PutObject"], resources=objects),
        # Without it S3 answers 403 for a key that is gone, and "gone" could not be told from "not allowed".
        iam.PolicyStatement(actions=["s3:ListBucket"], resources=[deployment.payloads.bucket_arn]),
    ]
