"""What one who operates queues and workers may do, in AWS's words: what `celeriac.operations` asks for, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from infra.names import Names
from infra.queue_address import QueueAddress, workers_of

__all__ = ["may_operate"]

MOVING = ("StartMessageMoveTask", "ListMessageMoveTasks", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
"""On the dead letters, whose mover SQS asks for the rights of one who would do it by hand:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""
WITHOUT_RESOURCES = ("lambda:ListEventSourceMappings", "cloudwatch:GetMetricData")
"""Lists and figures, which AWS allows for all resources or none."""


def may_operate(
    names: Names, queues: Mapping[str, QueueAddress], dead_letters: Iterable[str]
) -> list[iam.PolicyStatement]:
    """To look at queues, functions and their logs; to purge, pause and resume the queues; to move dead letters back."""
    if not queues:
        return []
    here = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
    functions = [f"arn:{Aws.PARTITION}:lambda:{here}:function:{names.function(w)}" for w in workers_of(queues)]
    logs = [names.log_group(worker) for worker in workers_of(queues)]
    mappings = f"arn:{Aws.PARTITION}:lambda:{here}:event-source-mapping:*"
    return [
        _statement(["sqs:GetQueueAttributes", "sqs:PurgeQueue"], [queue.arn for queue in queues.values()]),
        _statement([f"sqs:{action}" for action in MOVING], dead_letters),
        _statement(["lambda:GetFunctionConfiguration"], functions),
        # A mapping has no name before it is made; whose it is, is what can be said of it.
        iam.PolicyStatement(
            actions=["lambda:UpdateEventSourceMapping"],
            resources=[mappings],
            conditions={"ArnEquals": {"lambda:FunctionArn": functions}},
        ),
        # The star is the streams of a group, which CloudWatch asks for here.
        _statement(
            ["logs:FilterLogEvents"], [f"arn:{Aws.PARTITION}:logs:{here}:log-group:{group}:*" for group in logs]
        ),
        _statement(WITHOUT_RESOURCES, ["*"]),
    ]


def _statement(actions: Iterable[str], resources: Iterable[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))
