"""Rate limits hold for all workers together, whatever is delivered when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celeriac import Celeriac, clock, states
from celeriac.exceptions import ImproperlyConfigured, OperationalError
from celeriac.ratelimit import SLOT_LASTS_S, interval_of
from celeriac.task import Task
from celeriac.testing import Twin
from tests.celeriac.office import Office


class Gate:
    """An app with a task of a rate, which notes when it begins."""

    def __init__(self, rate: Any = "10/m", **options: Any) -> None:
        self.app, self.began = Celeriac("gate"), list[datetime]()

        @self.app.task(name="gate.enter", bind=True, rate_limit=rate, **options)
        def enter(task: Task, retries: int = 0) -> int:
            self.began.append(clock.now())
            if task.request.retries < retries:
                raise task.retry(countdown=0)
            return retries

        self.enter = enter

    @property
    def gaps_s(self) -> list[float]:
        """The time between two beginnings."""
        return [(later - earlier).total_seconds() for earlier, later in pairwise(self.began)]

    def most_within(self, window: timedelta) -> int:
        """The most beginnings in any window of that length."""
        return max(sum(1 for other in self.began if began <= other < began + window) for began in self.began)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def gate_twin(gate: Gate) -> Iterator[Twin]:
    with Twin(gate.app) as twin:
        yield twin


@pytest.mark.parametrize(
    ("rate", "interval_s"),
    [("10/m", 6), ("100/h", 36), ("4/s", 0.25), (2, 0.5), ("5", 0.2), (0.5, 2), ("0.1/m", 600),
     (0, None), ("0/m", None), ("0", None), (None, None), ("", None), (-1, None)],
)  # fmt: skip
def test_rates_are_written_as_in_celery(rate: Any, interval_s: float | None) -> None:
    interval = interval_of(rate)
    assert (interval and interval.total_seconds()) == interval_s


@pytest.mark.parametrize("rate", ["10/d", "many", "10/m/s", [10], "10 / m", "/x", 1e-300])
def test_what_is_no_rate_is_refused_where_it_is_written(office: Office, twin: Twin, rate: Any) -> None:
    assert twin
    with pytest.raises(ImproperlyConfigured, match="a rate is a number"):
        office.app.task(name="office.limited", rate_limit=rate)(lambda: None)
    with pytest.raises(ImproperlyConfigured, match="a rate is a number"):
        office.app.control.rate_limit("office.work", rate)


def test_tasks_begin_an_interval_apart_and_each_of_them_once(gate: Gate, gate_twin: Twin) -> None:
    results = [gate.enter.delay() for _ in range(40)]
    gate_twin.run()
    assert all(result.successful() for result in results)
    assert len(gate.began) == 40
    assert min(gate.gaps_s) >= 5.4, "a task that is due within half a second is run"
    assert sum(gate.gaps_s) == pytest.approx(39 * 6, abs=2), "and nothing of the rate is wasted"


def test_a_backlog_costs_one_reservation_for_a_batch_and_is_sent_back_in_one_request(gate: Gate) -> None:
    with Twin(gate.app) as twin:
        twin.broker.publish([gate_message(gate, number) for number in range(10)])
        twin.steps.clear()
        twin.invoke("gate")
        assert Counter(step.split(" ")[0] for step in twin.steps if step.startswith(("reserve", "send"))) == {
            "reserve": 1,
            "send": 1,
        }
        assert len(gate.began) == 1


def gate_message(gate: Gate, number: int) -> Any:
    from celeriac.publish import message_of

    return message_of(gate.app, "gate.enter", [0], None, task_id=f"id-{number}")


def test_a_task_without_a_rate_takes_no_slot(office: Office, twin: Twin) -> None:
    office.work.delay(1)
    twin.run()
    assert not any(step.startswith("reserve") for step in twin.steps)


def test_other_tasks_of_the_worker_do_not_wait(gate: Gate, gate_twin: Twin) -> None:
    other = gate.app.task(name="gate.other")(lambda: clock.now().isoformat())
    for _ in range(5):
        gate.enter.delay()
    result = other.delay()
    begun = clock.now()
    gate_twin.run()
    assert datetime.fromisoformat(result.get(timeout=0)) == begun


def test_a_retry_takes_a_slot_of_its_own(gate: Gate, gate_twin: Twin) -> None:
    result = gate.enter.delay(retries=3)
    gate_twin.run()
    assert result.get(timeout=0) == 3
    assert len(gate.began) == 4
    assert min(gate.gaps_s) >= 5.4


def test_a_slot_does_not_come_before_the_eta(gate: Gate, gate_twin: Twin) -> None:
    begun = clock.now()
    for _ in range(3):
        gate.enter.apply_async(countdown=3600)
    gate.enter.delay()
    gate_twin.run()
    assert [round((began - begun).total_seconds()) for began in gate.began] == [0, 3600, 3606, 3612]


def test_what_is_revoked_takes_no_slot(gate: Gate, gate_twin: Twin) -> None:
    results = [gate.enter.delay() for _ in range(3)]
    for result in results:
        result.revoke()
    gate_twin.run()
    assert not gate.began
    assert not any(step.startswith("reserve") for step in gate_twin.steps)


def test_a_message_that_waits_for_its_slot_is_revoked_when_it_returns(gate: Gate, gate_twin: Twin) -> None:
    results = [gate.enter.delay() for _ in range(3)]
    gate_twin.invoke("gate")
    results[2].revoke()
    gate_twin.run()
    assert (len(gate.began), results[2].state) == (2, states.REVOKED)


def test_after_an_outage_there_is_no_burst(gate: Gate, gate_twin: Twin) -> None:
    for _ in range(50):
        gate.enter.delay()
    gate_twin.run(until=clock.now() + timedelta(seconds=30))
    begun = len(gate.began)
    gate_twin.now += timedelta(hours=1)
    gate_twin.run()
    assert len(gate.began) == 50
    assert begun <= 7
    assert gate.most_within(timedelta(minutes=1)) <= 10 + 3


def test_where_every_message_comes_late_tasks_run_all_the_same(gate: Gate) -> None:
    with Twin(gate.app) as twin:
        for _ in range(20):
            gate.enter.delay()
        for _ in range(1000):
            due = twin._next()
            if due is None:
                break
            twin.now = max(twin.now, due[0]) + timedelta(minutes=10)
            twin.invoke("gate")
        assert len(gate.began) == 20


def test_a_rate_can_be_set_and_lifted_while_tasks_wait(gate: Gate, gate_twin: Twin) -> None:
    control = gate.app.control
    assert control.rate_limit("gate.enter", "1/m", reply=True) == [{"gate": {"ok": "new rate limit set successfully"}}]
    for _ in range(4):
        gate.enter.delay()
    gate_twin.run(until=clock.now() + timedelta(seconds=100))
    assert (len(gate.began), round(gate.gaps_s[0])) == (2, 60)
    assert control.rate_limit("gate.enter", None, reply=True) == [{"gate": {"ok": "rate limit disabled successfully"}}]
    for _ in range(10):
        gate.enter.delay()
    gate_twin.run(until=clock.now() + timedelta(seconds=1))
    assert len(gate.began) == 12


def test_the_rate_of_all_tasks_is_a_setting_which_a_task_may_lift() -> None:
    for setting, options, rate in (
        ({"task_default_rate_limit": "10/m"}, {}, 1),
        ({"task_default_rate_limit": "10/m"}, {"rate_limit": 0}, 3),
        ({"task_default_rate_limit": "10/m", "worker_disable_rate_limits": True}, {}, 3),
    ):
        app, began = Celeriac("gate", **setting), list[int]()
        task = app.task(name="gate.enter", **options)(lambda began=began: began.append(1))
        with Twin(app) as twin:
            for _ in range(3):
                task.delay()
            twin.run(until=clock.now() + timedelta(seconds=1))
        assert len(began) == rate


@settings(max_examples=25, deadline=None)
@given(chance=st.randoms(use_true_random=False), batch_size=st.integers(1, 10))
def test_the_rate_holds_under_duplicates_in_any_number_and_order(chance: Random, batch_size: int) -> None:
    gate, dice = Gate("1/s"), Random(chance.random())
    with Twin(gate.app, batch_size=batch_size) as twin:
        send = twin.broker.send_batch

        def send_copies(queue: str, entries: Any) -> dict[str, str]:
            copies = [*entries, *(entry for entry in entries if dice.random() < 0.2)]
            return send(queue, dice.sample(copies, k=len(copies)))

        for _ in range(25):
            gate.enter.delay()
        twin.broker.send_batch = send_copies  # type: ignore[method-assign]  # SQS as it may be, not as it mostly is
        twin.run()
    assert len(gate.began) == 25
    assert gate.most_within(timedelta(seconds=10)) <= 10 + SLOT_LASTS_S + 1


def test_slots_are_apart_whoever_takes_them(gate_twin: Twin) -> None:
    interval = timedelta(seconds=1)
    with ThreadPoolExecutor(8) as pool:
        firsts = list(pool.map(lambda _: gate_twin.backend.reserve("rate#x", 3, interval), range(100)))
    assert sorted(firsts) == [min(firsts) + number * 3 * interval for number in range(100)]


def test_the_slot_travels_in_the_message(gate: Gate, gate_twin: Twin) -> None:
    for _ in range(3):
        gate.enter.delay()
    gate_twin.invoke("gate")
    waiting = [gate_twin.broker.open(letter.body, "") for letter in gate_twin.broker.messages["gate"]]
    assert [message.slot and round((message.slot - clock.now()).total_seconds()) for message in waiting] == [6, 12]


def test_what_gets_no_slot_is_delivered_again_and_holds_nothing_else_up(gate: Gate) -> None:
    troubled = [True]

    def fault(what: str) -> None:
        if what.startswith("reserve") and troubled.pop():
            raise OperationalError("throttled")

    troubled[:0] = [False] * 10
    with Twin(gate.app, fault=fault) as twin:
        result, other = gate.enter.delay(), gate.app.task(name="gate.other")(lambda: 5).delay()
        twin.invoke("gate")
        assert (len(gate.began), other.get(timeout=0)) == (0, 5)
        twin.run()
        assert result.successful()


def test_what_cannot_be_sent_back_is_delivered_again(gate: Gate) -> None:
    troubled = [False] * 10

    def fault(what: str) -> None:
        if what.startswith("send") and troubled.pop():
            raise OperationalError("throttled")

    with Twin(gate.app, fault=fault) as twin:
        results = [gate.enter.delay() for _ in range(2)]
        troubled.append(True)
        twin.invoke("gate")
        assert len(gate.began) == 1
        twin.run()
        assert all(result.successful() for result in results)


def test_a_rate_that_is_lifted_frees_those_that_wait_when_they_return(gate: Gate, gate_twin: Twin) -> None:
    for _ in range(3):
        gate.enter.delay()
    gate_twin.invoke("gate")
    gate.app.control.rate_limit("gate.enter", 0)
    gate_twin.run()
    assert len(gate.began) == 3
