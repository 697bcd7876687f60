"""A worker is one folder: it comes and goes without touching what is there."""

import json
from pathlib import Path
from typing import Any

import pytest

Templates = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def before_and_after(
    synthesize: Any, write_workers: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Templates, Templates]:
    functions: Path = write_workers(tmp_path_factory.mktemp("functions"), {"notify": "", "thumbnail": ""})
    before = synthesize(functions)
    (functions / "resize").mkdir()
    (functions / "resize/worker.toml").touch()
    return before, synthesize(functions)


def resources_of(templates: Templates) -> dict[str, dict[str, Any]]:
    return {f"{stack}/{key}": r for stack, template in templates.items() for key, r in template["Resources"].items()}


def test_an_empty_worker_toml_adds_a_queue_a_function_a_role_and_alarms(before_and_after: Any) -> None:
    before, after = map(resources_of, before_and_after)
    added = [after[key] for key in after.keys() - before.keys()]

    assert all("resize" in json.dumps(resource) for resource in added)
    assert sorted(resource["Type"] for resource in added) == [
        *["AWS::CloudWatch::Alarm"] * 7,
        "AWS::IAM::Policy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::Role",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::SQS::Queue",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::SQS::QueuePolicy",
    ]


def test_the_other_workers_and_what_is_stored_stay_as_they_are(before_and_after: Any) -> None:
    before, after = map(resources_of, before_and_after)
    changed = {key for key in before if before[key] != after.get(key)}

    # Who sends to every worker learns of the new one: the HTTP side, clients outside Lambda, and who tells those that
    # wait for a task that died. The dashboard shows it.
    assert {before[key]["Type"] for key in changed} == {
        "AWS::SSM::Parameter",
        "AWS::IAM::Policy",
        "AWS::Lambda::Function",
        "AWS::CloudWatch::Dashboard",
    }
    others = {key for key in changed if key.startswith(("workers/", "storage/")) and "deadletters" not in key}
    assert {before[key]["Type"] for key in others} == {"AWS::SSM::Parameter"}


def test_a_worker_can_be_taken_away_again(before_and_after: Any) -> None:
    # CloudFormation refuses to remove or to change an export that another stack imports.
    before, after = before_and_after

    assert {stack: template.get("Outputs") for stack, template in before.items()} == {
        stack: template.get("Outputs") for stack, template in after.items()
    }
