"""The function behind the operators' routes of the HTTP API, which may do more than the one that takes tasks in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.far_etas import may_keep_timetable, may_switch_declared
from infra.constructs.http_function import HttpFunction
from infra.constructs.operating_rights import Reach, may_operate, may_see
from infra.constructs.result_table import INDEX
from infra.deployment import Deployment
from infra.http_access import HttpAccess
from infra.names import OPERATOR
from infra.queue_address import QueueAddress, workers_of

__all__ = ["HttpOperator"]


class HttpOperator(Construct):
    """The function, with the rights to list what the table's index has, and to operate the queues.

    `listed` are the workers all of whose tasks the index has.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        queues: Mapping[str, QueueAddress],
        dead_letters: Sequence[str],
        listed: Iterable[str],
        access: HttpAccess,
    ) -> None:
        super().__init__(scope, construct_id)
        tasks = HttpFunction(
            self,
            "Tasks",
            name=OPERATOR,
            deployment=deployment,
            queues=queues,
            environment={**access.environment, "HTTP_LISTED_WORKERS": " ".join(listed)},
        )
        for statement in _rights(deployment, queues, dead_letters):
            tasks.role.add_to_policy(statement)
        self.function = tasks.function


def _rights(
    deployment: Deployment, queues: Mapping[str, QueueAddress], dead_letters: Sequence[str]
) -> Iterator[iam.PolicyStatement]:
    """What the operators' routes ask for, beside the rights of every function that publishes."""
    index = f"{deployment.results.table_arn}/index/{INDEX}"
    yield iam.PolicyStatement(actions=["dynamodb:Query"], resources=[index])
    if queues:
        reach = Reach.to(deployment.names, queues, dead_letters)
        yield from (*may_see(reach), *may_operate(reach))
    if deployment.far_etas:  # without, the library has no scheduler to ask
        yield from may_keep_timetable(deployment.names)
        yield from may_switch_declared(deployment.names, workers_of(queues)) if queues else ()
