"""The task that runs now, and what it may know of its own call."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from celeriac import Celeriac, context
from celeriac.context import Context
from celeriac.message import Message
from celeriac.task import Task
from celeriac.testing import Twin

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MESSAGE = Message(
    id="id-1",
    task="office.work",
    args=[1],
    kwargs={"x": 2},
    queue="office",
    retries=3,
    eta=NOON,
    expires=NOON + timedelta(hours=1),
    root_id="root-1",
    parent_id="parent-1",
    headers={"tenant": "acme"},
    time_limit=20,
    soft_time_limit=10,
    ignore_result=True,
)


@pytest.fixture
def app() -> Celeriac:
    return Celeriac("office")


def test_a_request_has_celerys_fields() -> None:
    request = Context.of(MESSAGE, redelivered=True)
    assert (request.id, request.correlation_id, request.task) == ("id-1", "id-1", "office.work")
    assert (request.args, request.kwargs, request.retries) == ([1], {"x": 2}, 3)
    assert (request.eta, request.expires) == (NOON, NOON + timedelta(hours=1))
    assert (request.root_id, request.parent_id) == ("root-1", "parent-1")
    assert (request.headers, request.timelimit) == ({"tenant": "acme"}, (20, 10))
    assert request.delivery_info == {"routing_key": "office", "redelivered": True}
    assert (request.called_directly, request.is_eager, request.ignore_result) == (False, False, True)


def test_the_first_task_of_a_story_is_its_own_root() -> None:
    assert Context.of(Message(id="id-1", task="office.work")).root_id == "id-1"


def test_outside_of_a_call_a_request_is_empty(app: Celeriac) -> None:
    task = app.task(lambda: None)
    assert (task.request.id, task.request.called_directly, task.request.retries) == (None, True, 0)
    assert context.current_worker_task() is None


def test_a_task_that_is_called_directly_sees_its_arguments_and_no_id(app: Celeriac) -> None:
    @app.task(bind=True)
    def work(task: Task, *_args: int, **_kwargs: int) -> tuple[Any, ...]:
        return task.request.id, task.request.args, task.request.kwargs, task.request.called_directly

    assert work(1, y=2) == (None, [1], {"y": 2}, True)
    assert work.request.args == [], "and nothing is left of it afterwards"


def test_a_task_in_a_worker_sees_its_message(app: Celeriac) -> None:
    seen: list[Context] = []

    @app.task(bind=True)
    def work(task: Task, _x: int) -> None:
        seen.append(task.request)

    with Twin(app) as twin:
        sent = work.apply_async([1], headers={"tenant": "acme"}, expires=60)
        twin.run()
    [request] = seen
    assert (request.id, request.args, request.headers) == (sent.id, [1], {"tenant": "acme"})
    assert (request.root_id, request.parent_id, request.called_directly) == (sent.id, None, False)
    assert request.delivery_info == {"routing_key": "office", "redelivered": False}


def test_a_task_that_fails_leaves_no_request_behind(app: Celeriac) -> None:
    @app.task
    def fail() -> None:
        raise ValueError("no")

    with Twin(app) as twin:
        fail.delay()
        twin.run()
    with pytest.raises(ValueError, match="no"):
        fail()
    assert context.current_worker_task() is None
    assert context.request_of(fail) is None


def test_a_task_that_calls_itself_directly_has_its_own_request_back_afterwards(app: Celeriac) -> None:
    @app.task(bind=True)
    def work(task: Task, depth: int) -> list[str | None]:
        before = task.request.id
        inner = task(depth - 1) if depth else []
        return [before, *inner, task.request.id]

    with Twin(app) as twin:
        result = work.delay(1)
        twin.run()
        assert result.get(timeout=0) == [result.id, None, None, result.id]


def test_what_a_directly_called_task_sends_is_sent_by_the_task_around_it(app: Celeriac) -> None:
    @app.task
    def note(text: str) -> None: ...

    @app.task
    def inner() -> str:
        return str(note.delay("inner").id)

    @app.task(name="office.outer")
    def outer() -> list[str]:
        return [inner(), note.delay("outer").id]

    with Twin(app) as twin:
        result = outer.delay()
        twin.run()
        assert [child.id for child in result.children] == result.get(timeout=0)
        rows = [twin.backend.get(child.id) for child in result.children]
        assert {(row.root_id, row.parent_id) for row in rows if row} == {(result.id, result.id)}


def test_each_thread_has_requests_of_its_own(app: Celeriac) -> None:
    barrier, seen = threading.Barrier(2, timeout=5), dict[int, str | None]()

    @app.task(bind=True)
    def work(task: Task, number: int) -> None:
        barrier.wait()
        seen[number] = task.request.id
        barrier.wait()

    with Twin(app, concurrency=2) as twin:
        sent = [work.delay(number) for number in range(2)]
        twin.run()
    assert [seen[0], seen[1]] == [result.id for result in sent]
