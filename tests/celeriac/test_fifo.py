"""FIFO lanes: each group in its order, and nothing lost or doubled for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from celeriac import Celeriac, chain, clock
from celeriac.broker import Entry
from celeriac.exceptions import Reject
from celeriac.fifo import deduplication_of, group_of
from celeriac.message import Message
from celeriac.testing import Crash, Twin
from celeriac.worker import Worker
from tests.celeriac.office import Remaining

ORDERED = "shop.ordered"


class Shop:
    """An app whose task notes what it did, and fails or asks for another attempt on demand."""

    def __init__(self) -> None:
        self.app, self.ran, self.retrying, self.refused = Celeriac("shop"), list[Any](), set[Any](), list[Any]()
        self.work = self.app.task(name="shop.work", bind=True, default_retry_delay=30)(
            lambda task, number: self._work(task, number)
        )

    def _work(self, task: Any, number: Any) -> Any:
        self.ran.append(number)
        if number in self.refused:
            self.refused.remove(number)
            raise Reject(requeue=True)
        if number in self.retrying and task.request.retries == 0:
            raise task.retry()
        return number

    def send(self, *numbers: Any, **options: Any) -> None:
        for number in numbers:
            self.work.apply_async((number,), **{"queue": "ordered", **options})


@pytest.fixture
def shop() -> Shop:
    return Shop()


def twin_of(shop: Shop, **options: Any) -> Twin:
    return Twin(shop.app, lanes={ORDERED: {"fifo": True}, "shop.bulk": {}}, **options)


@pytest.fixture
def twin(shop: Shop) -> Iterator[Twin]:
    with twin_of(shop) as twin:
        yield twin


def waiting(twin: Twin, queue: str) -> list[str]:
    return [Message.loads(letter.body).id for letter in twin.broker.messages[queue]]


@pytest.mark.parametrize("batch_size", [1, 10])
def test_a_lane_without_groups_is_one_line(shop: Shop, batch_size: int) -> None:
    with twin_of(shop, batch_size=batch_size, concurrency=8) as twin:
        shop.send(*range(25))
        twin.run()
    assert shop.ran == list(range(25))


def test_each_group_keeps_its_order_and_none_waits_for_another(shop: Shop, twin: Twin) -> None:
    for number in range(6):
        shop.send((number % 2, number), message_group_id=f"account-{number % 2}")
    shop.refused.append([0, 2])
    twin.run()
    assert [number for group, number in shop.ran if group == 0] == [0, 2, 2, 4], "4 waits until 2 has ended"
    assert [number for group, number in shop.ran if group == 1] == [1, 3, 5]


def test_a_retry_goes_to_the_end_of_its_group_and_the_others_keep_their_order(shop: Shop, twin: Twin) -> None:
    shop.retrying.add(1)
    shop.send(0, 1, 2, 3)
    twin.run()
    assert shop.ran == [0, 1, 2, 3, 1]


def test_what_a_task_does_not_acknowledge_holds_up_those_behind_it(shop: Shop, twin: Twin) -> None:
    shop.refused.extend([1, 1])
    shop.send(0, 1, 2, 3)
    twin.run()
    assert shop.ran == [0, 1, 1, 1, 2, 3]


def test_a_task_that_is_due_later_waits_in_its_workers_own_queue(shop: Shop, twin: Twin) -> None:
    due = clock.now() + timedelta(hours=1)
    shop.send("later", eta=due)
    shop.send("now")
    assert [len(twin.broker.messages[queue]) for queue in ("shop", ORDERED)] == [1, 1]
    twin.run(until=due - timedelta(seconds=1))
    assert shop.ran == ["now"]
    twin.run()
    assert shop.ran == ["now", "later"]
    assert twin.now - due < timedelta(seconds=1)
    assert waiting(twin, "shop") == waiting(twin, ORDERED) == []


def test_what_has_waited_is_run_in_its_line_and_not_where_it_waited(shop: Shop, twin: Twin) -> None:
    shop.send("later", countdown=60, message_group_id="g")
    twin.now += timedelta(seconds=60)
    twin.invoke("shop")
    assert shop.ran == []
    assert [letter.group for letter in twin.broker.messages[ORDERED]] == ["g"]


def test_a_double_send_is_taken_once_and_a_retry_at_once_is_not_lost(shop: Shop, twin: Twin) -> None:
    shop.work.default_retry_delay = 0
    shop.retrying.add(1)
    sent = Message(id="id-1", task="shop.work", args=[1], queue=ORDERED)
    twin.broker.publish([sent])
    twin.broker.publish([sent, sent.replace(id="id-2")])
    assert waiting(twin, ORDERED) == ["id-1", "id-2"]
    twin.run()
    assert shop.ran == [1, 1, 1, 1]


@pytest.mark.parametrize("batch_size", [1, 10])
def test_a_poisonous_message_holds_up_its_group_until_it_is_a_dead_letter(shop: Shop, batch_size: int) -> None:
    with twin_of(shop, batch_size=batch_size, max_receives=3) as twin:
        shop.send(0)
        twin.broker.send_batch(ORDERED, [Entry("stranger", "poison", 0, "default", "unique")])
        shop.send("free", message_group_id="other")
        twin.run()
        assert sorted(map(str, shop.ran)) == ["0", "free"]
        assert [letter.body for letter in twin.dead_letters[ORDERED]] == ["poison"]


@pytest.mark.parametrize(("batch_size", "ends"), [(10, "FAILURE"), (1, "SUCCESS")])
def test_a_killer_takes_along_what_shares_its_batch_with_the_reason_told(
    shop: Shop, batch_size: int, ends: str
) -> None:
    with twin_of(shop, batch_size=batch_size, max_receives=3) as twin:
        killer, behind = (Message(id=f"id-{n}", task="shop.work", args=[n], queue=ORDERED) for n in range(2))
        twin.broker.publish([killer, behind])
        twin.fault = _dying
        twin.run()
        rows = [twin.backend.get(message.id) for message in (killer, behind)]
    assert [row.state for row in rows if row] == ["FAILURE", ends]


def _dying(step: str) -> None:
    if step == "record SUCCESS of id-0":
        raise Crash


def test_what_there_is_no_time_for_keeps_its_place(shop: Shop, twin: Twin) -> None:
    shop.send(0, 1, 2)
    batch = twin.broker.receive(ORDERED, 10, 60)
    group = {"ApproximateReceiveCount": "1", "MessageGroupId": "default"}
    arn = "arn:aws:sqs:us-east-1:000000000000:shop.ordered.fifo"
    records = [
        {"messageId": item.message_id, "body": item.body, "attributes": group, "eventSourceARN": arn} for item in batch
    ]
    answer = Worker(shop.app)({"Records": records}, Remaining(60, 60, 1))
    assert shop.ran == [0]
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == [item.message_id for item in batch[1:]]
    assert len(twin.broker.messages[ORDERED]) == 3, "nothing is sent anew"


STEPS = 60


@pytest.mark.parametrize("crash_at", range(STEPS))
def test_a_crash_at_any_step_breaks_no_order_and_loses_nothing(shop: Shop, crash_at: int) -> None:
    """A task may run twice, for its worker died; never before one that stood before it has ended."""
    with twin_of(shop, batch_size=1) as twin:
        shop.retrying.add(1)
        shop.send(0, 1, 2)
        shop.send(3, countdown=60)
        start = len(twin.steps)

        def fault(_what: str) -> None:
            if len(twin.steps) - start == crash_at + 1:
                raise Crash

        twin.fault = fault
        twin.run()
        firsts = [number for index, number in enumerate(shop.ran) if number not in shop.ran[:index]]
        assert firsts == [0, 1, 2, 3]
        assert len(shop.ran) <= 6, "one retry, and at most one run more for the crash"
        assert not twin.dead_letters
        assert not any(twin.broker.messages.values())


def test_a_link_of_a_chain_may_go_to_a_line(shop: Shop, twin: Twin) -> None:
    chain(shop.work.si("first"), shop.work.si("then").set(queue="ordered", message_group_id="g")).delay()
    twin.run()
    assert shop.ran == ["first", "then"]


@pytest.mark.parametrize(
    ("fields", "url", "group"),
    [
        ({}, "https://sqs/a", None),
        ({}, "https://sqs/a.fifo", "default"),
        ({"tenant": "acme"}, "https://sqs/a", "acme"),
        ({"tenant": "acme"}, "https://sqs/a.fifo", "acme"),
        ({"tenant": "acme", "message_group_id": "g"}, "https://sqs/a.fifo", "g"),
    ],
)
def test_a_group_is_what_the_call_says_or_else_its_tenant(fields: Any, url: str, group: str | None) -> None:
    assert group_of(Message(id="id-1", task="shop.work", **fields), url) == group


def test_each_attempt_and_each_wait_is_a_message_of_its_own_to_sqs() -> None:
    first = Message(id="id-1", task="shop.work")
    now = clock.now()
    others = [first.replace(id="id-2"), first.replace(retries=1), first.replace(eta=now), first.replace(slot=now)]
    ids = [deduplication_of(message) for message in (first, *others)]
    assert len(set(ids)) == len(ids)
    assert deduplication_of(first.replace(args=[1], headers={"x": 1})) == ids[0]
    assert all(len(text) <= 128 and text.isalnum() for text in ids)


def test_a_tenants_retries_and_hops_stay_the_tenants(shop: Shop, twin: Twin) -> None:
    shop.retrying.add(1)
    shop.send(1, queue="bulk", tenant="acme", countdown=3600)
    seen: list[str | None] = []
    twin.fault = lambda _step: seen.extend(letter.group for letter in twin.broker.messages["shop.bulk"])
    twin.run()
    assert shop.ran == [1, 1]
    assert set(seen) == {"acme"}
