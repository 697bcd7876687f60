"""Every metric that an alarm or a widget looks at is one that AWS publishes, or one that a worker's log tells."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from celeriac import Celeriac
from celeriac.exceptions import Reject
from celeriac.operations.figures import queue_metrics, worker_metrics
from celeriac.testing import Twin
from tests.infra.published import PUBLISHED
from tests.loggers import left_as_they_were

DEPLOYMENT = "celeriac-dev"
SEARCH = re.compile(r"""SEARCH\('\{"([^"]+)",([\w,]+)\} MetricName="(\w+)"', '(\w+)'\)""")


@dataclass(frozen=True)
class Seen:
    """A metric that something looks at."""

    namespace: str
    name: str
    dimensions: frozenset[str]
    where: tuple[tuple[str, str], ...] = ()


Told = dict[str, set[frozenset[str]]]


@pytest.fixture(scope="module")
def told() -> Told:
    """What the log of a worker tells: by the name of a metric the sets of dimensions, read from what it writes."""
    app, ran = Celeriac("notify", worker_hijack_root_logger=False), list[str]()

    @app.task(name="notify.all", bind=True)
    def ends(task: Any, how: str) -> None:
        ran.append(how)
        if how == "fail":
            raise ValueError
        if how == "retry" and not task.request.retries:
            raise task.retry(countdown=1)
        if how == "reject" and ran.count(how) == 1:
            raise Reject(requeue=True)

    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch, left_as_they_were(), Twin(app) as twin:
        patch.setenv("AWS_LAMBDA_FUNCTION_NAME", f"{DEPLOYMENT}-notify")
        patch.setenv("CELERIAC_DEPLOYMENT", DEPLOYMENT)
        patch.setattr("sys.stdout.write", lines.append)
        app.control.revoke("gone")
        ends.apply_async(["well"], task_id="gone")
        for how in ("well", "fail", "retry", "reject"):
            ends.delay(how)
        twin.run()
    return _metrics_in(lines)


def _metrics_in(lines: list[str]) -> Told:
    found: Told = {}
    for line in (json.loads(text) for text in lines if text.startswith('{"_aws"')):
        for directive in line["_aws"]["CloudWatchMetrics"]:
            assert directive["Namespace"] == DEPLOYMENT
            for metric in directive["Metrics"]:
                assert metric["Name"] in line
                found.setdefault(metric["Name"], set()).update(map(frozenset, directive["Dimensions"]))
    return found


@pytest.fixture(scope="module")
def watched(templates: Any) -> list[Seen]:
    """What the alarms look at."""
    return [seen for alarm in _of_type(templates, "Alarm") for seen in _in_alarm(alarm)]


@pytest.fixture(scope="module")
def shown(templates: Any) -> list[Seen]:
    """What the widgets show."""
    (dashboard,) = _of_type(templates, "Dashboard")
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "x" for part in parts)
    return [seen for widget in json.loads(text)["widgets"] for seen in _in_widget(widget)]


def _of_type(templates: Any, kind: str) -> list[dict[str, Any]]:
    resources = templates["monitoring"]["Resources"].values()
    return [each["Properties"] for each in resources if each["Type"] == f"AWS::CloudWatch::{kind}"]


def _in_alarm(alarm: dict[str, Any]) -> Iterator[Seen]:
    for each in alarm.get("Metrics", [{"MetricStat": {"Metric": alarm}}]):
        if stat := each.get("MetricStat"):
            metric = stat["Metric"]
            where = tuple((item["Name"], item["Value"]) for item in metric.get("Dimensions", ()))
            yield Seen(metric["Namespace"], metric["MetricName"], frozenset(dict(where)), where)


def _in_widget(widget: dict[str, Any]) -> Iterator[Seen]:
    for row in widget["properties"].get("metrics", ()):
        if isinstance(row[0], dict):
            for namespace, dimensions, name, _ in SEARCH.findall(row[0]["expression"]):
                yield Seen(namespace, name, frozenset(dimensions.split(",")))
            continue
        namespace, name, *dimensions = (item for item in row if isinstance(item, str))
        where = tuple(zip(dimensions[::2], dimensions[1::2], strict=True))
        yield Seen(namespace, name, frozenset(dict(where)), where)


def _dead(metrics: list[Seen], told: Told) -> list[Seen]:
    def is_alive(seen: Seen) -> bool:
        if seen.namespace == DEPLOYMENT:
            return seen.dimensions in told.get(seen.name, ())
        return seen.dimensions in PUBLISHED.get(seen.namespace, {}).get(seen.name, ())

    return [seen for seen in metrics if not is_alive(seen)]


@pytest.fixture(scope="module")
def there(templates: Any) -> dict[str, set[str]]:
    """What there is in the deployment, by the dimension that names it."""
    found = [each for stack in templates.values() for each in stack["Resources"].values()]

    def named(kind: str, name: str) -> set[str]:
        return {each["Properties"][name] for each in found if each["Type"] == f"AWS::{kind}"}

    tables = [each["Properties"] for each in found if each["Type"] == "AWS::DynamoDB::Table"]
    functions = named("Lambda::Function", "FunctionName")
    return {
        "QueueName": named("SQS::Queue", "QueueName"),
        "FunctionName": functions,
        "TableName": {table["TableName"] for table in tables},
        "GlobalSecondaryIndexName": {
            index["IndexName"] for table in tables for index in table.get("GlobalSecondaryIndexes", ())
        },
        "ScheduleGroup": named("Scheduler::ScheduleGroup", "Name"),
        "ApiName": named("ApiGateway::RestApi", "Name"),
        "Stage": named("ApiGateway::Stage", "StageName"),
        "LogGroupName": named("Logs::LogGroup", "LogGroupName"),
        "worker": {name.removeprefix(f"{DEPLOYMENT}-") for name in functions},
    }


def _elsewhere(metrics: list[Seen], there: dict[str, set[str]]) -> list[Seen]:
    return [seen for seen in metrics if any(value not in there.get(name, ()) for name, value in seen.where)]


def test_alarms_and_widgets_look_at_what_there_is_in_the_deployment(
    watched: list[Seen], shown: list[Seen], there: dict[str, set[str]]
) -> None:
    looked_at = {name for seen in (*watched, *shown) for name, _ in seen.where}

    assert looked_at == {*there}
    assert _elsewhere([*watched, *shown], there) == []


def test_a_look_at_what_is_not_there_would_be_found(there: dict[str, set[str]]) -> None:
    (table,) = {name for name in there["TableName"] if name.endswith("-results")}
    elsewhere = [
        Seen("AWS/SQS", "NumberOfMessagesSent", frozenset({"QueueName"}), (("QueueName", "celeriac-dev-notifies"),)),
        Seen("AWS/Lambda", "Errors", frozenset({"FunctionName"}), (("FunctionName", "notify"),)),
        Seen(DEPLOYMENT, "Failed", frozenset({"worker"}), (("worker", f"{DEPLOYMENT}-notify"),)),
        Seen("AWS/DynamoDB", "ReadThrottleEvents", frozenset(), (("TableName", table), ("Index", "listed"))),
    ]
    assert _elsewhere(elsewhere, there) == elsewhere


def test_operators_are_shown_nothing_that_nobody_publishes(told: Told) -> None:
    asked = [*queue_metrics("greet", "greet-dead").values()]
    for task in (None, "notify.all"):
        asked += worker_metrics(DEPLOYMENT, "notify", task).values()
    metrics = [Seen(one.namespace, one.name, frozenset(name for name, _ in one.dimensions)) for one in asked]

    assert _dead(metrics, told) == []


def test_no_alarm_looks_at_what_nobody_publishes(watched: list[Seen], told: Told) -> None:
    assert {seen.namespace for seen in watched} == {*PUBLISHED} - {"AWS/Logs"} | {DEPLOYMENT}
    assert _dead(watched, told) == []


def test_no_widget_shows_what_nobody_publishes(shown: list[Seen], told: Told) -> None:
    assert {seen.namespace for seen in shown} == {*PUBLISHED} - {"AWS/Scheduler"} | {DEPLOYMENT}
    assert any(seen.dimensions == {"worker", "task"} for seen in shown)
    assert _dead(shown, told) == []


def test_all_but_what_was_received_of_each_task_is_shown(shown: list[Seen], told: Told) -> None:
    assert {seen.name for seen in shown if seen.namespace == DEPLOYMENT} == {*told}


def test_a_dead_metric_would_be_found(told: Told) -> None:
    dead = [
        Seen("AWS/SQS", "ApproximateAgeOfOldestMessages", frozenset({"QueueName"})),
        Seen("AWS/Lambda", "Errors", frozenset({"Function"})),
        Seen("AWS/Nothing", "Errors", frozenset()),
        Seen(DEPLOYMENT, "Failed", frozenset({"task"})),
        Seen(DEPLOYMENT, "Failures", frozenset({"worker"})),
    ]
    assert _dead(dead, told) == dead


def test_an_expression_uses_the_metrics_beside_it_and_no_others(templates: Any) -> None:
    for alarm in _of_type(templates, "Alarm"):
        metrics = {each["Id"] for each in alarm.get("Metrics", ()) if "MetricStat" in each}
        for each in alarm.get("Metrics", ()):
            if "Expression" in each:
                assert {*re.findall(r"\b[a-z]\w*", each["Expression"])} == metrics


@pytest.mark.parametrize(("level", "left"), [("worker", {frozenset({"worker"})}), ("off", set())])
def test_metrics_that_are_off_are_not_looked_at(
    synthesize: Any, write_workers: Any, tmp_path: Any, level: str, left: set[frozenset[str]]
) -> None:
    templates = synthesize(write_workers(tmp_path / "functions", {"notify": ""}), metrics=level)
    text = json.dumps(_of_type(templates, "Dashboard"))
    found = [seen for alarm in _of_type(templates, "Alarm") for seen in _in_alarm(alarm)]
    assert {seen.dimensions for seen in found if seen.namespace == DEPLOYMENT} == left
    assert ("SEARCH(" in text, "TimeInQueue" in text) == (False, level == "worker")


def test_where_cloudwatch_does_not_compute_no_alarm_asks_it_to(
    synthesize: Any, write_workers: Any, tmp_path: Any
) -> None:
    templates = synthesize(write_workers(tmp_path / "functions", {"notify": ""}), metric_math="off")
    alarms = _of_type(templates, "Alarm")
    assert alarms
    assert [alarm["AlarmName"] for alarm in alarms if "Metrics" in alarm] == []


def test_a_deployment_may_do_without_the_dashboard(synthesize: Any, write_workers: Any, tmp_path: Any) -> None:
    templates = synthesize(write_workers(tmp_path / "functions", {}), dashboard="off")
    assert _of_type(templates, "Dashboard") == []
