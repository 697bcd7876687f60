"""Handles on results: what became of a task, from anywhere."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from celeriac import Celeriac, chain, states
from celeriac.exceptions import SecurityError, TaskRevokedError, TimeoutError
from celeriac.message import Message
from celeriac.result import AsyncResult
from celeriac.row import Row
from celeriac.services import Services
from celeriac.task import Task
from celeriac.testing import MemoryBackend, MemoryBroker, MemoryBucket, Twin
from tests.celeriac.office import Office

MESSAGE = Message(id="id-1", task="office.work")


@pytest.fixture
def looks() -> list[Callable[[], object]]:
    """What happens at each look at the table."""
    return []


@pytest.fixture
def backend(looks: list[Callable[[], object]]) -> MemoryBackend:
    def step(what: str) -> None:
        for look in looks if what == "read row id-1" else ():
            look()

    return MemoryBackend(MemoryBucket(), step=step)


@pytest.fixture
def result(backend: MemoryBackend) -> AsyncResult:
    """The handle on a task whose row is whatever the test puts there."""
    app = Celeriac("office")
    app.connect(Services(MemoryBroker(backend.payloads, ["office"]), backend))
    return app.AsyncResult("id-1")


def finished(value: Any) -> Row:
    return Row.of(MESSAGE, states.SUCCESS, result=json.dumps(value))


def failed(kind: str, *args: Any, module: str = "builtins", state: str = states.FAILURE) -> Row:
    record = {"exc_type": kind, "exc_module": module, "exc_message": [*args], "traceback": "Traceback …"}
    return Row.of(MESSAGE, state, error=json.dumps(record))


def test_what_nobody_knows_of_is_pending(result: AsyncResult) -> None:
    assert (result.state, result.status, result.result, result.info) == ("PENDING", "PENDING", None, None)
    assert (result.ready(), result.successful(), result.failed()) == (False, False, False)
    assert (result.children, result.traceback) == ([], None)


@pytest.mark.parametrize("value", [5, "text", None, [], {"a": [1]}, False])
def test_a_success_has_its_value(result: AsyncResult, backend: MemoryBackend, value: Any) -> None:
    backend.record(finished(value))
    assert (result.state, result.result, result.get(timeout=0)) == (states.SUCCESS, value, value)
    assert (result.ready(), result.successful(), result.failed()) == (True, True, False)


def test_a_failure_has_its_exception_and_raises_it(result: AsyncResult, backend: MemoryBackend) -> None:
    backend.record(failed("KeyError", "name"))
    assert (result.state, repr(result.result), result.traceback) == (
        states.FAILURE,
        "KeyError('name')",
        "Traceback …",
    )
    assert (result.ready(), result.successful(), result.failed()) == (True, False, True)
    with pytest.raises(KeyError, match="name"):
        result.get(timeout=0)
    with pytest.raises(KeyError, match="name"):
        result.maybe_throw()


def test_without_propagation_the_exception_is_the_result(result: AsyncResult, backend: MemoryBackend) -> None:
    backend.record(failed("KeyError", "name"))
    assert repr(result.get(timeout=0, propagate=False)) == "KeyError('name')"
    result.maybe_throw(propagate=False)


def test_a_retry_has_its_reason_and_does_not_raise_it(result: AsyncResult, backend: MemoryBackend) -> None:
    backend.record(failed("OSError", "busy", state=states.RETRY).replace(attempt=1))
    assert (result.state, repr(result.result), result.ready()) == (states.RETRY, "OSError('busy')", False)
    result.maybe_throw()


def test_a_revoked_task_raises_task_revoked(result: AsyncResult, backend: MemoryBackend) -> None:
    backend.record(Row.of(MESSAGE, states.REVOKED))
    assert result.ready()
    with pytest.raises(TaskRevokedError):
        result.get(timeout=0)


def test_a_row_that_names_no_exception_calls_nothing(result: AsyncResult, backend: MemoryBackend) -> None:
    backend.record(failed("system", "true", module="os"))
    with pytest.raises(SecurityError, match="is not an exception"):
        result.get(timeout=0)


def test_a_state_of_the_tasks_own_has_its_meta(result: AsyncResult, backend: MemoryBackend) -> None:
    backend.progress(Row.of(MESSAGE, "PROGRESS", meta='{"done":1}'))
    assert (result.state, result.result, result.info, result.ready()) == ("PROGRESS", {"done": 1}, {"done": 1}, False)


def test_an_unfinished_task_is_looked_at_each_time_and_a_finished_one_once(
    result: AsyncResult, backend: MemoryBackend
) -> None:
    assert result.state == states.PENDING
    backend.record(finished(5))
    assert result.state == states.SUCCESS
    backend.forget("id-1")
    assert (result.state, result.get(timeout=0)) == (states.SUCCESS, 5), "what is known is known"


def test_a_forgotten_result_is_gone(result: AsyncResult, backend: MemoryBackend) -> None:
    backend.record(finished(5))
    assert result.get(timeout=0) == 5
    result.forget()
    assert result.state == states.PENDING


# Waiting


@pytest.mark.parametrize("timeout", [0, 0.01, 0.02])
def test_waiting_ends_with_a_timeout_no_earlier_and_hardly_later(result: AsyncResult, timeout: float) -> None:
    def took() -> float:
        began = time.monotonic()
        with pytest.raises(TimeoutError, match=f"task id-1 was not ready after {timeout} s"):
            result.get(timeout=timeout)
        return time.monotonic() - began

    waits = [took() for _ in range(5)]
    assert timeout <= min(waits) < timeout + 0.5  # the quickest, for a busy machine may hold one of them up


def test_waiting_ends_when_the_task_does(
    result: AsyncResult, backend: MemoryBackend, looks: list[Callable[[], object]]
) -> None:
    looked = threading.Event()
    looks.append(looked.set)
    finisher = threading.Thread(target=lambda: looked.wait(60) and backend.record(finished(5)))
    finisher.start()
    assert result.get(timeout=60, interval=0.01) == 5
    finisher.join()


def test_the_last_look_comes_when_the_time_is_over(result: AsyncResult, looks: list[Callable[[], object]]) -> None:
    looked_at: list[float] = []
    looks.append(lambda: looked_at.append(time.monotonic()))
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        result.get(timeout=0.03, interval=10)
    assert looked_at[-1] - began >= 0.03


def test_inside_a_task_waiting_for_another_is_refused(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.boss", bind=True)
    def boss(_task: Task) -> None:
        office.work.delay(1).get(timeout=5)

    waiting = boss.delay()
    twin.run()
    assert isinstance(waiting.result, RuntimeError)
    assert "Never call result.get() within a task" in str(waiting.result)


def test_inside_a_task_one_may_insist(office: Office, twin: Twin) -> None:
    done = office.work.delay(1)
    twin.run()
    boss = office.app.task(name="office.boss")(lambda: done.get(timeout=0, disable_sync_subtasks=False))
    waiting = boss.delay()
    twin.run()
    assert waiting.get(timeout=0) == 1


def test_in_a_task_that_is_called_directly_waiting_is_as_anywhere(office: Office, twin: Twin) -> None:
    done = office.work.delay(1)
    twin.run()
    assert office.app.task(name="office.boss")(lambda: done.get(timeout=0))() == 1


# What belongs together


def test_the_children_are_the_tasks_that_it_sent(office: Office, twin: Twin) -> None:
    boss = office.app.task(name="office.boss")(lambda: [office.work.delay(1).id, office.work.delay(2).id])
    sent = boss.delay()
    twin.run()
    assert [child.id for child in sent.children] == sent.get(timeout=0)
    assert [child.get(timeout=0) for child in sent.children] == [1, 2]


@pytest.mark.parametrize(("extended", "told"), [(False, (None, None)), (True, ([[3, 1]], {"reverse": True}))])
def test_a_success_tells_what_it_was_called_with_where_results_are_extended(extended: bool, told: object) -> None:
    app = Celeriac("office", result_extended=extended)

    @app.task
    def ordered(numbers: list[int], *, reverse: bool) -> list[int]:
        numbers.sort(reverse=reverse)
        return numbers

    with Twin(app) as twin:
        result = ordered.delay([3, 1], reverse=True)
        ignored = ordered.apply_async(([3, 1],), {"reverse": True}, ignore_result=True)
        twin.run()
        assert (result.args, result.kwargs) == told
        assert result.state == "SUCCESS"
        assert ignored.args is None


def test_the_tuple_of_a_chain_names_the_parents(office: Office, twin: Twin) -> None:
    last = chain(office.work.s(1), office.work.s(), office.work.s()).delay()
    assert last.parent is not None
    assert last.parent.parent is not None
    first_tuple = last.parent.parent.as_tuple()
    assert first_tuple == ((last.parent.parent.id, None), None)
    assert last.as_tuple() == ((last.id, ((last.parent.id, first_tuple), None)), None)
    assert twin.broker.messages["office"]


def test_handles_on_one_task_are_equal(result: AsyncResult) -> None:
    other = AsyncResult("id-1", app=Celeriac("elsewhere"))
    assert result == other
    assert result == "id-1"
    assert hash(result) == hash(other)
    assert result != AsyncResult("id-2", app=result.app)
    assert result != 5
    assert {result, other} == {result}


def test_a_handle_reads_as_its_id(result: AsyncResult) -> None:
    assert (str(result), repr(result), result.task_id) == ("id-1", "<AsyncResult: id-1>", "id-1")


def test_a_handle_without_an_app_takes_the_current_one() -> None:
    app = Celeriac("office")
    assert AsyncResult("id-1").app is app
