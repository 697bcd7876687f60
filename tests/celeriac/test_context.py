"""The task that runs now, and what it may know of its own call."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from celeriac import Celeriac, context
from celeriac.context import Context
from celeriac.message import Message
from celeriac.publish import message_of
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
    assert request.delivery_info == {"exchange": "", "routing_key": "office", "priority": None, "redelivered": True}
    assert (request.called_directly, request.is_eager, request.ignore_result) == (False, False, True)


def test_a_request_has_the_fields_of_celerys_workflows() -> None:
    callback, errback, first, last = ({"task": name} for name in ("a.note", "a.mourn", "a.first", "a.last"))
    message = MESSAGE.replace(link=[callback], link_error=[errback], chain=[first, last], stamps={"monitor": 1})
    request = Context.of(message.replace(group="group-1", group_index=2, replaced_task_nesting=1, reply_to="replies"))
    assert (request.callbacks, request.errbacks, request.chain) == ([callback], [errback], [last, first])
    assert (request.stamps, request.stamped_headers) == ({"monitor": 1}, ["monitor"])
    assert (request.group, request.group_index, request.chord) == ("group-1", 2, None)
    assert (request.replaced_task_nesting, request.reply_to, request.children) == (1, "replies", [])
    assert (Context.of(MESSAGE).chain, Context.of(MESSAGE).callbacks) == (None, None)


def test_properties_are_those_of_the_call_and_those_of_celery() -> None:
    request = Context.of(MESSAGE.replace(properties={"app_id": "1234"}))
    assert request.properties == {"correlation_id": "id-1", "reply_to": "", "app_id": "1234"}


def test_a_header_of_the_callers_own_is_an_attribute_too() -> None:
    request = Context.of(MESSAGE)
    assert (request.tenant, request.get("tenant"), request.get("nobody", 5)) == ("acme", "acme", 5)
    with pytest.raises(AttributeError, match="a request has no 'nobody'"):
        request.nobody


def test_fields_can_be_set_and_asked_for_by_name() -> None:
    request = Context.of(MESSAGE)
    request.update({"retries": 6}, shadow="night work")
    request.retries += 1
    request.note = "mine"  # type: ignore[attr-defined]  # the task's own
    assert (request.retries, request.get("shadow"), request.get("note")) == (7, "night work", "mine")
    assert request.delivered.retries == 3, "what travels is the message"
    assert Context({"id": "id-2"}, args=[1]).args == [1]


def test_arguments_are_shown_as_the_caller_wants_or_in_part() -> None:
    request = Context.of(MESSAGE.replace(argsrepr="<card number>"))
    assert (request.argsrepr, request.kwargsrepr) == ("<card number>", "{'x': 2}")
    assert "<card number>" in repr(request)
    assert "[1]" not in repr(request)
    assert len(Context.of(MESSAGE.replace(args=["x" * 5000])).argsrepr) == 1024


def test_the_options_of_a_request_make_the_same_message_again(app: Celeriac) -> None:
    note = dict(app.signature("office.note"))
    message = MESSAGE.replace(
        eta=None, link=[note], link_error=[note], chain=[note, note], stamps={"s": 1}, group="g", group_index=1,
        shadow="x", reply_to="r", replaced_task_nesting=2, origin="web-1",
        chord={"join": "g", "index": 1, "size": 2},
    )  # fmt: skip
    options = Context.of(message).as_execution_options()
    assert message_of(app, message.task, message.args, message.kwargs, **options, queue="office") == message.replace(
        ignore_result=None
    )


def test_the_host_is_the_log_stream_in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[1]abc")
    assert Context.of(MESSAGE).hostname == "celeriac@2026/11/22/[1]abc"
    assert Context().hostname is None


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
    assert request.delivery_info == {"exchange": "", "routing_key": "office", "priority": None, "redelivered": False}


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
    barrier, seen = threading.Barrier(2, timeout=60), dict[int, str | None]()

    @app.task(bind=True)
    def work(task: Task, number: int) -> None:
        barrier.wait()
        seen[number] = task.request.id
        barrier.wait()

    with Twin(app, concurrency=2) as twin:
        sent = [work.delay(number) for number in range(2)]
        twin.run()
    assert [seen[0], seen[1]] == [result.id for result in sent]


def test_a_test_may_say_what_a_tasks_request_is() -> None:
    task = Celeriac("shop").task(bind=True)(lambda self: self.request.retries)
    task.push_request(id="a", retries=1)
    task.push_request(id="b", retries=2)
    assert (task.request.id, task.request.retries) == ("b", 2)
    popped = task.pop_request()
    assert popped is not None
    assert (popped.id, task.request.id) == ("b", "a")
    task.pop_request()
    assert task.pop_request() is None
    assert task.request.id is None
