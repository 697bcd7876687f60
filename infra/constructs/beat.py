"""What has a worker's code declare its schedules: CloudFormation calls the function whenever it has changed."""

from __future__ import annotations

from aws_cdk import CustomResource, Duration
from constructs import Construct

from infra.constructs.far_etas import may_keep_timetable
from infra.constructs.task_function import TaskFunction
from infra.names import Names

__all__ = ["Beat"]

ANSWERS_WITHIN = Duration.minutes(5)


class Beat(Construct):
    """A resource that the worker's own function answers for (`celeriac.beat.declared`), and the rights it needs for it.

    `version` changes with what the entries may depend on. Where an entry cannot be, or the worker cannot be imported,
    the deployment fails.
    """

    def __init__(self, scope: Construct, construct_id: str, *, tasks: TaskFunction, names: Names, version: str) -> None:
        super().__init__(scope, construct_id)
        for statement in may_keep_timetable(names):
            tasks.role.add_to_policy(statement)
        self.resource = CustomResource(
            self,
            "Schedules",
            resource_type="Custom::CeleriacBeat",
            service_token=tasks.function.function_arn,
            service_timeout=ANSWERS_WITHIN,
            properties={"Version": version},
        )
        # It is called when it may do what it is called for.
        self.resource.node.add_dependency(tasks.role)
