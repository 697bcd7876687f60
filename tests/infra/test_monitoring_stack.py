"""Whatever needs a person tells one."""

import re
from pathlib import Path
from typing import Any

import pytest

from infra.settings import SettingsError

RUNBOOK = Path(__file__).resolve().parents[2] / "docs/operations.md"


@pytest.fixture
def alarms(resources: Any, flat: Any) -> dict[str, dict[str, Any]]:
    return {alarm["AlarmName"]: flat(alarm) for alarm in resources("monitoring", "CloudWatch::Alarm").values()}


def metrics_of(alarm: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The metrics that an alarm looks at, with their dimensions."""
    stats = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each] or [alarm]
    return {each["MetricName"]: {d["Name"]: d["Value"] for d in each["Dimensions"]} for each in stats}


def test_every_dead_letter_queue_has_an_alarm_for_what_lies_there_and_what_was_taken(
    alarms: Any, resources: Any
) -> None:
    queues = [*resources("workers", "SQS::Queue").values(), *resources("storage", "SQS::Queue").values()]
    dead = {queue["QueueName"] for queue in queues if "-dead" in queue["QueueName"]}

    assert len(dead) == 7
    for name in dead:
        where = {"QueueName": name}
        assert metrics_of(alarms[name]) == {"ApproximateNumberOfMessagesVisible": where}
        if "arrivals" not in name:
            assert metrics_of(alarms[f"{name}-taken"]) == {"NumberOfMessagesReceived": where}
        for alarm in (alarms[key] for key in (name, f"{name}-taken") if key in alarms):
            assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)


def test_an_alarm_stays_on_while_messages_lie_in_a_queue_that_nobody_touches(alarms: Any) -> None:
    kept = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "ignore"}

    assert kept == {name for name in alarms if name.removesuffix(".fifo").endswith("-dead") or name.endswith("-age")}
    assert {alarms[name]["TreatMissingData"] for name in alarms.keys() - kept} == {"notBreaching"}


def test_what_the_alarms_cost_is_what_the_page_says(alarms: Any) -> None:
    metrics = {name.removeprefix("celeriac-dev-"): len(metrics_of(alarm)) for name, alarm in alarms.items()}
    of_lanes = {name for name in metrics if re.match("thumbnail-(bulk|fast|ordered)[-.]", name)}
    of_workers = {name for name in metrics if re.match("(notify|process_pdf|thumbnail)-", name)} - of_lanes
    of_all = metrics.keys() - of_workers - of_lanes
    worker, lane, rest = (
        0.10 * sum(metrics[name] for name in names) / number
        for names, number in ((of_workers, 3), (of_lanes, 3), (of_all, 1))
    )

    told = " ".join((RUNBOOK.parent / "costs.md").read_text().split())
    assert f"${worker:.2f} a worker, ${lane:.2f} more for each lane, ${rest:.2f} for what all share" in told


def test_every_queue_has_an_alarm_for_the_age_of_its_oldest_message(alarms: Any, resources: Any) -> None:
    queues = [*resources("workers", "SQS::Queue").values(), *resources("storage", "SQS::Queue").values()]
    alive = {queue["QueueName"] for queue in queues if "-dead" not in queue["QueueName"]}

    assert alive == {name.removesuffix("-age") for name in alarms if name.endswith("-age")}
    assert {alarms[f"{name}-age"]["Threshold"] for name in alive} == {1800}


def test_every_function_has_alarms_for_what_lambda_says_of_it(alarms: Any, resources: Any) -> None:
    functions = [
        function["FunctionName"]
        for stack in ("workers", "api")
        for function in resources(stack, "Lambda::Function").values()
    ]

    assert len(functions) == 7
    for name in functions:
        assert metrics_of(alarms[f"{name}-errors"]) == {"Errors": {"FunctionName": name}}
        assert metrics_of(alarms[f"{name}-throttles"]) == {"Throttles": {"FunctionName": name}}


def test_a_worker_tells_before_its_time_is_over(alarms: Any) -> None:
    assert alarms["celeriac-dev-thumbnail-duration"]["Threshold"] == 0.9 * 120 * 1000


def test_the_rate_of_failures_counts_from_ten_attempts_on(alarms: Any) -> None:
    alarm = alarms["celeriac-dev-notify-failures"]
    (rate,) = (each["Expression"] for each in alarm["Metrics"] if "Expression" in each)

    assert rate == "IF(received >= 10, 100 * FILL(failed, 0) / received, 0)"
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (10, 3)


def test_thresholds_come_from_the_context_and_from_a_worker_itself(
    synthesize: Any, write_workers: Any, tmp_path: Path, flat: Any
) -> None:
    workers = {"plain": "", "slow": "[alarms]\noldest_message_s = 7200\nfailure_percent = 50"}
    functions = write_workers(tmp_path / "functions", workers)
    template = synthesize(functions, alarms={"oldest_message_s": 3600, "timeout_percent": 80})["monitoring"]
    found = (flat(r["Properties"]) for r in template["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm")
    threshold = {alarm["AlarmName"].removeprefix("celeriac-dev-"): alarm["Threshold"] for alarm in found}

    assert (threshold["plain-age"], threshold["slow-age"], threshold["arrivals-age"]) == (3600, 7200, 3600)
    assert (threshold["plain-failures"], threshold["slow-failures"]) == (10, 50)
    assert (threshold["plain-duration"], threshold["slow-duration"]) == (48_000, 48_000)


@pytest.mark.parametrize("alarms", ["none", {"oldest_message_s": 1}, {"failure_percent": 101}, {"ages": 3}])
def test_wrong_thresholds_are_refused(synthesize: Any, write_workers: Any, tmp_path: Path, alarms: object) -> None:
    with pytest.raises(SettingsError, match="alarms"):
        synthesize(write_workers(tmp_path / "functions", {}), alarms=alarms)


def test_every_group_of_schedules_has_alarms_for_firings_that_are_lost(alarms: Any, resources: Any) -> None:
    groups = {group["Name"] for group in resources("workers", "Scheduler::ScheduleGroup").values()}
    lost = {name: metrics_of(alarms[name]) for name in alarms if "-schedules-" in name}

    assert len(groups) == 3
    assert {dimensions["ScheduleGroup"] for each in lost.values() for dimensions in each.values()} == groups


def test_every_alarm_points_to_its_section_of_the_runbook(alarms: Any) -> None:
    sections = {*re.findall(r"^## (\S+)$", RUNBOOK.read_text(), re.MULTILINE)}

    assert {alarm["AlarmDescription"].rpartition("docs/operations.md#")[2] for alarm in alarms.values()} == sections


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
