"""What brings a task that is due later, or periodically: groups of schedules, and the roles that they fire with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.constructs.queue_with_dead_letters import QueueWithDeadLetters
from infra.names import Names
from infra.worker_config import WorkerConfig

__all__ = [
    "FarEtas",
    "may_keep_timetable",
    "may_schedule",
    "may_see_timetable",
    "may_switch_declared",
    "scheduler_principal",
]

SERVICE = "scheduler.amazonaws.com"


class FarEtas(Construct):
    """The groups, and the roles, one a worker: each may send to its own worker's queues and to their dead letters."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        workers: Sequence[WorkerConfig],
        queues: Mapping[str, QueueWithDeadLetters],
    ) -> None:
        super().__init__(scope, construct_id)
        scheduler.CfnScheduleGroup(self, "Group", name=names.eta_group)
        scheduler.CfnScheduleGroup(self, "Timetable", name=names.timetable_group)
        for config in workers:
            role = iam.Role(
                self,
                config.name,
                role_name=names.eta_role(config.name),
                assumed_by=scheduler_principal(),
            )
            # What is due late in a FIFO lane waits in the worker's own queue.
            pairs = [queues[name] for name, lane in config.queues.items() if not lane.fifo]
            targets = [queue.queue_arn for pair in pairs for queue in (pair.queue, pair.dead_letters)]
            role.add_to_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=targets))


def scheduler_principal() -> iam.ServicePrincipal:
    """The Scheduler, on behalf of this account: its schedules alone may fire with a role that trusts this one.

    Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    return iam.ServicePrincipal(SERVICE, conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}})


def may_schedule(names: Names, workers: Iterable[str]) -> list[iam.PolicyStatement]:
    """The rights of one who may send to these workers: to make such schedules, with their roles and no other."""
    return [
        iam.PolicyStatement(actions=["scheduler:CreateSchedule"], resources=[_schedules_of(names.eta_group)]),
        _may_pass(names.eta_role(worker) for worker in workers),
    ]


def may_see_timetable(names: Names) -> list[iam.PolicyStatement]:
    """The rights of one who may look at all schedules of a deployment."""
    groups = (names.schedule_group, names.timetable_group, names.eta_group)
    found = [_schedules_of(group) for group in groups]
    return [
        iam.PolicyStatement(actions=["scheduler:GetSchedule"], resources=found),
        # AWS has no resource for a list.
        iam.PolicyStatement(actions=["scheduler:ListSchedules"], resources=["*"]),
    ]


def may_keep_timetable(names: Names) -> list[iam.PolicyStatement]:
    """The rights of one who may create, change and delete schedules beside those of `may_schedule`: in one group."""
    changes = [f"scheduler:{what}Schedule" for what in ("Create", "Update", "Delete", "Get")]
    return [
        iam.PolicyStatement(actions=changes, resources=[_schedules_of(names.timetable_group)]),
        iam.PolicyStatement(actions=["scheduler:GetSchedule"], resources=[_schedules_of(names.schedule_group)]),
        # AWS has no resource for a list.
        iam.PolicyStatement(actions=["scheduler:ListSchedules"], resources=["*"]),
    ]


def may_switch_declared(names: Names, workers: Iterable[str]) -> list[iam.PolicyStatement]:
    """The rights of one who may pause and resume what these workers' worker.tomls declare.

    To update a schedule is to pass its role on again.
    """
    return [
        iam.PolicyStatement(actions=["scheduler:UpdateSchedule"], resources=[_schedules_of(names.schedule_group)]),
        _may_pass(names.schedule_role(worker) for worker in workers),
    ]


def _schedules_of(group: str) -> str:
    return f"arn:{Aws.PARTITION}:scheduler:{Aws.REGION}:{Aws.ACCOUNT_ID}:schedule/{group}/*"


def _may_pass(roles: Iterable[str]) -> iam.PolicyStatement:
    """To the Scheduler, and to nobody else."""
    return iam.PolicyStatement(
        actions=["iam:PassRole"],
        resources=[f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{role}" for role in roles],
        conditions={"StringEquals": {"iam:PassedToService": SERVICE}},
    )
