"""Whatever needs a person tells one."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def alarms(resources: Any, flat: Any) -> dict[str, dict[str, Any]]:
    return {alarm["AlarmName"]: flat(alarm) for alarm in resources("monitoring", "CloudWatch::Alarm").values()}


def test_every_dead_letter_queue_has_an_alarm_for_its_first_message(alarms: Any, resources: Any) -> None:
    queues = [*resources("workers", "SQS::Queue").values(), *resources("storage", "SQS::Queue").values()]
    dead = {queue["QueueName"] for queue in queues if "-dead" in queue["QueueName"]}

    assert len(dead) == 4 + 3
    for name in dead:
        alarm = alarms[name]
        assert alarm["Namespace"] == "AWS/SQS"
        assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": name}]
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
        assert alarm["Statistic"] == "Maximum"
        assert alarm["TreatMissingData"] == "notBreaching"


def test_the_api_has_an_alarm_for_its_own_errors(alarms: Any) -> None:
    alarm = alarms["celeriac-dev-api-5xx"]

    assert alarm["MetricName"] == "5XXError"
    assert {d["Name"]: d["Value"] for d in alarm["Dimensions"]} == {"ApiName": "celeriac-dev-api", "Stage": "v1"}


def test_every_alarm_goes_to_the_one_topic(alarms: Any, resources: Any) -> None:
    (topic,) = resources("monitoring", "SNS::Topic")

    assert {tuple(alarm["AlarmActions"]) for alarm in alarms.values()} == {(f"${{{topic}}}",)}


def test_the_topic_speaks_tls_only_and_lets_this_accounts_alarms_publish(resources: Any, flat: Any) -> None:
    (policy,) = (flat(policy) for policy in resources("monitoring", "SNS::TopicPolicy").values())
    refused, allowed = sorted(policy["PolicyDocument"]["Statement"], key=lambda s: s["Effect"], reverse=True)

    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}


def test_nobody_is_mailed_unless_the_context_says_so(
    resources: Any, synthesize: Any, write_workers: Any, tmp_path: Path
) -> None:
    assert not resources("monitoring", "SNS::Subscription")
    functions = write_workers(tmp_path / "functions", {})
    template = synthesize(functions, alarm_email="ops@example.com")["monitoring"]
    (mailed,) = (r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::SNS::Subscription")

    assert (mailed["Protocol"], mailed["Endpoint"]) == ("email", "ops@example.com")


def test_monitoring_imports_nothing_that_would_hold_a_worker_back(templates: Any) -> None:
    assert "Fn::ImportValue" not in str(templates["monitoring"])
