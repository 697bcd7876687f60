"""The figures that a follower puts into the emulator's CloudWatch, from logs and queues made here."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from local.background import Background
from local.cloud import Cloud
from local.endpoint import Endpoint
from local.follower import Follower, following
from local.wait import until
from tests.ports import reserved_port

pytestmark = pytest.mark.cloud

MONTH_S = 30 * 86400


@pytest.fixture
def deployment() -> str:
    return f"follow-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def follower(embedded_aws: Endpoint, deployment: str) -> Follower:
    return Follower(embedded_aws, deployment)


@pytest.fixture
def write(embedded_aws: Endpoint, deployment: str) -> Callable[..., None]:
    """Writes an invocation's lines into the log of the worker "a"."""
    logs, group = embedded_aws.client("logs"), f"/aws/lambda/{deployment}-a"
    logs.create_log_group(logGroupName=group)

    def write(*lines: str, ago_s: float = 0) -> None:
        stream, at = uuid.uuid4().hex, int((datetime.now(UTC).timestamp() - ago_s) * 1000)
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        events = [{"timestamp": at, "message": line} for line in lines]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    return write


@pytest.fixture
def figure(embedded_aws: Endpoint) -> Callable[..., list[float]]:
    """What CloudWatch has of a metric in the last hour, in one period."""

    def values(namespace: str, name: str, statistic: str, **dimensions: str) -> list[float]:
        now = datetime.now(UTC)
        told = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        metric = {"Namespace": namespace, "MetricName": name, "Dimensions": told}
        answer = embedded_aws.client("cloudwatch").get_metric_data(
            MetricDataQueries=[{"Id": "q", "MetricStat": {"Metric": metric, "Period": MONTH_S, "Stat": statistic}}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
        )
        return list(answer["MetricDataResults"][0]["Values"])

    return values


def told(deployment: str, received: int, durations_s: list[float]) -> str:
    """A line of figures of the worker "a"."""
    metrics = [{"Name": "Received", "Unit": "Count"}, {"Name": "Duration", "Unit": "Seconds"}]
    directive = {"Namespace": deployment, "Dimensions": [["worker"], ["worker", "task"]], "Metrics": metrics}
    about = {"Timestamp": datetime.now(UTC).timestamp() * 1000, "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": about, "worker": "a", "task": "a.work", "Received": received, "Duration": durations_s})


def test_what_workers_tell_in_their_logs_becomes_figures_once(
    follower: Follower, deployment: str, write: Callable[..., None], figure: Callable[..., list[float]]
) -> None:
    write("START RequestId: 1", told(deployment, 3, [0.1, 0.3, 0.1]), "REPORT RequestId: 1\tDuration: 500 ms")
    follower.look(datetime.now(UTC))
    write(told(deployment, 1, [0.5]))
    follower.look(datetime.now(UTC))
    follower.look(datetime.now(UTC))

    assert figure(deployment, "Received", "Sum", worker="a") == [4.0]
    assert figure(deployment, "Duration", "SampleCount", worker="a", task="a.work") == [4.0]
    assert figure(deployment, "Duration", "Maximum", worker="a") == [0.5]
    assert figure("AWS/Lambda", "Duration", "Sum", FunctionName=f"{deployment}-a") == [500.0]
    assert figure("AWS/SQS", "NumberOfMessagesSent", "Sum", QueueName=f"{deployment}-a") == [4.0]


def test_what_was_written_before_it_came_is_not_counted_again(
    embedded_aws: Endpoint, deployment: str, write: Callable[..., None], figure: Callable[..., list[float]]
) -> None:
    write(told(deployment, 3, [0.1]), ago_s=1)

    Follower(embedded_aws, deployment).look(datetime.now(UTC))

    assert figure(deployment, "Received", "Sum", worker="a") == []


def test_a_queue_tells_how_much_waits_and_how_old_the_oldest_is(
    embedded_aws: Endpoint, follower: Follower, deployment: str, figure: Callable[..., list[float]]
) -> None:
    sqs, name = embedded_aws.client("sqs"), f"{deployment}-a"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    follower.look(datetime.now(UTC))
    assert figure("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", QueueName=name) == [0.0]
    begun = datetime.now(UTC)
    for body in "abc":
        sqs.send_message(QueueUrl=url, MessageBody=body)
    follower.look(datetime.now(UTC))
    seen = datetime.now(UTC) + timedelta(seconds=50)
    follower.look(seen)

    assert figure("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=name) == [3.0]
    (oldest_s,) = figure("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", QueueName=name)
    assert 50 <= oldest_s <= (seen - begun).total_seconds() + 1


def test_a_queue_that_stays_empty_is_told_of_once_a_minute(
    embedded_aws: Endpoint, follower: Follower, deployment: str, figure: Callable[..., list[float]]
) -> None:
    embedded_aws.client("sqs").create_queue(QueueName=f"{deployment}-a")
    now = datetime.now(UTC)
    for seconds in (0, 5, 55, 65, 70):
        follower.look(now + timedelta(seconds=seconds - 70))

    assert figure("AWS/SQS", "ApproximateNumberOfMessagesVisible", "SampleCount", QueueName=f"{deployment}-a") == [2.0]


def test_beside_a_block_it_follows_on_a_thread(
    embedded_aws: Endpoint,
    deployment: str,
    write: Callable[..., None],
    figure: Callable[..., list[float]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("local.follower.LOOK_S", 0.05)
    with following(embedded_aws, deployment):
        write(told(deployment, 2, [0.1]))
        until(lambda: figure(deployment, "Received", "Sum", worker="a") == [2.0], "the figures", timeout_s=60)


def test_it_ends_by_itself_when_the_emulator_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.follower.LOOK_S", 0.05)
    monkeypatch.setattr("local.follower.GONE_S", 0.1)
    cloud = Cloud(tmp_path)
    try:
        thread = Thread(target=Follower(cloud.start(port=reserved_port()), "nothing").run, args=[Event()], daemon=True)
        thread.start()
    finally:
        cloud.stop()
    thread.join(timeout=60)
    assert not thread.is_alive()


def test_as_a_process_it_is_found_again_and_stopped(embedded_aws: Endpoint, tmp_path: Path) -> None:
    background = Background(tmp_path)
    background.start(embedded_aws)
    try:
        until(lambda: embedded_aws.url in background.log.read_text(), "its first line", timeout_s=60)
        found = Background(tmp_path).running()
        assert found
        assert found.url == embedded_aws.url
    finally:
        assert background.stop()
    assert background.running() is None
