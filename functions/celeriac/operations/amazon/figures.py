"""CloudWatch's figures, by GetMetricData.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from celeriac import aws, limits
from celeriac.exceptions import OperationalError
from celeriac.operations.figures import Metric

__all__ = ["asked"]

UNKNOWN = {"InternalError", "Forbidden"}
"""What CloudWatch says of a metric that it did not read; the rest of its answer is as ever."""


def asked(
    metrics: Iterable[Metric], period_s: int, since: datetime, until: datetime
) -> dict[Metric, dict[datetime, float]]:
    """What CloudWatch has of these metrics: the value of each period, by the time when it begins. A request for 500."""
    chosen = list(dict.fromkeys(metrics))
    found: dict[Metric, dict[datetime, float]] = {}
    for start in range(0, len(chosen), limits.METRICS_A_REQUEST):
        part = chosen[start : start + limits.METRICS_A_REQUEST]
        queries = [_query(f"q{index}", metric, period_s) for index, metric in enumerate(part)]
        for item in _results(queries, since, until):
            points = zip(item["Timestamps"], item["Values"], strict=True)
            found.setdefault(part[int(item["Id"].removeprefix("q"))], {}).update(points)
    return {metric: points for metric, points in found.items() if points}


def _results(queries: Sequence[Mapping[str, Any]], since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    with aws.translated("asking CloudWatch for its figures"):
        pages = aws.client("cloudwatch").get_paginator("get_metric_data")
        for page in pages.paginate(MetricDataQueries=queries, StartTime=since, EndTime=until):
            # With more pages to come, a metric may be in one of them. At the end, it must not be taken for zeros.
            if not page.get("NextToken"):
                _check(page["MetricDataResults"])
            yield from page["MetricDataResults"]


def _check(results: Sequence[Mapping[str, Any]]) -> None:
    for item in results:
        if item.get("StatusCode") in UNKNOWN:
            raise OperationalError(f"asking CloudWatch for its figures: it says {item['StatusCode']}")


def _query(query_id: str, metric: Metric, period_s: int) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    told = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {"Id": query_id, "MetricStat": {"Metric": told, "Period": period_s, "Stat": metric.statistic}}
