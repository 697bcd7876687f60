"""A worker's schedules: EventBridge Scheduler puts their messages straight into the worker's queue."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Annotations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct, IDependable

from infra.constructs.far_etas import scheduler_principal
from infra.constructs.queue_with_dead_letters import QueueWithDeadLetters
from infra.names import Names
from infra.schedule import Schedule
from infra.worker_config import WorkerConfig

__all__ = ["Schedules"]


class Schedules(Construct):
    """The schedules, and the role that may send to those queues of this worker that they name, and nowhere else.

    A firing that cannot be delivered lies in the worker's dead-letter queue, from where it can be sent on like any
    other dead letter, under the same alarm. What is over is left out, with a warning: AWS refuses a moment that has
    passed, and that would end a deployment that has nothing to do with it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: WorkerConfig,
        queues: Mapping[str, QueueWithDeadLetters],
        names: Names,
        group: scheduler.CfnScheduleGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config, self._queues, self._names, self._group = config, queues, names, group
        # Named, so that an operator may be allowed to pause a schedule, which is to pass its role on again.
        self._role = iam.Role(
            self,
            "Role",
            role_name=names.schedule_role(config.name),
            assumed_by=scheduler_principal(),
        )
        granted = self._may_send()
        for schedule in config.schedules:
            if schedule.is_over:
                self._tell_of_what_is_over(schedule)
            else:
                self._resource(schedule).node.add_dependency(granted)

    def _may_send(self) -> IDependable:
        used = [self._queues[name] for name in dict.fromkeys(schedule.queue for schedule in self._config.schedules)]
        targets = [arn for pair in used for arn in (pair.queue.queue_arn, pair.dead_letters.queue_arn)]
        grant = self._role.add_to_principal_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=targets))
        assert grant.policy_dependable is not None
        return grant.policy_dependable

    def _resource(self, schedule: Schedule) -> scheduler.CfnSchedule:
        name, pair = self._names.schedule(self._config.name, schedule.name), self._queues[schedule.queue]
        return scheduler.CfnSchedule(
            self,
            schedule.name,
            name=name,
            group_name=self._group.ref,
            schedule_expression=schedule.told.expression,
            schedule_expression_timezone=schedule.told.timezone,
            state="ENABLED" if schedule.enabled else "DISABLED",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=pair.queue.queue_arn,
                role_arn=self._role.role_arn,
                input=schedule.body(name),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=pair.dead_letters.queue_arn),
            ),
        )

    def _tell_of_what_is_over(self, schedule: Schedule) -> None:
        about = f"{schedule.worker}/worker.toml: [schedules.{schedule.name}] is over and left out: {schedule.when!r}"
        Annotations.of(self).add_warning_v2(f"celeriac:{schedule.name}", about)
