"""CloudWatch's figures in memory: what workers tell of themselves, kept by the metric, and its statistics."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from celeriac.operations.figures import Metric, Times

__all__ = ["MemoryFigures"]

Key = tuple[str, str, frozenset[tuple[str, str]]]
"""The namespace, the name and the dimensions of a metric."""


class MemoryFigures:
    """Values by their metric and time."""

    def __init__(self) -> None:
        self._points: dict[Key, list[tuple[datetime, float]]] = defaultdict(list)

    def put(self, namespace: str, name: str, dimensions: Mapping[str, str], at: datetime, *values: float) -> None:
        """Take in values of a metric."""
        self._points[namespace, name, frozenset(dimensions.items())] += [(at, value) for value in values]

    def take(self, line: Mapping[str, Any]) -> None:
        """Take in a line of the embedded metric format (`celeriac.metrics`)."""
        at = datetime.fromtimestamp(line["_aws"]["Timestamp"] / 1000, UTC)
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                for metric in directive["Metrics"]:
                    values = line[metric["Name"]]
                    dimensions = {name: line[name] for name in names}
                    told = values if isinstance(values, list) else [values]
                    self.put(directive["Namespace"], metric["Name"], dimensions, at, *told)

    def asked(self, metric: Metric, times: Times) -> dict[datetime, float]:
        """The statistic of a metric in each period that has values."""
        periods = dict(self._periods(metric, times))
        return {start: _statistic(metric.statistic, values) for start, values in periods.items()}

    def _periods(self, metric: Metric, times: Times) -> Iterator[tuple[datetime, list[float]]]:
        points = self._points.get((metric.namespace, metric.name, frozenset(metric.dimensions)), [])
        values = defaultdict(list)
        for at, value in list(points):
            values[int((at - times.since).total_seconds() // times.period_s)].append(value)
        return ((start, values[index]) for index, start in enumerate(times.starts) if values.get(index))


def _statistic(name: str, values: list[float]) -> float:
    if name == "Sum":
        return sum(values)
    share = 1.0 if name == "Maximum" else float(name.removeprefix("p")) / 100
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
