"""Who may use the command line: a managed policy for those who look, and one for those who operate."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.far_etas import may_keep_timetable, may_schedule, may_see_timetable, may_switch_declared
from infra.constructs.operating_rights import HERE, Reach, may_operate, may_see
from infra.constructs.result_table import INDEX
from infra.constructs.task_function import PAYLOAD_KEYS
from infra.deployment import Deployment

__all__ = ["OperatorPolicies"]

EVERY = "*"


class OperatorPolicies(Construct):
    """`celeriac-<stage>-observer` and `celeriac-<stage>-operator`, to be attached to people's roles.

    The second includes the first. Each is enough for the commands that docs/cli.md lists under it; a test runs them
    with these rights and no others. A managed policy has room for 6,144 characters, so they are about all that begins
    with the deployment's name, and not a list of its queues.
    """

    def __init__(self, scope: Construct, construct_id: str, *, deployment: Deployment) -> None:
        super().__init__(scope, construct_id)
        names = deployment.names
        for name, does, statements in (
            (names.observer_policy, "See", _observing(deployment)),
            (names.operator_policy, "See and operate", [*_observing(deployment), *_operating(deployment)]),
        ):
            iam.ManagedPolicy(
                self,
                name.rpartition("-")[2].capitalize(),
                managed_policy_name=name,
                description=f"{does} what {names.deployment} does, on the command line",
                statements=statements,
            )


def _observing(deployment: Deployment) -> list[iam.PolicyStatement]:
    names, table = deployment.names, deployment.results.table_arn
    parameter = f"arn:{Aws.PARTITION}:ssm:{HERE}:parameter{names.client_parameter}"
    return [
        iam.PolicyStatement(actions=["ssm:GetParameter"], resources=[parameter]),
        *may_see(Reach.to_deployment(names)),
        iam.PolicyStatement(actions=["dynamodb:GetItem", "dynamodb:BatchGetItem"], resources=[table]),
        iam.PolicyStatement(actions=["dynamodb:Query"], resources=[f"{table}/index/{INDEX}"]),
        iam.PolicyStatement(actions=["s3:GetObject"], resources=_payloads(deployment)),
        # Without it S3 answers 403 for a key that is gone, and "gone" could not be told from "not allowed".
        iam.PolicyStatement(actions=["s3:ListBucket"], resources=[deployment.payloads.bucket_arn]),
        *(may_see_timetable(names) if deployment.far_etas else []),
    ]


def _operating(deployment: Deployment) -> list[iam.PolicyStatement]:
    names, reach = deployment.names, Reach.to_deployment(deployment.names)
    changing = [f"dynamodb:{what}Item" for what in ("Put", "Update", "Delete")]
    schedules = [*may_schedule(names, [EVERY]), *may_keep_timetable(names)] if deployment.far_etas else []
    return [
        *may_operate(reach),
        iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[*reach.queues]),
        iam.PolicyStatement(actions=changing, resources=[deployment.results.table_arn]),
        iam.PolicyStatement(actions=["s3:PutObject"], resources=_payloads(deployment)),
        *schedules,
        *(may_switch_declared(names, [EVERY]) if deployment.far_etas else []),
    ]


def _payloads(deployment: Deployment) -> list[str]:
    return [deployment.payloads.arn_for_objects(keys) for keys in PAYLOAD_KEYS]
