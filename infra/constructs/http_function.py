"""A function behind routes of the HTTP API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from infra.bundling import bundle_of_producer
from infra.constructs.task_function import RESULT_ACTIONS, TaskFunction
from infra.deployment import Deployment
from infra.queue_address import QueueAddress, workers_of

__all__ = ["HttpFunction"]

TIMEOUT_S = 29  # when the gateway gives up; an answer may be held for 20
MEMORY_MB = 1024


class HttpFunction(TaskFunction):
    """All of them have the same code; the gateway says which routes are whose, and each role what they need."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        deployment: Deployment,
        queues: Mapping[str, QueueAddress],
        environment: Mapping[str, str],
        table_actions: Sequence[str] = RESULT_ACTIONS,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            name=name,
            handler="api.handler.handler",
            bundle=bundle_of_producer(deployment.functions, workers_of(queues), deployment.target),
            deployment=deployment,
            may_send_to=queues,
            memory_mb=MEMORY_MB,
            timeout_s=TIMEOUT_S,
            environment=environment,
            table_actions=table_actions,
        )
