"""The figures that CloudWatch makes of log lines: of those in the embedded metric format, and of Lambda's reports.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

REPORT = re.compile(r"REPORT RequestId: .*?\tDuration: (?P<ms>[\d.]+) ms")


@dataclass(frozen=True)
class Figure:
    """Values of one metric at one time."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    unit: str
    at: datetime
    values: tuple[float, ...]

    def datum(self) -> dict[str, Any]:
        """It as PutMetricData takes it: each value once, with how often it was told."""
        counted = Counter(self.values)
        return {
            "MetricName": self.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions.items()],
            "Timestamp": self.at,
            "Unit": self.unit,
            "Values": list(counted),
            "Counts": [float(count) for count in counted.values()],
        }


def embedded(line: str) -> Iterator[Figure]:
    """The figures of a line in the embedded metric format; none of any other, or of what CloudWatch would refuse."""
    try:
        fields = json.loads(line)
        about = fields["_aws"]
        at = datetime.fromtimestamp(about["Timestamp"] / 1000, UTC)
        found = [figure for directive in about["CloudWatchMetrics"] for figure in _directed(directive, fields, at)]
    except (KeyError, TypeError, ValueError):
        return
    yield from found


def reported(line: str, function: str, at: datetime) -> Iterator[Figure]:
    """An invocation and its duration, of the line in which Lambda reports them."""
    if report := REPORT.match(line):
        for name, unit, value in (("Invocations", "Count", 1.0), ("Duration", "Milliseconds", float(report["ms"]))):
            yield Figure("AWS/Lambda", name, {"FunctionName": function}, unit, at, (value,))


def _directed(directive: Mapping[str, Any], fields: Mapping[str, Any], at: datetime) -> Iterator[Figure]:
    """The metrics of one directive, under each of its sets of dimensions."""
    for names in directive["Dimensions"]:
        dimensions = {name: str(fields[name]) for name in names}
        for metric in directive["Metrics"]:
            values = tuple(_numbers(fields[metric["Name"]]))
            yield Figure(directive["Namespace"], metric["Name"], dimensions, metric.get("Unit", "None"), at, values)


def _numbers(told: Any) -> Iterable[float]:
    """A number, or an array of them."""
    return (float(value) for value in (told if isinstance(told, list) else [told]))
