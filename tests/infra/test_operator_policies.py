"""What people may do with the command line: the two managed policies, word by word."""

import fnmatch
import json
import re
from typing import Any

import pytest

SHAPES = {
    ("SQS::Queue", "QueueName"): "{}",
    ("IAM::Role", "RoleName"): "role/{}",
    ("Lambda::Function", "FunctionName"): "function:{}",
    ("Logs::LogGroup", "LogGroupName"): "log-group:{}:stream",
    ("Scheduler::ScheduleGroup", "Name"): "schedule/{}/daily",
    ("SSM::Parameter", "Name"): "parameter{}",
}
SEEING = ("Get", "BatchGet", "Query", "List", "Filter")
MOST_CHARACTERS = 6144
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


@pytest.fixture
def policies(resources: Any, flat: Any) -> dict[str, list[dict[str, Any]]]:
    """The statements by the policy's name."""
    found = map(flat, resources("workers", "IAM::ManagedPolicy").values())
    return {policy["ManagedPolicyName"]: policy["PolicyDocument"]["Statement"] for policy in found}


def actions_of(statements: list[dict[str, Any]]) -> set[str]:
    actions = [statement["Action"] for statement in statements]
    return {each for action in actions for each in ([action] if isinstance(action, str) else action)}


def test_there_is_one_for_those_who_look_and_one_for_those_who_operate(policies: Any) -> None:
    assert set(policies) == {"celeriac-dev-observer", "celeriac-dev-operator"}


def test_who_looks_changes_nothing(policies: Any) -> None:
    actions = actions_of(policies["celeriac-dev-observer"])
    assert actions
    assert {action for action in actions if not action.partition(":")[2].startswith(SEEING)} == set()


def test_who_operates_sees_what_the_others_see(policies: Any) -> None:
    seen, done = (actions_of(policies[f"celeriac-dev-{who}"]) for who in ("observer", "operator"))
    assert seen < done
    assert {action for action in done if action.startswith("iam:")} == {"iam:PassRole"}


def test_nobody_takes_what_waits_for_a_worker(policies: Any) -> None:
    for statement in policies["celeriac-dev-operator"]:
        if {"sqs:ReceiveMessage", "sqs:DeleteMessage"} & actions_of([statement]):
            targets = [target.removesuffix(".fifo") for target in statement["Resource"]]
            assert all(target.endswith("celeriac-dev-*-dead") for target in targets)


def test_nothing_but_lists_and_figures_is_about_all_of_an_account(policies: Any) -> None:
    for statements in policies.values():
        everything = actions_of([each for each in statements if each["Resource"] == "*"])
        assert everything <= {"lambda:ListEventSourceMappings", "cloudwatch:GetMetricData", "scheduler:ListSchedules"}
        named = [target for each in statements for target in each["Resource"] if isinstance(each["Resource"], list)]
        owned = ("celeriac-dev", "${", "event-source-mapping")
        assert all(any(word in target for word in owned) for target in named)


@pytest.fixture
def things(resources: Any) -> set[str]:
    """What a deployment has, by what follows the account in their ARNs."""
    return {
        shape.format(made[field])
        for (kind, field), shape in SHAPES.items()
        for stack in ("workers", "api")
        for made in resources(stack, kind).values()
        if field in made
    }


@pytest.mark.parametrize("other", ["dev2", "devdev", "de", "d", "adev", "prod", "x" * 16])
def test_rights_to_a_deployment_are_none_to_another(policies: Any, things: set[str], other: str) -> None:
    targets = [each["Resource"] for policy in policies.values() for each in policy if each["Resource"] != "*"]
    named = {one for target in targets for one in ([target] if isinstance(target, str) else target)}
    patterns = {re.sub(r"\$\{[^}]*\}", "x", target).split(":", 5)[-1] for target in named} - {"event-source-mapping:*"}
    theirs = {name.replace("celeriac-dev", f"celeriac-{other}") for name in things}

    def reached(names: set[str]) -> set[str]:
        return {name for name in names if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)}

    assert {"celeriac-dev-notify", "function:celeriac-dev-notify", "role/celeriac-dev-notify-etas"} < reached(things)
    assert not theirs & things
    assert reached(theirs) == set()


def test_there_is_room_for_any_number_of_workers(policies: Any) -> None:
    for statements in policies.values():
        text = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
        assert len(text) < 0.9 * MOST_CHARACTERS
