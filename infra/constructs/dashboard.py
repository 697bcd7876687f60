"""One page that answers: is work arriving, is it being done, how late is it, what fails, what does it cost?"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from celeriac.operations import prices as costs
from infra.constructs import arrivals_producer, dead_letter_function, http_function
from infra.constructs.http_api import STAGE
from infra.constructs.result_table import INDEX
from infra.measures import Measures
from infra.names import API, ARRIVALS, DEAD_LETTERS, OPERATOR, Names
from infra.worker_config import WorkerConfig

__all__ = ["OperationsDashboard"]

MILLION = 1_000_000
MB_OF_GB = 1024
SIZES = {
    API: http_function.MEMORY_MB,
    OPERATOR: http_function.MEMORY_MB,
    ARRIVALS: arrivals_producer.MEMORY_MB,
    DEAD_LETTERS: dead_letter_function.MEMORY_MB,
}
"""The functions beside the workers."""
Row = list[cloudwatch.IWidget | None]
COSTS_ABOUT = """List prices of us-east-1, by the hour, without a free tier. SQS is as if every message were sent alone:
ten in a request cost a tenth. What costs the same in every hour is not in it: see docs/costs.md."""


class OperationsDashboard(Construct):
    """The dashboard; a row for each question, a line for each worker or queue."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        workers: Sequence[WorkerConfig],
        metrics: str,
        architecture: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._names, self._workers, self._metrics = names, workers, metrics
        self._sizes = {**{worker.name: worker.memory_mb for worker in workers}, **SIZES}
        self._gb_second = costs.LAMBDA_GB_SECOND[architecture]
        self._now, self._hourly = Measures(), Measures(Duration.hours(1))
        self._queues = {
            key: names.queue(config.name, lane) for config in workers for key, lane in config.queues.items()
        }
        self._dead = {
            key: names.dead_letters(config.name, lane) for config in workers for key, lane in config.queues.items()
        }
        questions = [self._arriving(), self._done(), self._late(), self._failing(), self._costing()]
        rows = [[widget for widget in row if widget] for row in questions]
        cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=names.deployment, default_interval=Duration.hours(12), widgets=rows
        )

    def _arriving(self) -> Row:
        sent = [self._now.queue("NumberOfMessagesSent", name) for name in self._queues.values()]
        calls = [self._now.api(name, self._names.function(API), STAGE) for name in ("Count", "4XXError")]
        return [
            _title("Is work arriving?"),
            _graph("Messages sent to the queues", sent),
            _graph("Attempts begun", self._of_workers("Received")),
            _graph("HTTP calls", calls),
        ]

    def _done(self) -> Row:
        running = [self._of_function("ConcurrentExecutions", worker.name, "Maximum") for worker in self._workers]
        return [
            _title("Is it being done?"),
            _graph("Tasks succeeded", self._of_workers("Succeeded")),
            _graph("How long they run: half, and 99 of 100 (s)", self._percentiles("Duration")),
            _graph("Functions at work", running),
        ]

    def _late(self) -> Row:
        ages = [self._now.queue("ApproximateAgeOfOldestMessage", name, "Maximum") for name in self._queues.values()]
        depths = [
            self._now.queue(f"ApproximateNumberOfMessages{what}", name, "Maximum")
            for name in self._queues.values()
            for what in ("Visible", "NotVisible")
        ]
        return [
            _title("How late is it?"),
            _graph("Age of the oldest message (s)", ages),
            _graph("Time in the queue beyond the ETA: half, and 99 of 100 (s)", self._percentiles("TimeInQueue")),
            _graph("Messages that wait, and that a worker has", depths),
        ]

    def _failing(self) -> Row:
        dead = [*self._dead.values(), self._names.dead_letters(ARRIVALS)]
        letters = [self._now.queue("NumberOfMessagesReceived", name) for name in dead]
        lying = [self._now.queue("ApproximateNumberOfMessagesVisible", name, "Maximum") for name in dead]
        trouble = [self._of_function(what, name) for name in self._sizes for what in ("Errors", "Throttles")]
        ends = ("Failed", "Retried", "Revoked", "Rejected")
        by_task = [self._now.every_task("Failed", self._names.deployment)] if self._metrics == "task" else []
        return [
            _title("What fails?"),
            _graph("Attempts failed, by task", by_task),
            _graph("Attempts that did not succeed", [each for name in ends for each in self._of_workers(name)]),
            _graph("Dead letters: taken by the function, lying there", [*letters, *lying]),
            _graph("Functions cut short, or not started", trouble),
        ]

    def _costing(self) -> Row:
        bills = [self._lambda(), self._sqs(), self._dynamodb(), self._logs(), self._api()]
        return [
            _title("What does it cost?"),
            _graph("Dollars an hour", bills, width=18, stacked=True),
            cloudwatch.TextWidget(markdown=COSTS_ABOUT, width=6, height=6),
        ]

    def _of_workers(self, name: str, statistic: str = "Sum") -> list[cloudwatch.IMetric]:
        """What the workers' logs tell, if they do."""
        workers = [] if self._metrics == "off" else self._workers
        return [self._now.worker(name, self._names.deployment, each.name, statistic) for each in workers]

    def _percentiles(self, name: str) -> list[cloudwatch.IMetric]:
        return [metric for statistic in ("p50", "p99") for metric in self._of_workers(name, statistic)]

    def _of_function(self, metric: str, function: str, statistic: str = "Sum") -> cloudwatch.Metric:
        return self._now.function(metric, self._names.function(function), statistic)

    def _lambda(self) -> cloudwatch.IMetric:
        rates: list[tuple[float, cloudwatch.Metric]] = []
        for name, memory_mb in self._sizes.items():
            function, gb = self._names.function(name), memory_mb / MB_OF_GB
            rates.append((costs.LAMBDA_INVOCATION / MILLION, self._hourly.function("Invocations", function)))
            rates.append((self._gb_second * gb / 1000, self._hourly.function("Duration", function)))
        return self._hourly.weighed("lambda", rates)

    def _sqs(self) -> cloudwatch.IMetric:
        price = costs.SQS_REQUEST / MILLION
        queues = [*self._queues.values(), *self._dead.values()]
        idle = [self._hourly.queue("NumberOfEmptyReceives", queue) for queue in queues]
        sent = [self._hourly.queue("NumberOfMessagesSent", queue) for queue in self._queues.values()]
        # A batch is received by one request and deleted by another.
        batches = [self._hourly.function("Invocations", self._names.function(worker.name)) for worker in self._workers]
        once = [(price, metric) for metric in (*idle, *sent)]
        return self._hourly.weighed("sqs", [*once, *((2 * price, metric) for metric in batches)])

    def _dynamodb(self) -> cloudwatch.IMetric:
        prices = {
            "ConsumedWriteCapacityUnits": costs.DYNAMODB_WRITE / MILLION,
            "ConsumedReadCapacityUnits": costs.DYNAMODB_READ / MILLION,
        }
        table = self._names.results_table
        where = (None, INDEX)
        rates = [(price, self._hourly.table(name, table, index)) for name, price in prices.items() for index in where]
        return self._hourly.weighed("dynamodb", rates)

    def _logs(self) -> cloudwatch.IMetric:
        groups = [self._names.log_group(name) for name in self._sizes]
        per_byte = costs.LOG_GB / 1e9
        return self._hourly.weighed("logs", [(per_byte, self._hourly.log("IncomingBytes", group)) for group in groups])

    def _api(self) -> cloudwatch.IMetric:
        calls = self._hourly.api("Count", self._names.function(API), STAGE)
        return self._hourly.weighed("api", [(costs.API_REQUEST / MILLION, calls)])


def _title(question: str) -> cloudwatch.TextWidget:
    return cloudwatch.TextWidget(markdown=f"## {question}", width=24, height=1)


def _graph(
    title: str, metrics: Sequence[cloudwatch.IMetric], width: int = 6, *, stacked: bool = False
) -> cloudwatch.IWidget | None:
    if not metrics:
        return None
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=width, height=6, stacked=stacked)
