"""The budget of `docs/costs.md`, counted: every AWS request that the library makes for a task crosses a counting proxy.

Receiving and deleting are the event source mapping's requests, one each a batch, which AWS makes for us.
"""

from __future__ import annotations

import tracemalloc
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from celeriac import Celeriac, aws, chain, chord, clock
from celeriac.backend import DynamoDBBackend
from celeriac.broker import SQSBroker
from celeriac.join import Join, Place
from celeriac.message import Message
from celeriac.publish import message_of
from celeriac.scheduler import EventBridgeScheduler
from celeriac.services import Services
from celeriac.storage import Bucket
from celeriac.task import Task
from celeriac.worker import Worker

pytestmark = pytest.mark.cloud


class AmpleTime:
    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class Station:
    """An app on real queues and tables, whose worker runs in this process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.app = app = Celeriac("station")

        @app.task(name="station.work")
        def work(number: int = 0) -> int:
            return number

        @app.task(name="station.quiet", ignore_result=True)
        def quiet(number: int = 0) -> int:
            return number

        @app.task(name="station.again", bind=True, default_retry_delay=0)
        def again(task: Task) -> None:
            if task.request.retries == 0:
                raise task.retry(countdown=0)

        @app.task(name="station.followed", track_started=True)
        def followed() -> None: ...

        self.work, self.quiet, self.again, self.followed = work, quiet, again, followed
        self.url = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        aws.client("s3").create_bucket(Bucket=name)
        aws.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        payloads = Bucket(name)
        backend = DynamoDBBackend(name, payloads, timedelta(days=1))
        app.connect(Services(SQSBroker(payloads, {"station": self.url}), backend))

    def group(self, task: Task, size: int) -> list[Message]:
        messages = [message_of(self.app, task.name, [number], None) for number in range(size)]
        self.app.services.broker.publish(messages)
        return messages

    def received(self) -> dict[str, Any]:
        """A batch as the event source mapping would deliver it."""
        answer = aws.client("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        for item in answer["Messages"]:
            aws.client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=item["ReceiptHandle"])
        return {"Records": [{"messageId": item["MessageId"], "body": item["Body"]} for item in answer["Messages"]]}

    def invoke(self, event: dict[str, Any]) -> None:
        assert Worker(self.app)(event, AmpleTime()) == {"batchItemFailures": []}

    def invoke_at_once(self, event: dict[str, Any]) -> None:
        """As `invoke`, in the moment in which the orders to all workers were read, however slow the machine is."""
        now = clock.now()
        with clock.running_on(lambda: now):
            self.app.services.board.take(self.app.services.board.orders)
            self.invoke(event)


@pytest.fixture
def station(wire: Any) -> Iterator[Station]:
    station = Station(f"budget-{uuid.uuid4().hex[:12]}")
    station.invoke({"Records": []})  # the process has begun: its worker's card is written
    wire.clear()
    yield station
    station.app.connect(None)


def test_sending_a_hundred_tasks_costs_ten_requests(station: Station, wire: Any) -> None:
    station.group(station.work, 100)
    assert wire.requests == {"SendMessageBatch": 10}
    assert wire.items == {"SendMessageBatch": 100}


def test_one_delay_costs_one_request_and_writes_no_row(station: Station, wire: Any) -> None:
    station.work.delay(1)
    assert wire.requests == {"SendMessageBatch": 1}


def test_a_batch_of_ten_with_results_costs_one_read_and_ten_writes(station: Station, wire: Any) -> None:
    station.group(station.work, 10)
    event = station.received()
    wire.clear()
    station.invoke_at_once(event)
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 10}
    assert wire.items == {"BatchGetItem": 10}


def test_a_batch_of_ten_that_is_listed_costs_no_request_more(station: Station, wire: Any) -> None:
    station.app.services.backend.lists_all = True
    station.group(station.work, 10)
    event = station.received()
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 10}


def test_a_batch_of_ten_with_ignored_results_costs_one_read(station: Station, wire: Any) -> None:
    station.group(station.quiet, 10)
    event = station.received()
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1}


def test_a_batch_delivered_again_costs_one_read(station: Station, wire: Any) -> None:
    station.group(station.work, 10)
    event = station.received()
    station.invoke(event)
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1}


def test_a_link_of_a_chain_costs_one_send_more(station: Station, wire: Any) -> None:
    chain(station.work.s(1), station.work.s()).delay()
    assert wire.requests == {"SendMessageBatch": 1}
    event = station.received()
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 1, "SendMessageBatch": 1}


def test_the_links_of_quick_chains_share_a_send(station: Station, wire: Any) -> None:
    worker = Worker(station.app)
    station.group(station.work, 10)
    worker(station.received(), AmpleTime())  # now it knows that the task is quick
    messages = [message_of(station.app, "station.work", [1], None, chain=[station.work.s()]) for _ in range(10)]
    station.app.services.broker.publish(messages)
    event = station.received()
    wire.clear()
    assert worker(event, AmpleTime()) == {"batchItemFailures": []}
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 10, "SendMessageBatch": 1}


def test_a_retry_costs_one_write_and_one_send(station: Station, wire: Any) -> None:
    station.again.delay()
    event = station.received()
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 1, "SendMessageBatch": 1}


def test_tracking_the_start_costs_one_write_more(station: Station, wire: Any) -> None:
    station.followed.delay()
    event = station.received()
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 2}


def test_looking_at_a_result_costs_one_read_and_none_once_it_is_ready(station: Station, wire: Any) -> None:
    result = station.work.delay(5)
    station.invoke(station.received())
    wire.clear()
    assert result.get(timeout=5) == 5
    assert result.state == "SUCCESS"
    assert wire.requests == {"GetItem": 1}


def test_a_long_result_costs_one_object_more(station: Station, wire: Any) -> None:
    station.app.task(name="station.long")(lambda: "x" * 20_000)
    station.app.send_task("station.long")
    event = station.received()
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1, "PUT S3": 1, "UpdateItem": 1}


def test_a_chord_costs_one_write_to_open_and_one_more_a_member(station: Station, wire: Any) -> None:
    total = station.app.task(name="station.total")(lambda numbers: sum(numbers))
    chord([station.work.s(number) for number in range(10)], total.s()).delay()
    assert wire.requests == {"PutItem": 1, "SendMessageBatch": 1}
    event = station.received()
    wire.clear()
    station.invoke(event)
    counted = {"BatchGetItem": 3, "UpdateItem": 20, "GetItem": 1, "SendMessageBatch": 1}
    assert wire.requests == counted, "the fence; a row and an arrival each; the join, its count and results; the body"


def test_chunks_of_a_hundred_cost_as_one_task(station: Station, wire: Any) -> None:
    station.work.chunks([(number,) for number in range(1000)], 100).apply_async(ignore_result=True)
    assert wire.requests == {"SendMessageBatch": 1}
    event = station.received()
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1}


def test_a_worker_that_says_what_it_said_writes_nothing_as_it_begins(station: Station, wire: Any) -> None:
    station.work.delay(1)
    event = station.received()
    begin_again(station)
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 1}
    assert wire.items == {"BatchGetItem": 3}, "the row, the orders, the card"


def test_orders_are_read_with_the_rows_and_once_a_second_at_the_most(station: Station, wire: Any) -> None:
    now = clock.now() + timedelta(seconds=2)
    with clock.running_on(lambda: now):
        for expected in (2, 1):
            station.work.delay(1)
            event = station.received()
            wire.clear()
            station.invoke(event)
            assert wire.items == {"BatchGetItem": expected}
            assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 1}


def test_revoking_a_task_costs_one_write_and_its_worker_nothing_more(station: Station, wire: Any) -> None:
    result = station.work.delay(1)
    wire.clear()
    result.revoke()
    assert wire.requests == {"PutItem": 1}
    event = station.received()
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 1}


def test_a_rate_costs_one_write_a_batch_and_one_send_for_what_must_wait(station: Station, wire: Any) -> None:
    limited = station.app.task(name="station.limited", rate_limit="1/m")(lambda _number: None)
    station.group(limited, 10)
    event = station.received()
    wire.clear()
    station.invoke_at_once(event)
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 1 + 1, "SendMessageBatch": 1}
    assert wire.items == {"BatchGetItem": 10, "SendMessageBatch": 9}


def test_a_task_that_is_there_once_costs_a_write_to_lock_and_one_to_let_go(station: Station, wire: Any) -> None:
    station.work.apply_async((1,), unique_for=60)
    assert wire.requests == {"PutItem": 1, "SendMessageBatch": 1}
    event = station.received()
    wire.clear()
    station.invoke(event)
    assert wire.requests == {"BatchGetItem": 1, "UpdateItem": 1, "DeleteItem": 1}


def begin_again(station: Station) -> None:
    """A new process of the same worker."""
    station.app.connect(Services(station.app.services.broker, station.app.services.backend))


def test_the_last_member_of_a_large_chord_reads_the_others_by_the_hundred(station: Station, wire: Any) -> None:
    """Two thousand here, to fill the table in seconds; with ten thousand it is 100 reads and 16 MB."""
    size, ids = 2_000, [str(uuid.uuid4()) for _ in range(2_000)]
    station.app.services.backend.open_join(Join(id="large", members=ids, body=station.work.s()))
    rows = [{"id": {"S": task_id}, "state": {"S": "SUCCESS"}, "result": {"S": "1"}} for task_id in ids]
    numbers = [[str(n) for n in range(start, min(size - 1, start + 256))] for start in range(0, size, 256)]
    sets = [{"id": {"S": f"chord#large/{n}"}, "arrived": {"NS": members}} for n, members in enumerate(numbers)]
    fill_table(station.name, rows[:-1] + sets)
    last = message_of(station.app, "station.work", [2], None, task_id=ids[-1], chord=Place("large", size - 1, size))
    wire.clear()
    tracemalloc.start()
    station.invoke({"Records": [{"messageId": "m", "body": last.dumps()}]})
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    its_own, counting, gathering = 1, 1, size // 100
    assert wire.requests == {
        "BatchGetItem": its_own + counting + gathering, "UpdateItem": 2, "GetItem": 1, "GET S3": 1,
        "SendMessageBatch": 1,
    }  # fmt: skip
    assert peak_bytes < 5_000 * size, "so that a function of 128 MB has room for ten thousand"


def fill_table(name: str, items: list[dict[str, Any]]) -> None:
    for start in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        aws.client("dynamodb").batch_write_item(RequestItems={name: requests})


def test_a_task_that_is_due_in_a_year_costs_one_schedule_to_send(station: Station, wire: Any) -> None:
    broker, group = station.app.services.broker, f"budget-{uuid.uuid4().hex[:12]}"
    aws.client("scheduler").create_schedule_group(Name=group)
    wire.clear()
    broker.scheduler = EventBridgeScheduler(group, broker.queues)
    station.work.apply_async((1,), countdown=365 * 24 * 3600)
    assert wire.requests == {"CreateSchedule": 1}
    station.work.apply_async((1,), countdown=3600)
    assert wire.requests == {"CreateSchedule": 1, "SendMessageBatch": 1}
