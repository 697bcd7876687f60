"""What a worker has done, as CloudWatch metrics: a JSON line a batch and task name, of which CloudWatch makes figures.

The line is in the embedded metric format, so to tell of a figure costs no request, only the bytes of a log line. The
namespace is the deployment's name, the dimensions are the worker and the task's name, never an id. A name that no task
here has is counted as "unknown", for every new name would be metrics that AWS bills by the month.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from celeriac import clock, limits, states

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.attempt import Delivery
    from celeriac.row import Row

__all__ = ["DIMENSIONS", "UNITS", "Metrics", "dimension_of", "namespace_of"]

UNITS: Mapping[str, str] = {
    "Received": "Count",
    "Succeeded": "Count",
    "Failed": "Count",
    "Retried": "Count",
    "Revoked": "Count",
    "Rejected": "Count",
    "Duration": "Seconds",
    "TimeInQueue": "Seconds",
}
"""Every metric of a worker, with its unit; one that did not occur in a batch is not in its line."""
DIMENSIONS: Mapping[str, list[list[str]]] = {
    "task": [["worker"], ["worker", "task"]],
    "worker": [["worker"]],
    "off": [],
}
"""By the value of CELERIAC_METRICS: the sets of dimensions under which CloudWatch keeps each metric."""
UNKNOWN = "unknown"

_OUTCOMES = {
    states.SUCCESS: "Succeeded",
    states.FAILURE: "Failed",
    states.RETRY: "Retried",
    states.REVOKED: "Revoked",
    states.REJECTED: "Rejected",
}


@dataclass(slots=True)
class _Figures:
    """What became of the attempts at the tasks of one name."""

    counts: Counter[str] = field(default_factory=Counter)
    durations_s: list[float] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)

    def lines(self) -> Iterator[dict[str, Any]]:
        """The values of as many lines as it takes: an array in the format has an end."""
        most = limits.EMF_VALUES
        for start in range(0, max(len(self.durations_s), len(self.waits_s), 1), most):
            arrays = {
                "Duration": self.durations_s[start : start + most],
                "TimeInQueue": self.waits_s[start : start + most],
            }
            counts = dict(self.counts) if start == 0 else {}
            yield {**counts, **{name: values for name, values in arrays.items() if values}}


class Metrics:
    """The figures of one batch; threads may note what they have done at the same time."""

    def __init__(self, app: Celeriac, environ: Mapping[str, str]) -> None:
        self._app, self._namespace = app, namespace_of(environ)
        self._worker = app.services.broker.worker or app.main
        is_lambda = "AWS_LAMBDA_FUNCTION_NAME" in environ
        self._tell = _print if is_lambda else app.services.figures
        self._dimensions = DIMENSIONS.get(environ.get("CELERIAC_METRICS", "task"), [])
        self._figures: dict[str, _Figures] = defaultdict(_Figures)
        self._lock = threading.Lock()

    def note(self, delivery: Delivery, row: Row, began_at: datetime) -> None:
        """Note an attempt that began then, and what became of it."""
        waited_s, name = delivery.waited_s(began_at), _OUTCOMES.get(row.state)
        with self._lock:
            figures = self._figures[self._told(delivery.message.task)]
            figures.counts.update(["Received", *([name] if name else [])])
            if waited_s is not None:
                figures.waits_s.append(round(waited_s, 3))
            if row.started_at and row.done_at:
                figures.durations_s.append(round((row.done_at - row.started_at).total_seconds(), 3))

    def write(self) -> None:
        """Write what was noted since the last time; nothing where nobody reads it."""
        with self._lock:
            noted, self._figures = self._figures, defaultdict(_Figures)
        if not self._tell or not self._dimensions:
            return
        for task, figures in noted.items():
            for values in figures.lines():
                self._tell(self._line(task, values))

    def _told(self, task: str) -> str:
        """The name under which a task is counted: that of a task of this worker."""
        return UNKNOWN if self._app.known(task) is None else dimension_of(task)

    def _line(self, task: str, values: dict[str, Any]) -> dict[str, Any]:
        directive = {
            "Namespace": self._namespace,
            "Dimensions": self._dimensions,
            "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in values],
        }
        about = {"Timestamp": int(clock.now().timestamp() * 1000), "CloudWatchMetrics": [directive]}
        return {"_aws": about, "worker": self._worker, "task": task, **values}


def namespace_of(environ: Mapping[str, str]) -> str:
    """The namespace of a deployment's metrics: its name."""
    return environ.get("CELERIAC_DEPLOYMENT") or "celeriac"


def dimension_of(task: str) -> str:
    """A task's name as a dimension has it, which is ASCII."""
    return ascii(task)[1:-1].strip().lstrip(":") or UNKNOWN


def _print(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()
