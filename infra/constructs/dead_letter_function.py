"""The function that records what dies in the workers' queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.bundling import bundle_of_library
from infra.constructs.queue_with_dead_letters import DEAD_LETTERS_TIMEOUT_S
from infra.constructs.task_function import TaskFunction
from infra.deployment import Deployment
from infra.names import DEAD_LETTERS
from infra.queue_address import QueueAddress

__all__ = ["DeadLetterFunction"]

MEMORY_MB = 256
FEWEST_AT_A_TIME = 2  # Lambda's least, and its fewest idle looks into a queue


class DeadLetterFunction(Construct):
    """The function on every queue of dead letters; it may send to every worker, for something may follow a failure."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        dead_letters: Sequence[sqs.IQueue],
        may_send_to: Mapping[str, QueueAddress],
    ) -> None:
        super().__init__(scope, construct_id)
        tasks = TaskFunction(
            self,
            "Tasks",
            name=DEAD_LETTERS,
            handler="celeriac.dead_letters.handler",
            bundle=bundle_of_library(deployment.functions, deployment.target),
            deployment=deployment,
            may_send_to=may_send_to,
            memory_mb=MEMORY_MB,
            timeout_s=DEAD_LETTERS_TIMEOUT_S,
        )
        for queue in dead_letters:
            source = sources.SqsEventSource(queue, report_batch_item_failures=True, max_concurrency=FEWEST_AT_A_TIME)
            tasks.function.add_event_source(source)
