"""No two things of a deployment have a name in common, whatever workers and lanes are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

WORDS = ("age", "alarms", "cron", "dead_letter", "errors", "etas", "listed", "observer", "schedules", "submit", "taken")
NAMES = {
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::Scheduler::ScheduleGroup": "Name",
}
HOSTILE = "\n".join(
    [
        *(f"[queues.{word}]\n{'fifo = true' if number % 3 == 0 else ''}" for number, word in enumerate(WORDS[:6])),
        *(f'[schedules.{word}]\nrate = "1 hour"\ntask = "WORKER.sweep"' for word in ("dead", "daily_x", "etas")),
    ]
)
WORKERS = ("age", "dead", "daily", "etas", "observer", "results", "schedules", "submit", "table", "users")


@pytest.fixture(scope="module")
def named(write_workers: Any, synthesize: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The names of things by their types, where workers, lanes and schedules are called as other things are."""
    few = {name: HOSTILE.replace("WORKER", name) if name in WORKERS[:3] else "" for name in WORKERS}
    functions = write_workers(tmp_path_factory.mktemp("functions") / "functions", few)
    found: dict[str, list[str]] = {}
    for kind, name in _named(synthesize(functions, stage="dev")):
        found.setdefault(kind, []).append(name)
    return found


def _named(templates: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for template in templates.values():
        for resource in template["Resources"].values():
            kind, properties = resource["Type"], resource.get("Properties", {})
            if kind in NAMES and NAMES[kind] in properties:
                yield kind, properties[NAMES[kind]]


def test_no_two_things_have_the_same_name(named: dict[str, list[str]]) -> None:
    assert set(named) == set(NAMES), "something of each type is named"
    for kind, names in named.items():
        often = Counter(name.casefold() for name in names)  # IAM takes no account of the case
        assert [name for name, times in often.items() if times > 1] == [], kind


def test_every_name_is_the_deployments(named: dict[str, list[str]]) -> None:
    within = {"AWS::Scheduler::Schedule"}  # whose group's name is
    for kind in set(named) - within:
        for name in named[kind]:
            last = name.removeprefix("/celeriac/").removeprefix("/aws/lambda/").removeprefix("/aws/apigateway/")
            assert f"{last}-".replace("/", "-").startswith("celeriac-dev-"), (kind, name)
