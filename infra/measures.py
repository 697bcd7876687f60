"""Every CloudWatch metric that an alarm or the dashboard looks at: those that AWS publishes, and those that the
workers' logs tell (`celeriac.metrics`). A test compares each with AWS's pages and with what a worker writes.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

__all__ = ["FIVE_MINUTES", "Measures"]

FIVE_MINUTES = Duration.minutes(5)


class Measures:
    """The metrics, all of one period."""

    def __init__(self, period: Duration = FIVE_MINUTES) -> None:
        self.period = period

    def queue(self, name: str, queue_name: str, statistic: str = "Sum") -> cloudwatch.Metric:
        """Of an SQS queue."""
        return self._metric("AWS/SQS", name, statistic, QueueName=queue_name)

    def function(self, name: str, function_name: str, statistic: str = "Sum") -> cloudwatch.Metric:
        """Of a Lambda function."""
        return self._metric("AWS/Lambda", name, statistic, FunctionName=function_name)

    def table(self, name: str, table_name: str, index: str | None = None) -> cloudwatch.Metric:
        """Of a DynamoDB table, or of one of its indexes."""
        more = {"GlobalSecondaryIndexName": index} if index else {}
        return self._metric("AWS/DynamoDB", name, "Sum", TableName=table_name, **more)

    def api(self, name: str, api_name: str, stage: str) -> cloudwatch.Metric:
        """Of a REST API's stage."""
        return self._metric("AWS/ApiGateway", name, "Sum", ApiName=api_name, Stage=stage)

    def schedules(self, name: str, group: str) -> cloudwatch.Metric:
        """Of a group of EventBridge schedules."""
        return self._metric("AWS/Scheduler", name, "Sum", ScheduleGroup=group)

    def log(self, name: str, log_group: str) -> cloudwatch.Metric:
        """Of a log group."""
        return self._metric("AWS/Logs", name, "Sum", LogGroupName=log_group)

    def worker(self, name: str, deployment: str, worker: str, statistic: str = "Sum") -> cloudwatch.Metric:
        """Of a worker, as its log tells it."""
        return self._metric(deployment, name, statistic, worker=worker)

    def every_task(self, name: str, deployment: str, statistic: str = "Sum") -> cloudwatch.MathExpression:
        """One line for each task of each worker, as their logs tell it."""
        found = f"SEARCH('{{\"{deployment}\",worker,task}} MetricName=\"{name}\"', '{statistic}')"
        return cloudwatch.MathExpression(expression=found, using_metrics={}, label="", period=self.period)

    def weighed(self, label: str, rates: Sequence[tuple[float, cloudwatch.Metric]]) -> cloudwatch.MathExpression:
        """The sum of some metrics, each times a figure. Not by +, for which a metric without data is no data at all.

        Each figure is written once: CloudWatch takes expressions of 2,048 characters, and there may be 140 metrics.
        """
        word = label.lower().replace(" ", "_")
        named = {f"{word}{number}": metric for number, (_, metric) in enumerate(rates)}
        keys: dict[float, list[str]] = {}
        for key, (rate, _) in zip(named, rates, strict=True):
            keys.setdefault(rate, []).append(key)
        sums = [f"{rate:.12f}*SUM([{','.join(alike)}])" for rate, alike in keys.items()]
        total = f"SUM([{','.join(sums)}])"
        return cloudwatch.MathExpression(expression=total, using_metrics=named, label=label, period=self.period)

    def _metric(self, namespace: str, name: str, statistic: str, **dimensions: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            dimensions_map=dimensions,
            statistic=statistic,
            period=self.period,
        )
