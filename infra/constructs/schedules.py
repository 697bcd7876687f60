"""A worker's schedules: EventBridge Scheduler puts their messages straight into the worker's queue."""

from __future__ import annotations

import json

from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.constructs.queue_with_dead_letters import QueueWithDeadLetters
from infra.names import Names
from infra.schedule import Schedule
from infra.worker_config import WorkerConfig

__all__ = ["Schedules"]

MESSAGE_VERSION = 1


class Schedules(Construct):
    """The schedules, and the role that may send to this worker's queue and nowhere else.

    A firing that cannot be delivered lies in the worker's dead-letter queue, from where it can be sent on like any
    other dead letter, under the same alarm.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: WorkerConfig,
        queues: QueueWithDeadLetters,
        names: Names,
        group: scheduler.CfnScheduleGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        targets = [queues.queue.queue_arn, queues.dead_letters.queue_arn]
        grant = role.add_to_principal_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=targets))
        for schedule in config.schedules:
            name = names.schedule(config.name, schedule.name)
            resource = scheduler.CfnSchedule(
                self,
                schedule.name,
                name=name,
                group_name=group.ref,
                schedule_expression=schedule.expression,
                schedule_expression_timezone=schedule.timezone,
                state="ENABLED" if schedule.enabled else "DISABLED",
                flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
                target=scheduler.CfnSchedule.TargetProperty(
                    arn=queues.queue.queue_arn,
                    role_arn=role.role_arn,
                    input=_message(name, schedule),
                    dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(
                        arn=queues.dead_letters.queue_arn
                    ),
                ),
            )
            assert grant.policy_dependable is not None
            resource.node.add_dependency(grant.policy_dependable)


def _message(name: str, schedule: Schedule) -> str:
    # The scheduled time makes the id: a firing that is delivered twice is one task.
    return json.dumps(
        {
            "v": MESSAGE_VERSION,
            "id": f"{name}@<aws.scheduler.scheduled-time>",
            "task": schedule.task,
            "args": list(schedule.args),
            "kwargs": dict(schedule.kwargs),
        }
    )
