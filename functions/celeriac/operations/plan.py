"""What a plan costs a month, here and with Celery on Fargate."""

from __future__ import annotations

import math
from dataclasses import dataclass

from celeriac.operations import prices
from celeriac.operations.status import Usage

__all__ = ["CONTAINERS_AT_LEAST", "HOURS_A_MONTH", "UTILIZATION", "Plan", "dollars_of"]

HOURS_A_MONTH = 730
UTILIZATION = 0.6
"""How busy machines may be before tasks wait long."""
CONTAINERS_AT_LEAST = 2
"""One may die, or be deployed anew."""
GB_A_VCPU_AT_LEAST = 2
"""Fargate's least: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"""
MILLION = 1_000_000
_IGNORED, _STORED, _ALONE = prices.PATHS[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """So many tasks a month, of so many seconds and megabytes each; `concurrency` of them run side by side.

    `peak` is the rate of the busiest hour over the average rate, for which machines must be made. Tasks are sent ten at
    a time unless `alone`.
    """

    tasks: float
    duration_s: float = 0.1
    memory_mb: int = 1769
    concurrency: int = 1
    peak: float = 1.0
    ignore_result: bool = False
    alone: bool = False

    def on_lambda(self) -> dict[str, float]:
        """Dollars a month here, by what they are for."""
        path = _ALONE if self.alone else _IGNORED if self.ignore_result else _STORED
        gb_s = self.tasks * self.duration_s / self.concurrency * self.memory_mb / 1024
        return {
            "messages and results": self.tasks / MILLION * path.dollars,
            "Lambda's time": gb_s * prices.LAMBDA_GB_SECOND["arm64"],
            "an idle queue and its dead letters": 2 * prices.QUEUE_MONTH,
        }

    def on_fargate(self) -> dict[str, float]:
        """Dollars a month with Celery on Fargate and Redis, by what they are for."""
        return {
            f"{self.containers} workers": self.containers * _hourly(1, self._container_gb) * HOURS_A_MONTH,
            "beat": _hourly(0.25, 0.5) * HOURS_A_MONTH,
            "Redis": prices.ELASTICACHE_HOUR * HOURS_A_MONTH,
        }

    @property
    def containers(self) -> int:
        """Workers of one processor each, which run `concurrency` tasks side by side."""
        busy_s = self.tasks * self.duration_s / self.concurrency * self.peak
        return max(CONTAINERS_AT_LEAST, math.ceil(busy_s / (HOURS_A_MONTH * 3600 * UTILIZATION)))

    @property
    def _container_gb(self) -> int:
        return max(GB_A_VCPU_AT_LEAST, math.ceil(self.memory_mb / 1024))


def dollars_of(usage: Usage) -> dict[str, float]:
    """What was used, at list prices, by service; SQS as if every message had been sent alone."""
    requests = usage.messages + usage.empty_receives + 2 * usage.invocations
    return {
        "SQS": requests / MILLION * prices.SQS_REQUEST,
        "Lambda's invocations": usage.invocations / MILLION * prices.LAMBDA_INVOCATION,
        "Lambda's time": usage.gb_s * prices.LAMBDA_GB_SECOND["arm64"],
        "DynamoDB": (usage.writes * prices.DYNAMODB_WRITE + usage.reads * prices.DYNAMODB_READ) / MILLION,
    }


def _hourly(vcpus: float, gb: float) -> float:
    return vcpus * prices.FARGATE_VCPU_HOUR + gb * prices.FARGATE_GB_HOUR
