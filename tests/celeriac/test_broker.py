"""Sending messages: what every broker does around the one call that differs, and SQS's own answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from celeriac import Celeriac, aws, chain, clock, limits
from celeriac.broker import Broker, Depth, Entry, SQSBroker
from celeriac.exceptions import DecodeError, ImproperlyConfigured, OperationalError, PublishError, QueueNotFound
from celeriac.message import Message
from celeriac.services import Services
from celeriac.testing import MemoryBackend, MemoryBroker, MemoryBucket
from celeriac.worker_names import FUNCTIONS

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KIB = 1024

TRIES = 1 + 3
"""As often as `task_publish_retry_policy` has it by default."""


class Scripted(Broker):
    """A broker whose every send is answered from a script; when that is over, all is well."""

    def __init__(self, *answers: dict[str, str] | Exception, queues: Sequence[str] = ("a",), worker: str = "") -> None:
        super().__init__(MemoryBucket(), {name: name for name in queues}, worker)
        self.answers, self.sent = [*answers], list[tuple[str, list[Entry]]]()

    def send_batch(self, queue: str, entries: Sequence[Entry]) -> dict[str, str]:
        self.sent.append((queue, [*entries]))
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, Exception):
            raise answer
        return answer

    def acknowledge(self, queue: str, receipts: Sequence[str]) -> None:
        raise NotImplementedError

    def requeue(self, queue: str, receipt: str) -> None:
        raise NotImplementedError

    def depth(self, queue: str) -> Depth:
        raise NotImplementedError

    def purge(self, queue: str) -> None:
        raise NotImplementedError

    @property
    def batches(self) -> list[list[str]]:
        """The ids of what was sent, batch by batch."""
        return [[entry.id for entry in entries] for _, entries in self.sent]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _s: None)


def messages(count: int, queue: str = "a", **fields: Any) -> list[Message]:
    return [Message(id=f"id-{number}", task="a.work", queue=queue, **fields) for number in range(count)]


# Batches


def test_messages_are_sent_ten_at_a_time_and_each_queue_by_itself() -> None:
    scripted = Scripted(queues=("a", "b"))
    scripted.publish([*messages(12), *messages(3, "b")])
    assert [(queue, len(entries)) for queue, entries in scripted.sent] == [("a", 10), ("a", 2), ("b", 3)]


def test_nothing_to_send_sends_nothing() -> None:
    scripted = Scripted()
    scripted.publish([])
    assert scripted.sent == []


def test_a_batch_never_has_more_bytes_than_sqs_takes() -> None:
    scripted = Scripted()
    scripted.publish(messages(9, args=["x" * 300 * KIB]))
    assert [len(batch) for batch in scripted.batches] == [3, 3, 3]
    for _, entries in scripted.sent:
        assert sum(len(entry.body) for entry in entries) <= limits.SQS_BATCH_BYTES


@pytest.mark.parametrize("text", ["x", "ü", "🌱"])
def test_a_message_counts_by_its_bytes_on_the_wire(text: str) -> None:
    scripted = Scripted()
    scripted.publish(messages(1, args=[text * 200_000]))
    [[entry]] = [entries for _, entries in scripted.sent]
    assert len(entry.body) == len(entry.body.encode())
    assert len(entry.body) <= limits.INLINE_MESSAGE_BYTES


def test_a_message_of_the_limit_is_sent_whole_and_one_byte_more_goes_to_the_bucket() -> None:
    scripted, payloads = Scripted(), MemoryBucket()
    scripted.payloads = payloads
    overhead = len(messages(1, args=[""])[0].dumps())
    scripted.publish(messages(1, args=["x" * (limits.INLINE_MESSAGE_BYTES - overhead)]))
    assert not payloads.objects
    scripted.publish(messages(1, args=["x" * (limits.INLINE_MESSAGE_BYTES - overhead + 1)], retries=2))
    assert [key[:-16] for key in payloads.objects] == ["messages/id-0-"]


@pytest.mark.parametrize(
    ("eta", "delay_s"),
    [
        (None, 0),
        (NOON, 0),
        (NOON - timedelta(days=1), 0),
        (NOON + timedelta(seconds=0.001), 1),
        (NOON + timedelta(seconds=59.5), 60),
        (NOON + timedelta(seconds=900), 900),
        (NOON + timedelta(days=30), 900),
    ],
)
def test_a_delay_is_whole_seconds_rounded_up_and_at_most_what_sqs_takes(eta: datetime | None, delay_s: int) -> None:
    scripted = Scripted()
    with clock.running_on(lambda: NOON):
        scripted.publish(messages(1, eta=eta))
    assert scripted.sent[0][1][0].delay_s == delay_s


# Refusals


def test_what_is_refused_is_sent_again_and_only_that() -> None:
    scripted = Scripted({"id-1": "Throttled", "id-3": "Throttled"}, {"id-3": "Throttled"})
    scripted.publish(messages(5))
    assert scripted.batches == [["id-0", "id-1", "id-2", "id-3", "id-4"], ["id-1", "id-3"], ["id-3"]]


def test_what_is_refused_to_the_end_is_named_with_its_reason() -> None:
    refusals = [{"id-1": "Throttled", "id-2": "InvalidMessageContents"}] * TRIES
    scripted = Scripted(*refusals)
    with pytest.raises(PublishError) as caught:
        scripted.publish(messages(12))
    assert caught.value.unsent == {"id-1": "Throttled", "id-2": "InvalidMessageContents"}
    assert str(caught.value) == "2 message(s) were not sent: InvalidMessageContents, Throttled"
    assert isinstance(caught.value, OperationalError)
    assert scripted.batches[-1] == ["id-10", "id-11"], "the batches after it are sent all the same"


def test_each_attempt_has_its_own_reasons() -> None:
    scripted = Scripted({"id-0": "First"}, {"id-0": "Second"}, {"id-0": "Third"}, {"id-0": "Last"})
    with pytest.raises(PublishError) as caught:
        scripted.publish(messages(2))
    assert caught.value.unsent == {"id-0": "Last"}


def test_a_send_that_fails_as_a_whole_was_tried_often_enough_by_the_client_below() -> None:
    scripted = Scripted(OperationalError("no route to SQS"))
    with pytest.raises(PublishError, match="no route to SQS"):
        scripted.publish(messages(2))
    assert scripted.batches == [["id-0", "id-1"]]


def test_of_batches_that_fail_every_message_is_named_and_the_others_are_sent() -> None:
    scripted = Scripted(OperationalError("no route to SQS"))
    with pytest.raises(PublishError, match=r"10 message\(s\) were not sent: no route to SQS") as caught:
        scripted.publish(messages(13))
    assert sorted(caught.value.unsent) == [f"id-{number}" for number in range(10)]
    assert scripted.batches[-1] == ["id-10", "id-11", "id-12"]


def test_a_bucket_that_fails_sends_nothing() -> None:
    def refuse(what: str) -> None:
        raise OperationalError(f"{what}: SlowDown")

    scripted = Scripted()
    scripted.payloads = MemoryBucket(step=refuse)
    with pytest.raises(OperationalError, match="SlowDown"):
        scripted.publish([*messages(1), *messages(1, args=["x" * 600 * KIB])])
    assert scripted.sent == []


# Queues


@pytest.mark.parametrize("worker", ["", *FUNCTIONS])
def test_outside_of_the_workers_an_unknown_queue_is_compared_with_the_known_ones(worker: str) -> None:
    with pytest.raises(QueueNotFound, match=r"no queue 'c' in this deployment; it has a, b$"):
        Scripted(queues=("b", "a"), worker=worker).publish(messages(1, "c"))
    with pytest.raises(QueueNotFound, match="it has none"):
        Scripted(queues=(), worker=worker).require("c")


def test_in_a_worker_an_unknown_queue_is_a_line_to_add() -> None:
    advice = r"thumbnail may not send to 'notify': add uses = \[\"notify\"\] to functions/thumbnail/worker\.toml"
    with pytest.raises(QueueNotFound, match=advice) as caught:
        Scripted(worker="thumbnail").require("notify")
    assert isinstance(caught.value, KeyError)


# Opening


def test_an_envelope_with_wrong_fields_is_a_decode_error() -> None:
    with pytest.raises(DecodeError, match="'retries' must be"):
        Scripted().open('{"v":1,"id":"a","task":"b","retries":-1,"payload":"messages/a-0"}', "sqs-1")


def test_a_payload_that_is_no_message_is_a_decode_error() -> None:
    scripted = Scripted()
    scripted.payloads.write("messages/a-0", b"\xff\xfe")
    with pytest.raises(DecodeError, match="not the JSON"):
        scripted.open('{"v":1,"id":"a","task":"b","payload":"messages/a-0"}', "sqs-1")


@pytest.mark.parametrize(
    ("head", "task_id"),
    [
        ('"task":"a.b"', "sqs-1"),
        ('"task":"a.b","id":"report@<aws.scheduler.scheduled-time>"', "sqs-1"),
        ('"task":"a.b","id":"report@2026-11-22T23:00:00Z"', "report@2026-11-22T23:00:00Z"),
    ],
)
def test_a_message_without_an_id_of_its_own_takes_that_of_sqs(head: str, task_id: str) -> None:
    assert Scripted().open(f'{{"v":1,{head}}}', "sqs-1").id == task_id


# SQS


@pytest.fixture
def sqs(moto: str) -> Iterator[Stubber]:
    """SQS answers what it is told to, and only that; says its requests are what they should be."""
    assert moto
    with Stubber(aws.client("sqs")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def on_sqs(queues: Mapping[str, str] | None = None) -> SQSBroker:
    return SQSBroker(MemoryBucket(), queues or {"a": "https://sqs/a"})


def request(*entries: tuple[str, int]) -> dict[str, Any]:
    """A SendMessageBatch of these messages and delays."""
    listed = [
        {"Id": str(index), "MessageBody": Message(id=task_id, task="a.work", queue="a").dumps(), "DelaySeconds": delay}
        for index, (task_id, delay) in enumerate(entries)
    ]
    return {"QueueUrl": "https://sqs/a", "Entries": listed}


def sent(*indexes: int) -> list[dict[str, str]]:
    return [{"Id": str(index), "MessageId": f"m-{index}", "MD5OfMessageBody": "0" * 32} for index in indexes]


def test_a_trace_goes_in_the_message_and_beside_it(sqs: Stubber) -> None:
    traced = Message(id="id-0", task="a.work", queue="a", trace="Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    asked = request(("id-0", 0))
    asked["Entries"][0]["MessageBody"] = traced.dumps()
    header = {"DataType": "String", "StringValue": traced.trace}
    asked["Entries"][0]["MessageSystemAttributes"] = {"AWSTraceHeader": header}
    sqs.add_response("send_message_batch", {"Successful": sent(0), "Failed": []}, asked)
    on_sqs().publish([traced])


def test_sqs_is_asked_for_the_refused_ones_again(sqs: Stubber) -> None:
    refused = {"Id": "1", "SenderFault": False, "Code": "InternalError"}
    sqs.add_response(
        "send_message_batch",
        {"Successful": sent(0, 2), "Failed": [refused]},
        request(("id-0", 0), ("id-1", 0), ("id-2", 0)),
    )
    sqs.add_response("send_message_batch", {"Successful": sent(0), "Failed": []}, request(("id-1", 0)))
    on_sqs().publish(messages(3))


def test_what_sqs_refuses_to_the_end_is_named_by_its_own_code(sqs: Stubber) -> None:
    refused = {"Id": "0", "SenderFault": True, "Code": "InvalidMessageContents"}
    for _ in range(TRIES):
        sqs.add_response("send_message_batch", {"Successful": [], "Failed": [refused]})
    with pytest.raises(PublishError) as caught:
        on_sqs().publish(messages(1))
    assert caught.value.unsent == {"id-0": "InvalidMessageContents"}


def test_an_error_of_sqs_names_the_queue(sqs: Stubber) -> None:
    sqs.add_client_error("send_message_batch", "AccessDenied", "not you", 403)
    with pytest.raises(PublishError, match=r"sending to queue 'a': .*AccessDenied.*not you"):
        on_sqs().publish(messages(1))


def test_acknowledging_takes_ten_at_a_time(sqs: Stubber) -> None:
    receipts = [f"r-{number}" for number in range(12)]
    for batch in (receipts[:10], receipts[10:]):
        entries = [{"Id": str(index), "ReceiptHandle": receipt} for index, receipt in enumerate(batch)]
        done = {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}
        sqs.add_response("delete_message_batch", done, {"QueueUrl": "https://sqs/a", "Entries": entries})
    on_sqs().acknowledge("a", receipts)
    on_sqs().acknowledge("a", [])


@pytest.mark.usefixtures("moto")
def test_a_queue_that_cannot_be_reached_is_an_error_of_ours() -> None:
    def unreachable(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sqs/a")

    events = aws.client("sqs").meta.events
    events.register("before-call.sqs.SendMessageBatch", unreachable)
    try:
        with pytest.raises(PublishError, match="Could not connect to the endpoint"):
            on_sqs().publish(messages(1))
    finally:
        events.unregister("before-call.sqs.SendMessageBatch", unreachable)


def test_the_broker_in_memory_hides_what_it_has_handed_out() -> None:
    memory = MemoryBroker(MemoryBucket(), ["a"])
    with clock.running_on(lambda: NOON):
        memory.publish(messages(3))
        assert len(memory.receive("a", 2, visibility_s=30)) == 2
        assert [item.receives for item in memory.receive("a", 10, visibility_s=30)] == [1]
        assert memory.receive("a", 10, visibility_s=30) == []
    with clock.running_on(lambda: NOON + timedelta(seconds=31)):
        assert [item.receives for item in memory.receive("a", 10, visibility_s=30)] == [2, 2, 2]


@pytest.mark.parametrize(
    ("options", "tries"),
    [
        ({}, 4),
        ({"retry": False}, 1),
        ({"retry_policy": {"max_retries": 1}}, 2),
        ({"retry": False, "retry_policy": {"max_retries": 9}}, 1),
        ({"retry_policy": {"max_retries": 6, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}}, 7),
    ],
)
@pytest.mark.parametrize("canvas", [False, True])
def test_a_call_says_how_often_its_send_is_tried_again(options: dict[str, Any], tries: int, canvas: bool) -> None:
    app, broker = Celeriac("a"), Scripted()
    app.connect(Services(broker, MemoryBackend(MemoryBucket())))

    @app.task(name="a.work")
    def work() -> None: ...

    call = chain(work.s(), work.s()) if canvas else work.s()
    refuse_all(broker)
    with pytest.raises(PublishError):
        call.apply_async(**options)
    assert len(broker.sent) == tries


def test_a_policy_of_the_call_tries_again_where_aws_was_out_of_reach() -> None:
    app, broker = Celeriac("a"), Scripted(OperationalError("away"), OperationalError("away"))
    app.connect(Services(broker, MemoryBackend(MemoryBucket())))
    app.send_task("a.work", retry_policy={"max_retries": 2})
    assert len(broker.sent) == 3


def test_the_settings_say_what_a_call_does_not() -> None:
    app, broker = Celeriac("a", task_publish_retry=False), Scripted()
    app.connect(Services(broker, MemoryBackend(MemoryBucket())))
    refuse_all(broker)
    with pytest.raises(PublishError):
        app.send_task("a.work")
    app.conf.update(task_publish_retry=True, task_publish_retry_policy={"max_retries": 1})
    with pytest.raises(PublishError):
        app.send_task("a.work")
    assert len(broker.sent) == 1 + 2


@pytest.mark.parametrize("policy", [{"max_retries": -1}, {"interval_step": "soon"}, {"interval_max": None}])
def test_a_policy_that_is_none_is_refused_and_nothing_is_sent(policy: dict[str, Any]) -> None:
    app, broker = Celeriac("a"), Scripted()
    app.connect(Services(broker, MemoryBackend(MemoryBucket())))
    with pytest.raises(ImproperlyConfigured, match="retry_policy: numbers of 0 or more"):
        app.send_task("a.work", retry_policy=policy)
    assert broker.sent == []


def refuse_all(broker: Scripted) -> None:
    """Have SQS take nothing."""

    def send_batch(queue: str, entries: Sequence[Entry]) -> dict[str, str]:
        broker.sent.append((queue, [*entries]))
        return {entry.id: "Throttled" for entry in entries}

    broker.send_batch = send_batch  # type: ignore[method-assign]  # SQS on a bad day
