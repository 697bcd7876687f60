"""What operations promise to an operator: in memory, and on AWS."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import timedelta
from typing import Any, cast

import pytest

from celeriac import Celeriac, aws, clock
from celeriac.exceptions import OperationalError, QueueNotFound
from celeriac.message import Message
from celeriac.noticeboard import card_key
from celeriac.operations import Operations, QueueStatus, Usage
from celeriac.operations.amazon import AmazonOperations
from celeriac.services import Services
from celeriac.testing import MemoryBroker, MemoryOperations

LINE = "a.line"


def message(number: int = 1, queue: str = "b", **fields: Any) -> Message:
    return Message(id=f"id-{number}", task=f"{queue}.work", queue=queue, **fields)


@pytest.fixture
def operations(engine: Any) -> Operations:
    """Operations on the engine's queues; "b" and "a.line" have dead letters."""
    if isinstance(engine.broker, MemoryBroker):
        return MemoryOperations(engine.broker, engine.backend)
    for queue in ("b", LINE):
        give_dead_letters(engine.broker.queues[queue])
    return AmazonOperations(engine.broker, engine.backend)


@pytest.fixture
def can_be_moved(kind: str) -> None:
    if kind == "moto":
        pytest.skip("moto has no StartMessageMoveTask, and no answer that says so")


def dead_name(url: str) -> str:
    name, dot, fifo = url.rpartition("/")[2].partition(".fifo")
    return f"{name}-dead{dot}{fifo}"


def give_dead_letters(url: str) -> None:
    sqs, name = aws.client("sqs"), dead_name(url)
    dead = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if name.endswith(".fifo") else {})
    arn = sqs.get_queue_attributes(QueueUrl=dead["QueueUrl"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})


def kill(engine: Any, operations: Operations, sent: list[Message]) -> None:
    """Have messages in the dead letters of their queues."""
    if isinstance(operations, MemoryOperations):
        engine.broker.publish(sent)
        for queue in {item.queue for item in sent}:
            operations.letters += [(queue, item) for item in engine.broker.messages[queue]]
            engine.broker.messages[queue].clear()
        return
    for item in sent:
        url = engine.broker.queues[item.queue]
        line = {"MessageGroupId": "g", "MessageDeduplicationId": item.id} if url.endswith(".fifo") else {}
        dead = f"{url.rpartition('/')[0]}/{dead_name(url)}"
        aws.client("sqs").send_message(QueueUrl=dead, MessageBody=item.dumps(), **line)


def put_figure(namespace: str, name: str, value: float, ago_s: float, **dimensions: str) -> None:
    """Tell CloudWatch what AWS would."""
    told = [{"Name": key, "Value": word} for key, word in dimensions.items()]
    about = {"MetricName": name, "Dimensions": told, "Timestamp": clock.now() - timedelta(seconds=ago_s)}
    aws.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[{**about, "Value": value}])


def read_by_a_function(url: str) -> None:
    """Have a function read a queue."""
    role = aws.client("iam").create_role(
        RoleName=f"reader-{uuid.uuid4().hex[:8]}", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}'
    )["Role"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("handler.py", "def handler(event, context):\n    return {}\n")
    name = url.rpartition("/")[2]
    functions = aws.client("lambda")
    functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"ZipFile": archive.getvalue()},
        MemorySize=256,
        Timeout=7,
    )
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    functions.create_event_source_mapping(EventSourceArn=arn, FunctionName=name)


@pytest.fixture
def read(engine: Any, operations: Operations, kind: str) -> None:
    """A function reads "b"."""
    if kind != "twin":
        read_by_a_function(engine.broker.queues["b"])


def of(operations: Operations, queue: str) -> QueueStatus:
    [status] = operations.queues([queue])
    return status


def test_a_queue_tells_what_waits_is_in_hand_and_is_not_due(engine: Any, operations: Operations) -> None:
    engine.broker.publish([message(number) for number in range(2)])
    engine.receipts("b")
    engine.broker.publish([message(3), message(4, eta=clock.now() + timedelta(minutes=5))])
    status = of(operations, "b")
    assert (status.name, status.worker) == ("b", "b")
    assert (status.waiting, status.in_flight, status.delayed, status.dead) == (1, 2, 1, 0)


def test_all_queues_come_by_name_and_a_lane_names_its_worker(operations: Operations) -> None:
    assert [(status.name, status.worker) for status in operations.queues()] == [("a", "a"), (LINE, "a"), ("b", "b")]


def test_a_queue_that_was_deleted_keeps_no_other_from_being_seen(
    engine: Any, kind: str, operations: Operations
) -> None:
    if kind == "twin":
        pytest.skip("nobody deletes a queue in memory")
    url, sqs = engine.broker.queues["b"], aws.client("sqs")
    sqs.delete_queue(QueueUrl=f"{url.rpartition('/')[0]}/{dead_name(engine.broker.queues[LINE])}")
    sqs.delete_queue(QueueUrl=url)
    told = {status.name: status for status in operations.queues()}
    assert (told["b"].exists, told["b"].paused, told["b"].dead) == (False, None, None)
    assert (told["a"].exists, told[LINE].exists, told[LINE].dead) == (True, True, None)
    with pytest.raises(QueueNotFound, match="looking at queue 'b'"):
        operations.pause("b")
    app = Celeriac("office", set_as_current=False)
    app.connect(Services(engine.broker, engine.backend))
    assert list(app.control.inspect().ping()) == ["a"]


def test_an_empty_queue_has_no_oldest_message(operations: Operations) -> None:
    assert of(operations, "b").oldest_s is None


def test_a_queue_is_paused_and_resumed_as_often_as_one_likes(read: None, operations: Operations) -> None:
    assert of(operations, "b").paused is False
    for _ in range(2):
        operations.pause("b")
        assert of(operations, "b").paused is True
    for _ in range(2):
        operations.resume("b")
        assert of(operations, "b").paused is False


def test_what_waits_in_a_paused_queue_stays_there(engine: Any, read: None, operations: Operations) -> None:
    operations.pause("b")
    engine.broker.publish([message()])
    assert of(operations, "b").waiting == 1


def test_a_queue_that_no_function_reads_cannot_be_paused(kind: str, operations: Operations) -> None:
    if kind == "twin":
        pytest.skip("every queue in memory is read")
    assert of(operations, "a").paused is None
    with pytest.raises(OperationalError, match="no function reads queue 'a'"):
        operations.pause("a")


@pytest.mark.usefixtures("can_be_moved")
@pytest.mark.parametrize("queue", ["b", LINE])
def test_dead_letters_are_sent_again_and_none_is_lost(engine: Any, operations: Operations, queue: str) -> None:
    sent = [message(number, queue, message_group_id="g") for number in range(12)]
    kill(engine, operations, sent)
    assert (of(operations, queue).dead, of(operations, queue).waiting) == (12, 0)
    told: list[int] = []
    assert operations.redrive(queue, told.append) == 12
    assert told == sorted(told)
    assert told[-1] == 12
    assert (of(operations, queue).dead, of(operations, queue).waiting) == (0, 12)
    assert {item.id for item in engine.received(queue)} == {item.id for item in sent}


def test_where_nothing_is_dead_nothing_is_sent_again(operations: Operations) -> None:
    assert operations.redrive("b") == 0


@pytest.mark.parametrize("name", ["c", "", "../b", "b;drop", "x" * 1000])
def test_a_queue_that_is_not_there_is_refused(operations: Operations, name: str) -> None:
    for operate in (operations.pause, operations.resume, operations.redrive, lambda name: operations.queues([name])):
        with pytest.raises(QueueNotFound, match="no queue"):
            operate(name)


def test_a_worker_tells_its_card_and_its_function(engine: Any, read: None, operations: Operations) -> None:
    card = {"tasks": {"b.work": {}}, "concurrency": 3, "memory_mb": 128, "python": "3.13.1", "library": "0.1.0"}
    engine.backend.post(card_key("b"), json.dumps(card), timedelta(days=1))
    bare, worker = operations.workers()
    assert (bare.name, bare.queues, bare.tasks, bare.python) == ("a", ("a", LINE), (), None)
    assert (worker.name, worker.queues, worker.tasks) == ("b", ("b",), ("b.work",))
    assert (worker.concurrency, worker.python, worker.library) == (3, "3.13.1", "0.1.0")
    assert worker.state == "Active"
    if not isinstance(operations, MemoryOperations):
        assert (worker.memory_mb, worker.timeout_s, bare.state) == (256, 7, None)


def test_what_was_used_is_what_cloudwatch_counted(engine: Any, read: None, operations: Operations) -> None:
    since = clock.now() - timedelta(hours=1)
    assert operations.usage(since) is None
    if isinstance(operations, MemoryOperations):
        return  # it is told what to say
    name, table = engine.broker.queues["b"].rpartition("/")[2], cast(Any, engine.backend).table
    for namespace, metric, dimension, value, number in [
        ("AWS/Lambda", "Invocations", "FunctionName", name, 3.0),
        ("AWS/Lambda", "Duration", "FunctionName", name, 8000.0),
        ("AWS/SQS", "NumberOfMessagesSent", "QueueName", name, 5.0),
        ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", table, 7.0),
        ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", "another", 99.0),
    ]:
        put_figure(namespace, metric, number, ago_s=60, **{dimension: value})
    assert operations.usage(since) == Usage(messages=5, invocations=3, gb_s=2, writes=7)


def test_figures_are_what_cloudwatch_was_told_minute_by_minute(engine: Any, operations: Operations, kind: str) -> None:
    if kind == "moto":
        pytest.skip("moto knows no percentiles")
    put = operations.told.put if isinstance(operations, MemoryOperations) else None
    start = clock.now().replace(second=0, microsecond=0) - timedelta(minutes=3)
    namespace = "celeriac"
    for name, seconds, value in [
        ("Received", 0, 2.0),
        ("Received", 30, 3.0),
        ("Received", 60, 4.0),
        *(("Duration", 5, number / 10) for number in range(1, 11)),
    ]:
        at = start + timedelta(seconds=seconds)
        if put:
            put(namespace, name, {"worker": "b"}, at, value)
        else:
            put_figure(namespace, name, value, (clock.now() - at).total_seconds(), worker="b")

    figures = operations.figures(start - timedelta(minutes=1))
    [told] = [one for one in figures.workers if one.worker == "b"]

    assert (told.task, len(told.received)) == (None, figures.times.number)
    index = figures.times.starts.index(start)
    assert told.received[index - 1 : index + 3] == [0, 5, 4, 0]
    if kind == "twin":
        assert (told.duration_p50_s[index], told.duration_p95_s[index]) == (0.5, 1.0)
    assert told.duration_p95_s[index + 1] is None
    assert [queue.name for queue in figures.queues] == ["a", LINE, "b"]


def test_figures_of_a_worker_that_is_not_there_are_refused(operations: Operations) -> None:
    for name in ("nobody", LINE):
        with pytest.raises(QueueNotFound, match="no worker"):
            operations.figures(clock.now(), name)


def test_the_age_of_the_oldest_message_is_the_last_that_cloudwatch_was_told(
    engine: Any, operations: Operations
) -> None:
    if isinstance(operations, MemoryOperations):
        pytest.skip("the twin asks no CloudWatch")
    engine.broker.publish([message()])
    name = engine.broker.queues["b"].rpartition("/")[2]
    for ago_s, age_s in ((300, 40.0), (150, 200.0), (60, 7.0)):
        put_figure("AWS/SQS", "ApproximateAgeOfOldestMessage", age_s, ago_s, QueueName=name)
    (queue,) = operations.queues(["b"])
    assert queue.oldest_s == 7


def test_the_log_of_a_worker_tells_of_its_tasks_alone(engine: Any, operations: Operations) -> None:
    started = clock.now() - timedelta(minutes=1)
    assert list(operations.log("b", started)) == []
    if isinstance(operations, MemoryOperations):
        return
    group = f"/aws/lambda/{engine.broker.queues['b'].rpartition('/')[2]}"
    logs = cast(Any, aws.client("logs"))
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    now = int(clock.now().timestamp() * 1000)
    texts = [
        "START RequestId: 1\nEND",
        'x\n{"task_id": "1", "message": "task success"}',
        '{"message": "else"}',
        '{"task_id": "2", "message": "task failure"}',
        '["task_id"]',
    ]
    events = [{"timestamp": now + index, "message": text} for index, text in enumerate(texts)]
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)
    line, other = operations.log("b", started)
    assert line.id != other.id
    assert [line.id, other.id] == [again.id for again in operations.log("b", started)]
    assert (line.worker, line.fields["task_id"], line.fields["message"]) == ("b", "1", "task success")
    assert list(operations.log("b", clock.now() + timedelta(minutes=1))) == []
    assert [line.fields["task_id"] for line in operations.log("b", started, task_id="2")] == ["2"]
    assert list(operations.log("b", started, until=started)) == []
    assert list(operations.log("b", started, task_id='*"} || \\')) == []
