"""What every broker promises."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from celeriac import clock
from celeriac.broker import Depth, PayloadGone
from celeriac.exceptions import DecodeError, EncodeError, QueueNotFound
from celeriac.message import Message
from celeriac.testing import MemoryBucket

KIB = 1024


def message(number: int = 1, *, queue: str = "a", **fields: Any) -> Message:
    return Message(id=f"id-{number}", task="a.work", queue=queue, **fields)


def test_a_message_arrives_as_it_was_sent(engine: Any) -> None:
    sent = message(args=[1, "zwei", {"drei": [3.5, None, "\u2028 \U0001f331 \x00"]}], kwargs={"x": 1}, retries=2)
    engine.broker.publish([sent])
    assert engine.received() == [sent]


def test_more_than_ten_messages_all_arrive_in_their_queues(engine: Any) -> None:
    engine.broker.publish([message(number, queue="ab"[number % 2]) for number in range(25)])
    assert {item.id for item in engine.received("a")} == {f"id-{number}" for number in range(0, 25, 2)}
    assert {item.id for item in engine.received("b")} == {f"id-{number}" for number in range(1, 25, 2)}


def test_messages_that_are_too_long_together_are_sent_apart(engine: Any) -> None:
    engine.broker.publish([message(number, args=["x" * 400 * KIB]) for number in range(5)])
    assert sorted(item.id for item in engine.received()) == [f"id-{number}" for number in range(5)]


def test_a_very_long_message_travels_through_the_bucket(engine: Any) -> None:
    sent = message(args=["x" * 2000 * KIB])
    engine.broker.publish([sent])
    [(body, message_id)] = engine.bodies()
    assert len(body) < KIB
    assert engine.broker.open(body, message_id) == sent


def test_a_message_whose_payload_is_gone_still_says_whose_it_was(engine: Any) -> None:
    engine.put("a", json.dumps({"v": 1, "id": "id-1", "task": "a.work", "payload": "messages/gone"}))
    with pytest.raises(PayloadGone, match="gone") as caught:
        engine.received()
    assert (caught.value.message.id, caught.value.message.task) == ("id-1", "a.work")


@pytest.mark.parametrize("key", ["results/x", "../etc", 7, None, ""])
def test_a_payload_lies_under_its_prefix_or_nowhere(engine: Any, key: object) -> None:
    engine.put("a", json.dumps({"v": 1, "id": "id-1", "task": "a.work", "payload": key}))
    with pytest.raises(DecodeError, match="no place for a payload"):
        engine.received()


def test_a_message_that_is_due_later_is_not_handed_out_now(engine: Any) -> None:
    engine.broker.publish([message(eta=clock.now() + timedelta(minutes=5))])
    assert engine.received() == []


def test_a_message_without_an_id_takes_that_of_sqs(engine: Any) -> None:
    engine.put("a", json.dumps({"v": 1, "task": "a.work"}))
    [(body, message_id)] = engine.bodies()
    assert engine.broker.open(body, message_id).id == message_id


def test_a_queue_that_is_not_this_process_business_is_refused_before_anything_is_sent(engine: Any) -> None:
    with pytest.raises(QueueNotFound, match="no queue 'c'"):
        engine.broker.publish([message(1), message(2, queue="c")])
    assert engine.received() == []


def test_an_argument_that_json_cannot_carry_is_refused_before_anything_is_sent(engine: Any) -> None:
    with pytest.raises(EncodeError):
        engine.broker.publish([message(1), message(2, args=[object()])])
    assert engine.received() == []


def test_nothing_is_stored_for_messages_that_fit(engine: Any) -> None:
    engine.broker.publish([message(args=["x" * 100 * KIB])])
    if isinstance(engine.payloads, MemoryBucket):
        assert not engine.payloads.objects
    else:
        assert list(engine.payloads.keys("")) == []


def test_acknowledged_messages_are_gone_and_others_are_not(engine: Any) -> None:
    engine.broker.publish([message(number) for number in range(3)])
    first, *_ = receipts = engine.receipts()
    engine.broker.acknowledge("a", [first])
    assert engine.size() == 2
    engine.broker.acknowledge("a", receipts)
    engine.broker.acknowledge("a", [])
    assert engine.size() == 0


def test_a_queue_says_how_much_waits_is_in_hand_and_is_not_due(engine: Any) -> None:
    engine.broker.publish([message(number) for number in range(3)])
    engine.receipts()
    engine.broker.publish([message(4), message(5, eta=clock.now() + timedelta(minutes=5))])
    assert engine.broker.depth("a") == Depth(waiting=1, in_flight=3, delayed=1)
    assert engine.broker.depth("b") == Depth(0, 0, 0)


def test_a_purged_queue_is_empty(engine: Any) -> None:
    engine.broker.publish([message(1), message(2, eta=clock.now() + timedelta(minutes=5)), message(3, queue="b")])
    engine.broker.purge("a")
    assert engine.size("a") == 0
    assert engine.broker.depth("a") == Depth(0, 0, 0)
    assert engine.size("b") == 1


# -- Order, and tenants ---------------------------------------------------------------------------------------------

LINE = "a.line"


def test_a_line_hands_out_in_the_order_of_sending(engine: Any) -> None:
    for start in (0, 3):
        engine.broker.publish([message(number, queue=LINE) for number in range(start, start + 3)])
    assert [item.id for item in engine.received(LINE)] == [f"id-{number}" for number in range(6)]


def test_what_is_in_hand_holds_up_its_own_group_only(engine: Any) -> None:
    engine.broker.publish([message(n, queue=LINE, message_group_id="xy"[n % 2]) for n in range(4)])
    [(first, receipt, group)] = engine.held(LINE, most=1)
    assert (first.id, group) == ("id-0", "x")
    assert [item.id for item, _, _ in engine.held(LINE)] == ["id-1", "id-3"]
    assert engine.held(LINE) == []
    engine.broker.acknowledge(LINE, [receipt])
    assert [item.id for item, _, _ in engine.held(LINE)] == ["id-2"]


def test_what_is_given_back_comes_before_what_was_behind_it(engine: Any) -> None:
    engine.broker.publish([message(number, queue=LINE) for number in range(3)])
    [(_, receipt, group)] = engine.held(LINE, most=1)
    assert group == "default"
    engine.broker.requeue(LINE, receipt)
    assert [item.id for item in engine.received(LINE)] == ["id-0", "id-1", "id-2"]


def test_a_line_takes_a_message_once_and_its_retry_as_another(engine: Any) -> None:
    sent = message(1, queue=LINE)
    engine.broker.publish([sent])
    engine.broker.publish([sent, sent.replace(retries=1)])
    assert [item.retries for item in engine.received(LINE)] == [0, 1]


def test_what_is_due_later_waits_beside_the_line_for_the_worker_to_send_it_on(engine: Any) -> None:
    due = clock.now() + timedelta(seconds=20)
    engine.broker.publish([message(1, queue=LINE, eta=due, message_group_id="g"), message(2, queue=LINE)])
    assert [item.id for item in engine.received(LINE)] == ["id-2"]
    with clock.running_on(lambda: due):
        assert engine.held(LINE) == []
        engine.broker.publish([message(1, queue=LINE, eta=due, message_group_id="g")])
        assert [(item.id, item.eta, group) for item, _, group in engine.held(LINE)] == [("id-1", due, "g")]


def test_a_tenants_messages_are_marked_as_its_own_in_any_queue(engine: Any) -> None:
    marked = [message(1, tenant="acme"), message(2, tenant="acme", eta=clock.now()), message(3)]
    engine.broker.publish(marked)
    assert {item.id: group for item, _, group in engine.held("a")} == {"id-1": "acme", "id-2": "acme", "id-3": None}


def test_a_text_goes_out_as_it_is(engine: Any) -> None:
    engine.broker.send_text("a", "id", "no json")
    assert [body for body, _ in engine.bodies()] == ["no json"]
