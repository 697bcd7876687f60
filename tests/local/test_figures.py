import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local.figures import Figure, embedded, reported

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def line(**changes: Any) -> str:
    """A line such as a worker writes, with changes to its directive."""
    directive = {
        "Namespace": "celeriac-dev",
        "Dimensions": [["worker"], ["worker", "task"]],
        "Metrics": [{"Name": "Received", "Unit": "Count"}, {"Name": "Duration", "Unit": "Seconds"}],
    }
    about = {"Timestamp": NOON.timestamp() * 1000, "CloudWatchMetrics": [{**directive, **changes}]}
    return json.dumps({"_aws": about, "worker": "a", "task": "a.work", "Received": 3, "Duration": [0.1, 0.2, 0.1]})


def test_each_metric_is_kept_under_each_set_of_dimensions() -> None:
    found = list(embedded(line()))

    assert [(figure.name, figure.dimensions, figure.values) for figure in found] == [
        ("Received", {"worker": "a"}, (3.0,)),
        ("Duration", {"worker": "a"}, (0.1, 0.2, 0.1)),
        ("Received", {"worker": "a", "task": "a.work"}, (3.0,)),
        ("Duration", {"worker": "a", "task": "a.work"}, (0.1, 0.2, 0.1)),
    ]
    assert {(figure.namespace, figure.at) for figure in found} == {("celeriac-dev", NOON)}


def test_a_value_that_was_told_twice_is_put_once_with_its_count() -> None:
    datum = Figure("n", "Duration", {"worker": "a"}, "Seconds", NOON, (0.1, 0.2, 0.1)).datum()

    assert (datum["Values"], datum["Counts"]) == ([0.1, 0.2], [2.0, 1.0])
    assert datum["Dimensions"] == [{"Name": "worker", "Value": "a"}]


@pytest.mark.parametrize(
    "other",
    [
        "START RequestId: 1 Version: $LATEST",
        "",
        "[1]",
        "3",
        json.dumps({"_aws": None}),
        json.dumps({"_aws": {"Timestamp": "noon", "CloudWatchMetrics": []}}),
        line(Dimensions=[["who"]]),
        line(Metrics=[{"Name": "task"}]),
        line(Metrics=None),
    ],
)
def test_what_is_no_line_of_the_format_has_no_figures(other: str) -> None:
    assert list(embedded(other)) == []


def test_lambdas_report_is_an_invocation_and_its_duration() -> None:
    report = (
        "REPORT RequestId: 1-2\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 512 MB\tMax Memory Used: 9 MB"
    )

    found = list(reported(report, "celeriac-dev-a", NOON))

    assert [(figure.name, figure.unit, figure.values) for figure in found] == [
        ("Invocations", "Count", (1.0,)),
        ("Duration", "Milliseconds", (12.34,)),
    ]
    assert list(reported("END RequestId: 1-2", "celeriac-dev-a", NOON)) == []
