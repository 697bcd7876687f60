"""Tasks of which there is one at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from celeriac import Celeriac, chain, clock, group
from celeriac.exceptions import AlreadyQueued, Ignore, ImproperlyConfigured, OperationalError
from celeriac.task import Task
from celeriac.testing import Crash, Twin
from tests.celeriac.office import Office, queued


@pytest.fixture
def declare(office: Office) -> Callable[..., Any]:
    """Declares a task of the office that is there once."""

    def declared(body: Callable[..., Any] | None = None, **options: Any) -> Any:
        def once(user: int, note: str = "", **more: Any) -> Any:
            office.ran.append((user, note, *more))
            return user

        return office.app.task(name="office.once", **{"unique_for": 3600, **options})(body or once)

    return declared


def test_the_same_call_is_sent_once_until_it_has_ended(office: Office, twin: Twin, declare: Any) -> None:
    once = declare()
    first = once.delay(1)
    with pytest.raises(AlreadyQueued, match=first.id) as caught:
        once.delay(1)
    assert caught.value.result == first
    assert caught.value.countdown in {3599, 3600}
    once.delay(2)
    twin.run()
    assert office.ran == [(1, ""), (2, "")]
    once.delay(1)
    assert len(queued(twin)) == 1


@pytest.mark.parametrize("unique_for", [timedelta(minutes=5), 300, 300.0])
def test_a_lock_that_nobody_lets_go_ends_with_its_time(twin: Twin, declare: Any, unique_for: Any) -> None:
    once = declare(unique_for=unique_for)
    once.delay(1)
    twin.now += timedelta(seconds=299)
    with pytest.raises(AlreadyQueued):
        once.delay(1)
    twin.now += timedelta(seconds=3)
    assert once.delay(1)


@pytest.mark.parametrize("unique_for", [-1, timedelta(days=400), "soon", [1], float("inf")])
def test_a_time_that_cannot_be_is_refused(twin: Twin, declare: Any, unique_for: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="unique_for"):
        declare(unique_for=unique_for).delay(1)
    assert not queued(twin)


def test_graceful_calls_give_the_handle_on_what_is_queued(twin: Twin, declare: Any) -> None:
    once = declare(unique_graceful=True)
    first = once.delay(1)
    assert once.delay(1) == first
    assert len(queued(twin)) == 1


@pytest.mark.parametrize(
    ("args", "kwargs", "is_same"),
    [
        ((1, "a"), {}, True),
        ((), {"note": "a", "user": 1}, True),
        ((1,), {"note": "b"}, False),
        ((1, "a"), {"x": 1}, False),
    ],
)
def test_arguments_are_compared_by_their_names(twin: Twin, declare: Any, args: Any, kwargs: Any, is_same: bool) -> None:
    once = declare(unique_graceful=True)
    first = once.delay(1, note="a")
    assert (once.apply_async(args, kwargs) == first) is is_same
    assert len(queued(twin)) == (1 if is_same else 2)


def test_only_some_arguments_may_matter(twin: Twin, declare: Any) -> None:
    once = declare(unique_on=["user"], unique_graceful=True)
    assert once.delay(1, "a") == once.delay(1, "b")
    assert once.delay(2, "a") != once.delay(1, "a")
    assert once.apply_async((1, "a"), unique_on=["note"]) != once.delay(1, "a")
    with pytest.raises(ImproperlyConfigured, match="unique_on names \\['nobody'\\]"):
        once.apply_async((1,), unique_on=["nobody"])
    assert twin


def test_an_argument_by_itself_is_not_the_name_of_another(twin: Twin, declare: Any) -> None:
    once = declare(unique_graceful=True)
    ids = {once.delay(*args).id for args in ((1, ""), ("1", ""), (True, ""), (None, ""), ({"b": 1, "a": 2}, ""))}
    assert len(ids) == 5
    assert once.delay({"a": 2, "b": 1}).id in ids
    assert twin


def test_a_call_may_be_there_once_though_its_task_says_nothing(office: Office, twin: Twin) -> None:
    office.work.apply_async((1,), unique_for=60)
    with pytest.raises(AlreadyQueued):
        office.work.apply_async((1,), unique_for=60)
    with pytest.raises(AlreadyQueued):
        office.app.send_task("office.work", (1,), unique_for=60)
    office.work.delay(1)
    assert len(queued(twin)) == 2


def test_a_task_whose_code_is_elsewhere_may_be_there_once(twin: Twin) -> None:
    client = Celeriac("client")
    client.connect(twin.services)
    client.send_task("office.far", (1,), {"x": 2}, unique_for=60, unique_on=["x"])
    with pytest.raises(AlreadyQueued):
        client.send_task("office.far", (5,), {"x": 2}, unique_for=60, unique_on=["x"])


@pytest.mark.parametrize("error", [ValueError("no"), Ignore()])
def test_any_end_lets_the_lock_go(twin: Twin, declare: Any, error: Exception) -> None:
    def body(user: int) -> None:
        raise error

    once = declare(body)
    once.delay(1)
    twin.run()
    assert once.delay(1)


def test_a_revoked_task_lets_go(twin: Twin, declare: Any) -> None:
    once = declare()
    once.delay(1).revoke()
    twin.run()
    assert once.delay(1)


def test_a_retry_is_no_end(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.once", bind=True, unique_for=3600, max_retries=1)
    def once(task: Task, user: int) -> int:
        if task.request.retries == 0:
            raise task.retry(countdown=60)
        return user

    result = once.delay(1)
    twin.run(until=clock.now() + timedelta(seconds=30))
    with pytest.raises(AlreadyQueued):
        once.delay(1)
    twin.run()
    assert result.get(timeout=0) == 1
    assert once.delay(1)


def test_a_lock_may_stand_only_until_the_task_begins(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.once", bind=True, unique_for=3600, unique_until="start")
    def once(task: Task, user: int) -> None:
        office.ran.append(user)
        if len(office.ran) < 3:
            once.delay(user)

    once.delay(1)
    with pytest.raises(AlreadyQueued):
        once.delay(1)
    twin.run()
    assert office.ran == [1, 1, 1]
    with pytest.raises(ImproperlyConfigured, match="unique_until"):
        once.apply_async((1,), unique_until="noon")


def test_a_task_that_outlived_its_lock_leaves_that_of_another_alone(office: Office, twin: Twin, declare: Any) -> None:
    once = declare()
    once.delay(1)
    twin.now += timedelta(hours=2)
    second = once.delay(1)
    twin.broker.messages["office"].reverse()
    [second_letter, first_letter] = twin.broker.messages["office"]
    second_letter.visible_at += timedelta(hours=1)
    assert second.id in second_letter.body
    assert first_letter
    twin.invoke("office")
    with pytest.raises(AlreadyQueued) as caught:
        once.delay(1)
    assert caught.value.result == second
    assert office.ran == [(1, "")]


def test_a_send_that_fails_lets_go(office: Office, declare: Any) -> None:
    once, troubled = declare(), [True]

    def fault(what: str) -> None:
        if what.startswith("send") and troubled:
            raise OperationalError("no route")

    with Twin(office.app, fault=fault) as twin:
        with pytest.raises(OperationalError):
            once.delay(1)
        troubled.clear()
        once.delay(1)
        twin.run()
        assert office.ran == [(1, "")]


def test_a_crash_between_the_lock_and_the_send_is_made_good_by_the_redelivery(office: Office, declare: Any) -> None:
    """The task that sends it runs again, under the same ids: it meets its own lock, and goes on."""
    once, deaths = declare(), [True]
    hire = office.app.task(name="office.hire")(lambda: once.delay(1).id)

    def fault(what: str) -> None:
        if what.startswith("claim") and deaths:
            dies.append(True)
        elif what.startswith("send") and dies and deaths:
            deaths.clear()
            raise Crash(what)

    dies: list[bool] = []
    with Twin(office.app, fault=fault) as twin:
        hire.delay()
        twin.run()
    assert not deaths
    assert office.ran == [(1, "")]


def test_members_of_a_canvas_take_no_lock_and_heed_none(office: Office, twin: Twin, declare: Any) -> None:
    once = declare()
    once.delay(1)
    result = group(once.s(1), once.s(1)).delay()
    last = chain(once.si(1), once.si(1)).delay()
    with pytest.raises(AlreadyQueued):
        once.s(1).delay()
    twin.run()
    assert (result.get(timeout=0), last.get(timeout=0), len(office.ran)) == ([1, 1], 1, 5)


def test_of_many_that_send_at_once_one_does(twin: Twin, declare: Any) -> None:
    once = declare(unique_graceful=True)
    with ThreadPoolExecutor(8) as pool:
        assert len({result.id for result in pool.map(lambda _: once.delay(1), range(50))}) == 1
    assert len(queued(twin)) == 1


def test_an_id_that_is_used_twice_runs_once(office: Office, twin: Twin) -> None:
    for value in (1, 2):
        office.work.apply_async((value,), task_id="chosen")
    twin.run()
    office.work.apply_async((3,), task_id="chosen")
    twin.run()
    assert office.ran == [1]
    assert office.app.AsyncResult("chosen").get(timeout=0) == 1


def test_an_id_whose_result_is_ignored_is_remembered_by_nobody(office: Office, twin: Twin) -> None:
    """A success without a result leaves no row: `unique_for` is what such a task wants."""
    for value in (1, 2):
        office.work.apply_async((value,), task_id="chosen", ignore_result=True)
        twin.run()
    assert office.ran == [1, 2]
    for _ in range(2):
        office.note.apply_async((3,), ignore_result=True, unique_for=60, unique_graceful=True)
    twin.run()
    assert office.ran == [1, 2, 3]
