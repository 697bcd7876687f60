"""What follows from a batch's outcomes, sent together: in tens, and a failure costs only those whom it concerns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from celeriac import Celeriac, pace
from celeriac.broker import Entry
from celeriac.exceptions import OperationalError
from celeriac.launch import Launch
from celeriac.message import Message
from celeriac.outbox import Outbox
from celeriac.testing import Twin
from celeriac.testing.memory import MemoryBroker


class Office:
    """An app on a twin, whose sends are written down."""

    def __init__(self, twin: Twin) -> None:
        self.twin, self.failed = twin, list[str]()
        self.batches: list[list[str]] = []
        self.refused: set[str] = set()
        twin.broker.send_batch = self._send  # type: ignore[method-assign]  # SQS as it may be

    def _send(self, queue: str, entries: Sequence[Entry]) -> dict[str, str]:
        self.batches.append([entry.id for entry in entries])
        refused = {entry.id: "ServiceUnavailable" for entry in entries if entry.id in self.refused}
        sent = [entry for entry in entries if entry.id not in refused]
        return {**MemoryBroker.send_batch(self.twin.broker, queue, sent), **refused}

    def outbox(self, *, holds: bool) -> Outbox:
        return Outbox(self.twin.apps["office"], self.failed.append, holds=holds)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("time.sleep", lambda _s: None)
    with Twin(Celeriac("office")) as twin:
        yield Office(twin)


def about(task_id: str, queue: str = "office") -> Launch:
    return Launch(messages=[Message(id=task_id, task="office.work", queue=queue)])


def test_what_is_held_back_goes_in_one_request(office: Office) -> None:
    outbox = office.outbox(holds=True)
    for number in range(9):
        outbox.send(f"item-{number}", about(f"id-{number}"))
    assert office.batches == []
    outbox.flush()
    outbox.flush()
    assert office.batches == [[f"id-{number}" for number in range(9)]]


def test_ten_messages_do_not_wait_for_more(office: Office) -> None:
    outbox = office.outbox(holds=True)
    for number in range(12):
        outbox.send(f"item-{number}", about(f"id-{number}"))
    assert [len(batch) for batch in office.batches] == [10]


def test_what_is_not_held_back_goes_at_once_and_raises_what_goes_wrong(office: Office) -> None:
    office.refused = {"two"}
    outbox = office.outbox(holds=False)
    outbox.send("item-1", about("one"))
    with pytest.raises(OperationalError, match="1 message"):
        outbox.send("item-2", about("two"))
    assert office.batches[0] == ["one"]


def test_a_delivery_fails_if_one_of_its_messages_could_not_be_sent(office: Office) -> None:
    office.refused = {"two"}
    outbox = office.outbox(holds=True)
    for item, task_id in (("a", "one"), ("b", "two"), ("b", "three"), ("c", "four")):
        outbox.send(item, about(task_id))
    outbox.flush()
    assert office.failed == ["b"]
    assert sorted(Message.loads(item.body).id for item in office.twin.broker.messages["office"]) == [
        "four",
        "one",
        "three",
    ]


def test_an_impossible_message_does_not_hold_up_the_others(office: Office) -> None:
    outbox = office.outbox(holds=True)
    for item, queue in (("a", "office"), ("b", "nowhere"), ("c", "office")):
        outbox.send(item, about(item, queue))
    outbox.flush()
    assert office.failed == ["b"]
    assert [Message.loads(item.body).id for item in office.twin.broker.messages["office"]] == ["a", "c"]


def test_a_worker_holds_back_only_in_a_batch_of_tasks_that_it_knows_to_be_quick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, sent = Celeriac("office"), list[int]()

    @app.task(name="office.add")
    def add(x: int, y: int) -> int:
        return x + y

    with Twin(app) as twin:
        send = twin.broker.send_batch

        def count(queue: str, entries: Sequence[Entry]) -> dict[str, str]:
            sent.append(len(entries))
            return send(queue, entries)

        def invoke() -> list[int]:
            for number in range(3):
                add.apply_async((number, 1), link=add.s(1))
            twin.broker.send_batch = count  # type: ignore[method-assign]  # a count on the way
            twin.invoke("office")
            twin.broker.send_batch = send  # type: ignore[method-assign]  # a count on the way
            counts, sent[:] = [*sent], []
            twin.run()
            return counts

        assert invoke() == [1, 1, 1]  # it knows nothing yet
        assert invoke() == [3]
        monkeypatch.setattr(pace, "QUICK_S", -math.inf)
        assert invoke() == [1, 1, 1]
