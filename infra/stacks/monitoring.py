"""What tells a person that something needs them, and shows what it is."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Environment, Stack
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.dashboard import OperationsDashboard
from infra.constructs.http_api import STAGE
from infra.constructs.result_table import INDEX
from infra.names import API, ARRIVALS, CONSOLE, DEAD_LETTERS, OPERATOR, Names
from infra.settings import Settings
from infra.worker_config import WorkerConfig

__all__ = ["MonitoringStack"]


class MonitoringStack(Stack):
    """The alarms, all to one topic, and the dashboard.

    It knows the others by their physical names only, so that no export keeps a worker from being taken away.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        workers: Sequence[WorkerConfig],
        settings: Settings,
        env: Environment,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Celeriac: alarms and the dashboard")
        alarms = Alarms(self, "Alarms", topic_name=f"{names.deployment}-alarms", email=settings.alarm_email)
        counts_failures = settings.metrics != "off" and settings.metric_math
        for config in workers:
            _watch(alarms, names, config, counts_failures=counts_failures)
        for name in (API, OPERATOR, ARRIVALS, DEAD_LETTERS, *((CONSOLE,) if settings.console else ())):
            alarms.on_function(name, names.function(name))
        alarms.on_dead_letters(ARRIVALS, names.dead_letters(ARRIVALS), are_taken=False)
        alarms.on_age(ARRIVALS, names.queue(ARRIVALS), settings.thresholds.oldest_message_s)
        alarms.on_table(names.results_table, INDEX)
        for group in (names.schedule_group, *((names.eta_group, names.timetable_group) if settings.far_etas else ())):
            alarms.on_schedules(group)
        alarms.on_server_errors(names.function(API), STAGE)
        if settings.dashboard:
            OperationsDashboard(
                self,
                "Operations",
                names=names,
                workers=workers,
                metrics=settings.metrics,
                architecture=settings.target.architecture,
            )


def _watch(alarms: Alarms, names: Names, config: WorkerConfig, *, counts_failures: bool) -> None:
    """A worker's alarms: for each of its queues, and for its function."""
    limits, function = config.thresholds, names.function(config.name)
    for name, lane in config.queues.items():
        alarms.on_dead_letters(name, names.dead_letters(config.name, lane))
        alarms.on_age(name, names.queue(config.name, lane), limits.oldest_message_s)
    alarms.on_function(config.name, function)
    alarms.on_duration(config.name, function, config.timeout_s, limits.timeout_percent)
    if counts_failures:
        alarms.on_failures(config.name, names.deployment, limits.failure_percent)
