"""What one who operates queues and workers may do, in AWS's words: what `celeriac.operations` asks for, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from infra.names import Names
from infra.queue_address import QueueAddress, workers_of

__all__ = ["Reach", "may_operate", "may_see"]

MOVING = ("StartMessageMoveTask", "ListMessageMoveTasks", "ReceiveMessage", "DeleteMessage")
"""On the dead letters, whose mover SQS asks for the rights of one who would do it by hand:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""
WITHOUT_RESOURCES = ("lambda:ListEventSourceMappings", "cloudwatch:GetMetricData")
"""Lists and figures, which AWS allows for all resources or none."""
HERE = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"


@dataclass(frozen=True)
class Reach:
    """How far the rights go: the ARNs of queues, of their dead letters, of functions, and the names of log groups."""

    queues: Sequence[str]
    dead_letters: Sequence[str]
    functions: Sequence[str]
    log_groups: Sequence[str]

    @classmethod
    def to(cls, names: Names, queues: Mapping[str, QueueAddress], dead_letters: Iterable[str]) -> Reach:
        """To these queues, their workers and nothing else."""
        workers = workers_of(queues)
        return cls(
            [queue.arn for queue in queues.values()],
            [*dead_letters],
            [_function(names.function(worker)) for worker in workers],
            [names.log_group(worker) for worker in workers],
        )

    @classmethod
    def to_deployment(cls, names: Names) -> Reach:
        """To all that has the deployment's name at its beginning, however many workers there are."""
        queue, every = f"arn:{Aws.PARTITION}:sqs:{HERE}:{names.queue('*')}", names.function("*")
        return cls([queue], [f"{queue}-dead", f"{queue}-dead.fifo"], [_function(every)], [names.log_group("*")])


def may_see(reach: Reach) -> list[iam.PolicyStatement]:
    """To look at queues, functions and their logs, and at CloudWatch's figures."""
    # The star is the streams of a group, which CloudWatch asks for here.
    logs = [f"arn:{Aws.PARTITION}:logs:{HERE}:log-group:{group}:*" for group in reach.log_groups]
    looking = ["lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency"]
    return [
        _statement(["sqs:GetQueueAttributes"], [*reach.queues, *reach.dead_letters]),
        _statement(looking, reach.functions),
        _statement(["logs:FilterLogEvents"], logs),
        _statement(WITHOUT_RESOURCES, ["*"]),
    ]


def may_operate(reach: Reach) -> list[iam.PolicyStatement]:
    """To purge, pause and resume the queues, and to move dead letters back."""
    return [
        _statement(["sqs:PurgeQueue"], reach.queues),
        _statement([f"sqs:{action}" for action in MOVING], reach.dead_letters),
        # A mapping has no name before it is made; whose it is, is what can be said of it.
        iam.PolicyStatement(
            actions=["lambda:UpdateEventSourceMapping"],
            resources=[f"arn:{Aws.PARTITION}:lambda:{HERE}:event-source-mapping:*"],
            conditions={"ArnLike": {"lambda:FunctionArn": [*reach.functions]}},
        ),
    ]


def _function(name: str) -> str:
    return f"arn:{Aws.PARTITION}:lambda:{HERE}:function:{name}"


def _statement(actions: Iterable[str], resources: Iterable[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))
