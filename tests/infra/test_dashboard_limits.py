"""The dashboard of a deployment with as many queues as there can be is one that CloudWatch takes.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
"""

import json
import re
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra.constructs.dashboard import OperationsDashboard
from infra.lane import Lane
from infra.names import Names
from infra.worker_config import WorkerConfig

QUEUES = 40
"""More than an environment has room for (`infra.address_book`)."""
EXPRESSION_CHARACTERS, WIDGET_METRICS, DASHBOARD_METRICS = 2048, 500, 2500

WORKERS = [WorkerConfig(f"worker_{number:02}", memory_mb=128 + number) for number in range(QUEUES)]
LANES = [WorkerConfig("worker", lanes=tuple(Lane(name=f"lane_{number:02}") for number in range(QUEUES - 1)))]


def widgets_of(workers: list[WorkerConfig]) -> list[list[Any]]:
    """The rows of each widget: metrics, hidden ones included, and expressions."""
    stack = Stack(App(), "Stack")
    names = Names("celeriac-" + "x" * 16)
    OperationsDashboard(stack, "Shown", names=names, workers=workers, metrics="task", architecture="arm64")
    (found,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
    parts = found["Properties"]["DashboardBody"]["Fn::Join"][1]
    body = json.loads("".join(part if isinstance(part, str) else "x" for part in parts))
    return [widget["properties"].get("metrics", []) for widget in body["widgets"]]


@pytest.fixture(params=[WORKERS, LANES], ids=["of many workers", "of many lanes"])
def widgets(request: pytest.FixtureRequest) -> list[list[Any]]:
    return widgets_of(request.param)


def test_there_is_room_for_all_metrics(widgets: list[list[Any]]) -> None:
    assert max(map(len, widgets)) <= WIDGET_METRICS
    assert sum(map(len, widgets)) <= DASHBOARD_METRICS


def test_no_expression_is_too_long_and_each_has_all_that_it_names(widgets: list[list[Any]]) -> None:
    expressions = [(row[0]["expression"], rows) for rows in widgets for row in rows if isinstance(row[0], dict)]

    assert sum("SUM(" in expression for expression, _ in expressions) == 5
    for expression, rows in expressions:
        assert len(expression) <= EXPRESSION_CHARACTERS
        known = {row[-1]["id"] for row in rows if isinstance(row[-1], dict) and "id" in row[-1]}
        assert "SEARCH" in expression or {*re.findall(r"\b[a-z]+\d+\b", expression)} <= known


def test_what_costs_the_same_is_added_up_before_it_is_weighed() -> None:
    (told,) = {
        row[0]["expression"]
        for rows in widgets_of([WorkerConfig("one", memory_mb=1024), WorkerConfig("two", memory_mb=1024)])
        for row in rows
        if isinstance(row[0], dict) and row[0].get("label") == "lambda"
    }
    assert told == (
        "SUM([0.000000200000*SUM([lambda0,lambda2,lambda4,lambda6,lambda8,lambda10]),"
        "0.000000013333*SUM([lambda1,lambda3,lambda5,lambda7]),"
        "0.000000006667*SUM([lambda9]),0.000000003333*SUM([lambda11])])"
    )
