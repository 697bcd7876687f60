"""How old the oldest message of each queue is, as CloudWatch knows it: asked once a minute, as SQS tells it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from celeriac import clock
from celeriac.operations.amazon.figures import asked
from celeriac.operations.figures import Metric

__all__ = ["Ages"]

KNOWN_WITHIN = timedelta(minutes=10)
"""How far back to look for SQS's figures, which come each minute, and late."""
PERIOD_S = 60


class Ages:
    """What CloudWatch said in this minute, which costs money each time; in the next it is asked again.

    Minutes are the clock's, so that processes beside each other ask at the same time, and tell the same.
    """

    def __init__(self) -> None:
        self._kept = datetime.min.replace(tzinfo=UTC), dict[Metric, float | None]()

    def of(self, metrics: Mapping[str, Metric]) -> dict[str, float]:
        """The last value of each, in seconds, as far as it is known."""
        now = clock.now()
        minute = now.replace(second=0, microsecond=0)
        if self._kept[0] != minute:
            self._kept = minute, {}
        kept = self._kept[1]
        if unknown := [metric for metric in metrics.values() if metric not in kept]:
            told = asked(unknown, PERIOD_S, now - KNOWN_WITHIN, now)
            kept.update({metric: _last(told.get(metric, {})) for metric in unknown})
        return {name: age for name, metric in metrics.items() if (age := kept[metric]) is not None}


def _last(points: Mapping[datetime, float]) -> float | None:
    return points[max(points)] if points else None
