"""Orders for all workers: revoked stamps, and time limits that are set at run time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from celeriac import chain, clock, states
from celeriac.exceptions import ImproperlyConfigured
from celeriac.message import Message
from celeriac.noticeboard import NoticeBoard
from celeriac.orders import Orders
from celeriac.services import Services
from celeriac.task import Task
from celeriac.testing import Twin
from tests.celeriac.office import Office

_WHOSE: list[tuple[str, Any]] = [("1", "b"), ("2", "c"), ("3", ["b", "c"])]


def stamped(office: Office, task_id: str, **stamps: Any) -> Any:
    return office.work.apply_async((task_id,), task_id=task_id, stamped_headers=[*stamps], **stamps)


@pytest.mark.parametrize(
    "headers", [{"customer": "b"}, {"customer": ["a", "b"]}, {"day": 7, "customer": ["b"]}, ["customer=b"]]
)
def test_tasks_are_revoked_by_any_value_of_any_stamp(office: Office, twin: Twin, headers: Any) -> None:
    office.app.control.revoke_by_stamped_headers(headers)
    results = [
        stamped(office, task_id, customer=value) for task_id, value in (("1", "b"), ("2", "c"), ("3", ["b", "c"]))
    ]
    results.append(office.work.delay("plain"))
    twin.run()
    assert [result.state for result in results] == ["REVOKED", "SUCCESS", "REVOKED", "SUCCESS"]


def test_a_stamp_is_compared_by_value_and_type(office: Office, twin: Twin) -> None:
    office.app.control.revoke_by_stamped_headers({"number": [4242, None], "name": "x"})
    results = [stamped(office, str(index), number=value) for index, value in enumerate([4242, "4242", 4242.5])]
    twin.run()
    assert [result.state for result in results] == ["REVOKED", "SUCCESS", "SUCCESS"]


def test_the_chain_of_a_task_whose_stamp_is_revoked_is_abandoned(office: Office, twin: Twin) -> None:
    canvas = chain(office.work.s(1), office.note.s())
    canvas.stamp(customer="a")
    last = canvas.delay()
    last.revoke_by_stamped_headers({"customer": "a"}, wait=False)
    twin.run()
    assert (office.ran, last.parent.state, last.state) == ([], states.REVOKED, states.FAILURE)


def test_workers_hear_of_an_order_within_a_second(office: Office, twin: Twin) -> None:
    """Another process gives the order, so this one has to look."""
    stamped(office, "before", customer="a")
    twin.run()
    elsewhere = Services(twin.broker, twin.backend, board=NoticeBoard())
    office.app.connect(elsewhere)
    office.app.control.revoke_by_stamped_headers({"customer": "a"})
    office.app.connect(twin.services)
    result = stamped(office, "after", customer="a")
    twin.now += timedelta(seconds=1.1)
    twin.run()
    assert (office.ran, result.state) == (["before"], states.REVOKED)


def test_what_was_revoked_by_its_stamp_long_ago_runs_again(office: Office, twin: Twin) -> None:
    office.app.control.revoke_by_stamped_headers({"customer": "a"})
    twin.now += timedelta(days=15)
    result = stamped(office, "later", customer="a")
    twin.run()
    assert result.get(timeout=0) == "later"


def test_a_running_task_is_terminated_by_its_stamp(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.long", bind=True)
    def long(task: Task) -> None:
        office.app.control.revoke_by_stamped_headers({"customer": "b"})
        task.update_state(state="PROGRESS")
        office.ran.append("went on")
        office.app.control.revoke_by_stamped_headers({"customer": "a"}, terminate=True)
        task.update_state(state="PROGRESS")
        office.ran.append("never")

    result = long.apply_async(stamped_headers=["customer"], customer="a")
    twin.run()
    assert (office.ran, result.state) == (["went on"], states.REVOKED)


def test_time_limits_that_are_set_at_run_time_win(office: Office, twin: Twin) -> None:
    seen: list[Any] = []

    @office.app.task(name="office.limited", bind=True, time_limit=60)
    def limited(task: Task) -> None:
        seen.append(task.request.timelimit)

    office.app.control.time_limit("office.limited", soft=1, hard=2)
    limited.apply_async(time_limit=30)
    office.work.delay(1)
    twin.run()
    office.app.control.forget_limits("office.work")
    limited.delay()
    twin.run()
    office.app.control.forget_limits("office.limited")
    limited.delay()
    twin.run()
    assert seen == [(2, 1), (2, 1), (60, None)]
    assert office.ran == [1]


def test_a_soft_limit_above_the_hard_one_is_refused(office: Office, twin: Twin) -> None:
    assert twin
    with pytest.raises(ImproperlyConfigured, match="soft_time_limit"):
        office.app.control.time_limit("office.work", soft=3, hard=2)


def test_orders_that_would_make_each_look_dear_are_refused() -> None:
    orders = Orders().revoking({"customer": [f"customer-{number}" for number in range(5000)]}, until=2**40)
    with pytest.raises(ImproperlyConfigured, match="fewer stamps"):
        orders.dumps()


def test_orders_past_their_time_are_dropped_with_the_next_one() -> None:
    now = int(clock.now().timestamp())
    orders = Orders().revoking({"a": 1}, until=now - 1).revoking({"b": [2, "x"]}, until=now + 60)
    assert Orders.loads(orders.dumps()) == orders
    assert orders.stamps == {"b": {"2": now + 60, '"x"': now + 60}}
    assert orders.without("b") == orders.without() == Orders()


@pytest.mark.parametrize("stamps", [{}, {"a": None}, {"a": []}, {"a": [[1]]}, {"a": {"deep": 1}}, {"b": 1}])
def test_stamps_of_any_kind_can_be_compared(stamps: dict[str, Any]) -> None:
    orders = Orders().revoking({"a": [1, "1", None]}, until=2**40)
    assert not orders.revoke(Message(id="1", task="a.b", stamps=stamps))


def test_stamps_can_be_allowed_again(office: Office, twin: Twin) -> None:
    office.app.control.revoke_by_stamped_headers({"customer": "a"})
    office.app.control.forget_stamps()
    result = stamped(office, "later", customer="a")
    twin.run()
    assert result.get(timeout=0) == "later"
