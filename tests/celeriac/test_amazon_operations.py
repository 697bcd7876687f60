"""What the operations on AWS do where no emulator can show it: SQS's answers are written down here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from celeriac import Celeriac, aws, clock
from celeriac.broker import PurgedLately, SQSBroker
from celeriac.exceptions import OperationalError
from celeriac.operations import SwitchedLately
from celeriac.operations.amazon import figures, log_events, operations
from celeriac.operations.amazon.ages import Ages
from celeriac.operations.figures import queue_metrics
from celeriac.services import Services
from celeriac.testing import MemoryBackend
from celeriac.testing.memory import MemoryBucket

ARN = "arn:aws:sqs:us-east-1:123456789012:celeriac-dev-greet-dead"
URLS = {name: f"https://sqs.us-east-1.amazonaws.com/123456789012/celeriac-dev-{name}" for name in ("busy", "full")}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Credentials of an account that nobody asks."""
    for name, value in (("DEFAULT_REGION", "us-east-1"), ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")):
        monkeypatch.setenv(f"AWS_{name}", value)
    aws.forget_clients()
    yield
    aws.forget_clients()


@pytest.fixture
def sqs(account: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """SQS, which answers as it is told to, without a pause between two looks."""
    monkeypatch.setattr(operations, "LOOK_EVERY_S", 0)
    with Stubber(aws.client("sqs")) as stubber:
        yield stubber


def tells(sqs: Stubber, *answers: dict[str, Any]) -> None:
    """Have SQS answer the looks at a move, one after the other."""
    for answer in answers:
        sqs.add_response("list_message_move_tasks", answer, {"SourceArn": ARN, "MaxResults": 1})


def move(status: str, moved: int, begun: int = 1) -> dict[str, Any]:
    about = {"ApproximateNumberOfMessagesMoved": moved, "SourceArn": ARN, "StartedTimestamp": begun}
    return {"Results": [{"Status": status, **about}]}


@pytest.mark.parametrize("nothing", [{}, {"Results": []}])
def test_a_move_that_is_not_listed_yet_is_waited_for(sqs: Stubber, nothing: dict[str, Any]) -> None:
    tells(sqs, nothing, nothing, move("RUNNING", 1), move("COMPLETED", 3))

    assert list(operations._watched("greet", ARN)) == [1, 3]


def test_a_move_that_is_never_listed_says_what_to_do(sqs: Stubber) -> None:
    tells(sqs, *[{}] * operations.UNTOLD_LOOKS)

    with pytest.raises(OperationalError, match="count what is left"):
        list(operations._watched("greet", ARN))


def test_a_move_that_fails_says_why(sqs: Stubber) -> None:
    tells(sqs, {"Results": [{"Status": "FAILED", "FailureReason": "the queue is gone"}]})

    with pytest.raises(OperationalError, match="the queue is gone"):
        list(operations._watched("greet", ARN))


@pytest.fixture
def greet(sqs: Stubber) -> operations.AmazonOperations:
    """The operations on a queue with two dead letters."""
    broker = SQSBroker(MemoryBucket(), {"greet": "https://sqs/greet"})
    policy = json.dumps({"deadLetterTargetArn": ARN, "maxReceiveCount": 1})
    attributes = {"QueueArn": ARN.removesuffix("-dead"), "RedrivePolicy": policy}
    sqs.add_response("get_queue_attributes", {"Attributes": attributes})
    sqs.add_response("get_queue_attributes", {"Attributes": {operations.DEPTH: "2"}})
    return operations.AmazonOperations(broker, MemoryBackend(MemoryBucket()))


def test_a_move_that_runs_is_followed_and_not_begun_again(sqs: Stubber, greet: operations.AmazonOperations) -> None:
    tells(sqs, move("RUNNING", 1), move("RUNNING", 2), move("COMPLETED", 3))

    assert list(greet._moved("greet")) == [2, 3]


def test_a_move_is_told_where_to_and_the_one_before_is_not_taken_for_it(
    sqs: Stubber, greet: operations.AmazonOperations
) -> None:
    tells(sqs, move("COMPLETED", 9))
    sqs.add_response("start_message_move_task", {}, {"SourceArn": ARN, "DestinationArn": ARN.removesuffix("-dead")})
    tells(sqs, move("COMPLETED", 9), move("RUNNING", 1, begun=2), move("COMPLETED", 2, begun=2))

    assert list(greet._moved("greet")) == [1, 2]


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.PurgeQueueInProgress", "PurgeQueueInProgress"])
def test_a_second_purge_within_a_minute_says_what_it_is(sqs: Stubber, code: str) -> None:
    sqs.add_client_error("purge_queue", code, "Only one PurgeQueue operation on greet is allowed every 60 seconds.")

    with pytest.raises(PurgedLately, match="every 60 seconds"):
        SQSBroker(MemoryBucket(), {"greet": "https://sqs/greet"}).purge("greet")


@pytest.mark.parametrize(
    ("task_id", "pattern"),
    [
        ("a-1", '{ $.task_id = "a-1" }'),
        ('"} || { $.x = "', '{ $.task_id = "\\"} || { $.x = \\"" }'),
        ("\\", '{ $.task_id = "\\\\" }'),
    ],
)
def test_an_id_cannot_leave_the_pattern_of_a_log(task_id: str, pattern: str) -> None:
    assert log_events._pattern(task_id) == pattern


@pytest.mark.usefixtures("account")
def test_a_log_is_asked_for_from_a_time_that_cloudwatch_knows() -> None:
    with Stubber(aws.client("logs")) as logs:
        logs.add_response("filter_log_events", {"events": []}, {"logGroupName": "greet", "startTime": 0})

        assert list(log_events.log_lines("greet", "greet", datetime.min.replace(tzinfo=UTC))) == []


NOW = datetime(2026, 11, 23, tzinfo=UTC)
WAITING = queue_metrics("greet", "greet-dead")["waiting"]


def figures_told(*statuses: str) -> dict[datetime, float]:
    """What is taken from CloudWatch's pages, each with its status, and with a figure where that is Complete."""
    with Stubber(aws.client("cloudwatch")) as cloudwatch:
        for number, status in enumerate(statuses, start=1):
            told: dict[str, Any] = {"Timestamps": [NOW], "Values": [1.0]} if status == "Complete" else {}
            result = {"Id": "q0", "Timestamps": [], "Values": [], "StatusCode": status, **told}
            more = {"NextToken": f"{number}"} if number < len(statuses) else {}
            cloudwatch.add_response("get_metric_data", {"MetricDataResults": [result], **more})
        return dict(figures.asked([WAITING], 60, NOW - timedelta(hours=1), NOW).get(WAITING, {}))


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("status", sorted(figures.UNKNOWN))
def test_figures_that_cloudwatch_could_not_read_are_not_taken_for_zeros(status: str) -> None:
    with pytest.raises(OperationalError, match=status):
        figures_told(status)


@pytest.mark.usefixtures("account")
def test_figures_that_come_with_a_later_page_are_waited_for() -> None:
    assert figures_told("InternalError", "Complete") == {NOW: 1.0}


def test_all_queues_are_known_to_be_read_or_paused_by_one_listing(account: None) -> None:
    of_aws = "https://sqs.us-east-1.amazonaws.com/123456789012/celeriac-dev-"
    queues = {name: of_aws + name for name in ("busy", "idle", "nobodys", "paused")}
    told = [("busy", "Disabled"), ("busy", "Enabled"), ("idle", "Creating"), ("paused", "Disabling")]
    broker = SQSBroker(MemoryBucket(), queues)
    mappings = [{"EventSourceArn": f"{ARN.removesuffix('greet-dead')}{name}", "State": state} for name, state in told]
    others = [{"State": "Enabled"}, {"EventSourceArn": "arn:aws:kinesis:us-east-1:1:stream/a", "State": "Disabled"}]

    with Stubber(aws.client("lambda")) as stubber:
        stubber.add_response("list_event_source_mappings", {"EventSourceMappings": mappings[:2], "NextMarker": "2"}, {})
        rest = {"EventSourceMappings": [*others, *mappings[2:]]}
        stubber.add_response("list_event_source_mappings", rest, {"Marker": "2"})
        paused = operations.AmazonOperations(broker, MemoryBackend(MemoryBucket()))._paused(queues)
        stubber.assert_no_pending_responses()

    assert paused == {"busy": False, "idle": False, "paused": True}


def switches(functions: Stubber, *states: str) -> None:
    """Have Lambda tell of the mappings of the queue "busy", in these states."""
    mappings = [{"UUID": f"{number:036}", "State": state} for number, state in enumerate(states)]
    functions.add_response("list_event_source_mappings", {"EventSourceMappings": mappings}, {"EventSourceArn": ARN})


@pytest.fixture
def switching(sqs: Stubber) -> Iterator[tuple[operations.AmazonOperations, Stubber]]:
    sqs.add_response("get_queue_attributes", {"Attributes": {"QueueArn": ARN}})
    with Stubber(aws.client("lambda")) as functions:
        broker = SQSBroker(MemoryBucket(), URLS)
        yield operations.AmazonOperations(broker, MemoryBackend(MemoryBucket())), functions
        functions.assert_no_pending_responses()


def test_what_is_so_already_is_not_asked_of_lambda_again(switching: Any) -> None:
    on_amazon, functions = switching
    switches(functions, "Disabling", "Enabled", "Disabled")
    functions.add_response("update_event_source_mapping", {}, {"UUID": f"{1:036}", "Enabled": False})

    on_amazon.pause("busy")


@pytest.mark.parametrize("code", ["ResourceInUseException", "ResourceConflictException"])
def test_a_queue_that_is_still_being_paused_cannot_be_resumed_yet(switching: Any, code: str) -> None:
    on_amazon, functions = switching
    switches(functions, "Disabling")
    functions.add_client_error("update_event_source_mapping", code, "it is in use", http_status_code=400)

    with pytest.raises(SwitchedLately, match=r"resuming queue 'busy': .*in use"):
        on_amazon.resume("busy")


# -- The ages, which cost money ---------------------------------------------------------------------------------------

AGES = {name: queue_metrics(f"celeriac-dev-{name}", "")["oldest_s"] for name in URLS}


class Clock:
    """The time, as a test sets it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time_of_day() -> Iterator[Clock]:
    source = Clock()
    with clock.running_on(source):
        yield source


@pytest.fixture
def cloudwatch(account: None) -> Iterator[Stubber]:
    with Stubber(aws.client("cloudwatch")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answers(cloudwatch: Stubber, *ages: float | None) -> None:
    """Have CloudWatch answer one question, with as many metrics in it."""
    results: list[dict[str, Any]] = [
        {"Id": f"q{number}", "Timestamps": [] if age is None else [NOW], "Values": [] if age is None else [age]}
        for number, age in enumerate(ages)
    ]
    asked = {"MetricDataQueries": [ANY] * len(ages), "StartTime": ANY, "EndTime": ANY}
    cloudwatch.add_response("get_metric_data", {"MetricDataResults": results}, asked)


def test_ages_are_asked_for_once_a_minute(cloudwatch: Stubber, time_of_day: Clock) -> None:
    ages = Ages()
    answers(cloudwatch, 40.0, None)
    for second in (0, 5, 59):
        time_of_day.now = NOW + timedelta(seconds=second)
        assert ages.of(AGES) == {"busy": 40.0}

    answers(cloudwatch, 100.0, 3.0)
    time_of_day.now = NOW + timedelta(seconds=60)
    assert ages.of(AGES) == {"busy": 100.0, "full": 3.0}


def test_processes_that_began_at_different_times_ask_at_the_same(cloudwatch: Stubber, time_of_day: Clock) -> None:
    early, late = Ages(), Ages()
    for second, asking in ((10, early), (55, late)):
        time_of_day.now = NOW + timedelta(seconds=second)
        answers(cloudwatch, 40.0, 40.0)
        assert asking.of(AGES) == {"busy": 40.0, "full": 40.0}
    time_of_day.now = NOW + timedelta(seconds=61)
    for asking in (early, late):
        answers(cloudwatch, 100.0, 100.0)
        assert asking.of(AGES) == {"busy": 100.0, "full": 100.0}


def test_what_a_clock_says_that_was_set_back_is_another_minute(cloudwatch: Stubber, time_of_day: Clock) -> None:
    ages = Ages()
    for hours in (0, -3, 0):
        time_of_day.now = NOW + timedelta(hours=hours)
        answers(cloudwatch, 1.0, 1.0)
        ages.of(AGES)


def test_only_what_is_not_known_yet_is_asked_for(cloudwatch: Stubber, time_of_day: Clock) -> None:
    ages = Ages()
    answers(cloudwatch, 40.0)
    assert ages.of({"busy": AGES["busy"]}) == {"busy": 40.0}
    answers(cloudwatch, 3.0)
    assert ages.of(AGES) == {"busy": 40.0, "full": 3.0}
    assert ages.of({}) == {}


def test_a_refusal_is_not_remembered(cloudwatch: Stubber, time_of_day: Clock) -> None:
    ages = Ages()
    cloudwatch.add_client_error("get_metric_data", "ThrottlingException", "Rate exceeded", http_status_code=400)
    with pytest.raises(OperationalError, match="Rate exceeded"):
        ages.of(AGES)
    answers(cloudwatch, 40.0, 40.0)
    assert ages.of(AGES) == {"busy": 40.0, "full": 40.0}


def test_nothing_is_asked_about_queues_in_which_nothing_waits(sqs: Stubber, cloudwatch: Stubber) -> None:
    with Stubber(aws.client("lambda")) as functions:
        functions.add_response("list_event_source_mappings", {"EventSourceMappings": []}, {})
        for number in ("0", "2"):
            sqs.add_response("get_queue_attributes", {"Attributes": {operations.DEPTH: number}})
        answers(cloudwatch, 40.0)
        app = Celeriac("shop")
        app.connect(Services(SQSBroker(MemoryBucket(), URLS), MemoryBackend(MemoryBucket())))
        busy, full = app.operations.queues()

    assert (busy.oldest_s, full.oldest_s) == (None, 40.0)


def test_what_was_told_is_kept_as_long_as_the_services_are() -> None:
    app = Celeriac("shop")
    one, other = (Services(SQSBroker(MemoryBucket(), URLS), MemoryBackend(MemoryBucket())) for _ in range(2))
    app.connect(one)
    first = app.operations
    assert app.operations is first
    app.connect(other)
    assert app.operations is not first
