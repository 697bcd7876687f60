"""The three engines that must keep the same promises: the twin in memory, moto in this process, MiniStack over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from celeriac import aws
from celeriac.backend import Backend, DynamoDBBackend
from celeriac.broker import Broker, Entry, SQSBroker
from celeriac.message import Message
from celeriac.storage import Bucket, Objects
from celeriac.testing import MemoryBackend, MemoryBroker, MemoryBucket

LINE = "a.line"


@dataclass
class Engine:
    """A broker, a backend and a bucket that belong together, with queues "a" and "b", and the FIFO lane "a.line"."""

    payloads: Objects
    broker: Broker
    backend: Backend

    def received(self, queue: str = "a") -> list[Message]:
        """What the queue hands out now, opened; it is gone from the queue afterwards."""
        return [self.broker.open(body, message_id) for body, message_id in self.bodies(queue)]

    def bodies(self, queue: str = "a") -> list[tuple[str, str]]:
        """The texts and SQS ids of what the queue hands out now."""
        if isinstance(self.broker, MemoryBroker):
            return [(item.body, item.message_id) for item in self.broker.receive(queue, 1000, 30)]
        found: list[tuple[str, str]] = []
        while batch := self._batch(queue):
            found += [(item["Body"], item["MessageId"]) for item in batch]
        return found

    def held(self, queue: str, most: int = 10) -> list[tuple[Message, str, str | None]]:
        """What the queue hands out now and hides for a while: messages, receipt handles and groups."""
        if isinstance(self.broker, MemoryBroker):
            found = self.broker.receive(queue, most, 30)
            return [(self.broker.open(item.body, item.message_id), item.message_id, item.group) for item in found]
        url = self.broker.queues[queue]
        answer = aws.client("sqs").receive_message(
            QueueUrl=url, MaxNumberOfMessages=most, MessageSystemAttributeNames=["MessageGroupId"]
        )
        return [
            (
                self.broker.open(item["Body"], item["MessageId"]),
                item["ReceiptHandle"],
                item.get("Attributes", {}).get("MessageGroupId"),
            )
            for item in answer.get("Messages", [])
        ]

    def receipts(self, queue: str = "a") -> list[str]:
        """Receive up to ten messages without deleting them; returns their receipt handles."""
        if isinstance(self.broker, MemoryBroker):
            return [item.message_id for item in self.broker.receive(queue, 10, 30)]
        url = self.broker.queues[queue]
        answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [item["ReceiptHandle"] for item in answer["Messages"]]

    def size(self, queue: str = "a") -> int:
        """The number of messages in a queue, the hidden ones included."""
        if isinstance(self.broker, MemoryBroker):
            return len(self.broker.messages[queue])
        names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = self.broker.queues[queue]
        attributes = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(value) for value in attributes.values())

    def put(self, queue: str, body: str) -> None:
        """Put a text into a queue, as a stranger might."""
        if isinstance(self.broker, MemoryBroker):
            self.broker.send_batch(queue, [Entry("stranger", body)])
        else:
            aws.client("sqs").send_message(QueueUrl=self.broker.queues[queue], MessageBody=body)

    def _batch(self, queue: str) -> list[dict[str, Any]]:
        url = self.broker.queues[queue]
        batch: list[dict[str, Any]] = (
            aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        )
        for item in batch:
            aws.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=item["ReceiptHandle"])
        return batch


def in_memory() -> Engine:
    payloads = MemoryBucket()
    return Engine(payloads, MemoryBroker(payloads, ["a", "b", LINE], fifo=[LINE]), MemoryBackend(payloads))


def on_aws() -> Engine:
    """An engine of its own on whatever the environment's endpoint is."""
    name = f"contract-{uuid.uuid4().hex[:12]}"
    sqs, dynamodb, s3 = aws.client("sqs"), aws.client("dynamodb"), aws.client("s3")
    s3.create_bucket(Bucket=name)
    queues = {queue: sqs.create_queue(QueueName=f"{name}-{queue}")["QueueUrl"] for queue in "ab"}
    fifo = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    queues[LINE] = sqs.create_queue(QueueName=f"{name}-line.fifo", Attributes=fifo)["QueueUrl"]
    kinds = {"id": "S", "listed": "S", "listed_at": "S"}
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in kinds.items()],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "listed",
                "KeySchema": [
                    {"AttributeName": "listed", "KeyType": "HASH"},
                    {"AttributeName": "listed_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    payloads = Bucket(name)
    return Engine(payloads, SQSBroker(payloads, queues), DynamoDBBackend(name, payloads))


@pytest.fixture(scope="module", params=["twin", "moto", pytest.param("ministack", marks=pytest.mark.cloud)])
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    """The kind of engine, its clients made once a module: making them costs more than the tests."""
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        stack.callback(aws.forget_clients)
        for name, value in {
            "ACCESS_KEY_ID": "test",
            "SECRET_ACCESS_KEY": "test",
            "DEFAULT_REGION": "us-east-1",
        }.items():
            environment.setenv(f"AWS_{name}", value)
        if request.param == "ministack":
            environment.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("embedded_aws").url)
        if request.param == "moto":
            stack.enter_context(mock_aws())
        aws.forget_clients()
        yield request.param


@pytest.fixture
def engine(kind: str) -> Engine:
    """Each test runs on each engine, with queues, a table and a bucket of its own."""
    return in_memory() if kind == "twin" else on_aws()
