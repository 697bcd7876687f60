"""What looking at queues and workers asks of AWS, counted on the wire: `docs/costs.md` names a price for it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from celeriac import Celeriac, aws, clock
from celeriac.backend import DynamoDBBackend
from celeriac.broker import SQSBroker
from celeriac.services import Services
from celeriac.storage import Bucket

pytestmark = pytest.mark.cloud

WORKERS = ("busy", "idle", "other")


@pytest.fixture
def app(wire: Any) -> Iterator[Celeriac]:
    """An app with three workers, in whose queues nothing is."""
    name = f"operators-{uuid.uuid4().hex[:12]}"
    queues = {each: aws.client("sqs").create_queue(QueueName=f"{name}-{each}")["QueueUrl"] for each in WORKERS}
    aws.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    app, payloads = Celeriac("busy", set_as_current=False), Bucket(name)
    app.connect(Services(SQSBroker(payloads, queues), DynamoDBBackend(name, payloads)))
    wire.clear()
    yield app
    app.connect(None)


def test_looking_at_queues_again_asks_cloudwatch_nothing_more_in_a_minute(app: Celeriac, wire: Any) -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for name in ("busy", "other"):
        aws.client("sqs").send_message(QueueUrl=app.services.broker.queues[name], MessageBody="{}")
    wire.clear()
    for second, questions in ((0, 1), (5, 1), (59, 1), (60, 2)):
        with clock.running_on(iter([noon + timedelta(seconds=second)] * 100).__next__):
            app.operations.queues()
        assert wire.requests["GetMetricData"] == questions
    assert wire.items["GetMetricData"] == 2 * 2, "what is paid for: metrics, of queues in which something waits"
    assert wire.requests["GetQueueAttributes"] == 4 * len(WORKERS)
    assert wire.requests["GET Lambda's event-source-mappings"] == 4
    assert sum(wire.requests.values()) == 2 + 4 * len(WORKERS) + 4


def test_looking_at_empty_queues_asks_cloudwatch_nothing(app: Celeriac, wire: Any) -> None:
    app.operations.queues()
    assert "GetMetricData" not in wire.requests
