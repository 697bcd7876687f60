"""What Celery's code asks of `app.backend`."""

from __future__ import annotations

from typing import Any

import pytest

from celeriac import Celeriac, states
from celeriac.exceptions import Ignore, Reject
from celeriac.task import Task
from celeriac.testing import Twin


@pytest.fixture
def app() -> Celeriac:
    return Celeriac("office")


def meta_of(app: Celeriac, task_id: str, *names: str) -> list[Any]:
    meta = app.backend.get_task_meta(task_id)
    return [meta[name] for name in names]


def test_a_success_is_told_with_its_children(app: Celeriac) -> None:
    @app.task(name="office.work")
    def work(depth: int) -> int:
        if depth:
            work.delay(depth - 1)
        return depth

    with Twin(app) as twin:
        result = work.delay(1)
        assert meta_of(app, result.id, "status", "result", "traceback") == ["PENDING", None, None]
        twin.run()
        assert meta_of(app, result.id, "status", "result", "name") == ["SUCCESS", 1, "office.work"]
        assert work.backend.get_children(result.id) == result.children
        assert result.backend.get_task_meta(result.id)["date_done"] is not None
        app.backend.forget(result.id)
        assert app.backend.get_state(result.id) == "PENDING"


def test_a_failure_is_told_with_its_traceback(app: Celeriac) -> None:
    @app.task(name="office.fail")
    def fail() -> None:
        raise ValueError("no")

    with Twin(app) as twin:
        result = fail.delay()
        twin.run()
        assert app.backend.get_state(result.id) == "FAILURE"
        assert repr(app.backend.get_result(result.id)) == "ValueError('no')"
        assert "ValueError: no" in str(app.backend.get_traceback(result.id))


def test_an_ignored_result_is_not_told_even_where_a_retry_has_left_a_row(app: Celeriac) -> None:
    @app.task(bind=True, name="office.again", ignore_result=True)
    def again(task: Task) -> str:
        if not task.request.retries:
            raise task.retry(countdown=0)
        return "secret"

    with Twin(app) as twin:
        result = again.delay()
        twin.run()
        assert meta_of(app, result.id, "status", "result") == ["PENDING", None]
        row = twin.backend.get(result.id)
        assert row is not None
        assert (row.state, row.result) == (states.SUCCESS, None)


def test_a_result_that_is_ignored_and_that_a_callback_waits_for_reaches_it(app: Celeriac) -> None:
    seen: list[Any] = []
    note = app.task(name="office.note")(seen.append)

    @app.task(bind=True, name="office.again", ignore_result=True)
    def again(task: Task) -> str:
        if not task.request.retries:
            raise task.retry(countdown=0)
        return "told"

    with Twin(app) as twin:
        again.apply_async(link=note.s())
        (again.si() | note.s()).delay()
        twin.run()
    assert seen == ["told", "told"]


@pytest.mark.parametrize(
    ("state", "value", "told"),
    [
        ("STARTED", {"hostname": "elsewhere"}, {"hostname": "elsewhere"}),
        ("PROGRESS", [1, 2], [1, 2]),
        ("SUCCESS", {"a": 1}, {"a": 1}),
        ("FAILURE", KeyError("x"), KeyError("x")),
        ("FAILURE", "why", "why"),
    ],
)
def test_a_state_can_be_stored_for_any_id(app: Celeriac, state: str, value: Any, told: Any) -> None:
    with Twin(app):
        assert app.backend.store_result("id-1", value, state) is value
        status, result = meta_of(app, "id-1", "status", "result")
        assert (status, str(result)) == (state, str(told))


def test_an_outcome_that_stands_is_not_stored_over(app: Celeriac) -> None:
    with Twin(app):
        app.backend.mark_as_started("id-1", hostname="elsewhere")
        assert app.backend.get_state("id-1") == "STARTED"
        app.backend.mark_as_done("id-1", "first")
        app.backend.mark_as_failure("id-1", ValueError("second"))
        assert meta_of(app, "id-1", "status", "result") == ["SUCCESS", "first"]


@pytest.mark.parametrize("leave", [Reject(requeue=True), Ignore()])
def test_a_task_may_store_its_own_outcome_and_leave(app: Celeriac, leave: Exception) -> None:
    runs: list[str] = []

    @app.task(bind=True, name="office.work")
    def work(task: Task) -> None:
        runs.append(str(task.request.id))
        task.backend.store_result(str(task.request.id), "by hand", states.SUCCESS)
        raise leave

    with Twin(app) as twin:
        result = work.delay()
        twin.run()
        assert (len(runs), app.backend.get_result(result.id)) == (1, "by hand")
