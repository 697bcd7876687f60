"""What CloudWatch is asked for to draw charts: which metrics, of which times; and the answer, as frozen data.

The names of a worker's metrics are those of `celeriac.metrics`; a test holds them, and SQS's, to what is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = [
    "SUM",
    "Figures",
    "Metric",
    "QueueFigures",
    "Series",
    "Times",
    "WorkerFigures",
    "queue_metrics",
    "worker_metrics",
]

LONGEST = timedelta(days=14)
PERIODS_S = ((timedelta(hours=3), 60), (timedelta(days=1), 300), (LONGEST, 3600))
"""How long one point of a chart is, by how long the chart is: a few hundred points in any case. CloudWatch keeps
minutes for 15 days: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention"""
SLACK = timedelta(minutes=1)
"""Who asks for the last three hours has looked at a clock a little earlier."""
SUM = "Sum"


Series = list[float | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """One series of figures: a metric with its dimensions, and the statistic of it, such as "Sum" or "p95"."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The points of a chart: so many periods from a time on."""

    since: datetime
    period_s: int
    number: int

    @classmethod
    def between(cls, since: datetime, now: datetime) -> Times:
        """The whole periods from then to now, one at the least and of 14 days at the most; this one is not over yet."""
        span = min(max(now - since, timedelta(0)), LONGEST)
        period_s = next((period_s for most, period_s in PERIODS_S if span <= most + SLACK), PERIODS_S[-1][1])
        until = int(now.timestamp()) // period_s * period_s
        number = max(1, round(span.total_seconds() / period_s))
        return cls(since=datetime.fromtimestamp(until - number * period_s, UTC), period_s=period_s, number=number)

    @property
    def until(self) -> datetime:
        """Where the last period ends."""
        return self.since + timedelta(seconds=self.number * self.period_s)

    @property
    def starts(self) -> list[datetime]:
        """When each period begins."""
        return [self.since + timedelta(seconds=index * self.period_s) for index in range(self.number)]

    def of_fields(
        self, fields: Mapping[str, Metric], points: Mapping[Metric, Mapping[datetime, float]]
    ) -> dict[str, Series]:
        """Each field's values at these times; where there is none, 0 of what is counted, or else None."""
        return {field: self._series(metric, points.get(metric, {})) for field, metric in fields.items()}

    def _series(self, metric: Metric, points: Mapping[datetime, float]) -> Series:
        nothing = 0.0 if metric.statistic == SUM else None
        return [points.get(start, nothing) for start in self.starts]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """A queue over time: how much waited, how old the oldest was in seconds, and how many were dead, at the most."""

    name: str
    waiting: Series
    oldest_s: Series
    dead: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFigures:
    """A worker over time, or one of its tasks: what became of how many attempts, and how long they took and waited."""

    worker: str
    task: str | None
    received: Series
    succeeded: Series
    failed: Series
    retried: Series
    revoked: Series
    duration_p50_s: Series
    duration_p95_s: Series
    time_in_queue_p95_s: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The charts: every series has a value, or None, for each of the times."""

    times: Times
    queues: list[QueueFigures]
    workers: list[WorkerFigures]


def queue_metrics(name: str, dead_letters: str) -> dict[str, Metric]:
    """What is asked for about a queue, by the fields of its figures; the names are SQS's.

    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """

    def of(queue: str, metric: str) -> Metric:
        return Metric("AWS/SQS", metric, (("QueueName", queue),), "Maximum")

    return {
        "waiting": of(name, "ApproximateNumberOfMessagesVisible"),
        "oldest_s": of(name, "ApproximateAgeOfOldestMessage"),
        "dead": of(dead_letters, "ApproximateNumberOfMessagesVisible"),
    }


_OF_WORKERS = {
    "received": ("Received", SUM),
    "succeeded": ("Succeeded", SUM),
    "failed": ("Failed", SUM),
    "retried": ("Retried", SUM),
    "revoked": ("Revoked", SUM),
    "duration_p50_s": ("Duration", "p50"),
    "duration_p95_s": ("Duration", "p95"),
    "time_in_queue_p95_s": ("TimeInQueue", "p95"),
}


def worker_metrics(namespace: str, worker: str, task: str | None = None) -> dict[str, Metric]:
    """What is asked for about a worker, or one of its tasks, by the fields of its figures."""
    dimensions = (("worker", worker), *((("task", task),) if task else ()))
    return {field: Metric(namespace, name, dimensions, stat) for field, (name, stat) in _OF_WORKERS.items()}
