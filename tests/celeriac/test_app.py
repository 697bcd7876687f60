"""The app: a name, its tasks, and sending to any task by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import FunctionType
from typing import Any

import pytest

import celeriac
from celeriac import Celeriac, Celery, config
from celeriac.app import current_app
from celeriac.backend import DynamoDBBackend
from celeriac.exceptions import ImproperlyConfigured, QueueNotFound
from celeriac.result import AsyncResult
from celeriac.task import Task
from celeriac.testing import Twin


def function_of(module: str, name: str = "work") -> Callable[..., Any]:
    """A function as if it were written in that module."""
    fun = FunctionType((lambda: 5).__code__, {"__name__": module}, name)
    fun.__module__, fun.__qualname__ = module, name
    return fun


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("thumbnail.tasks", "thumbnail.work"),
        ("__main__", "thumbnail.work"),
        ("thumbnail.more", "thumbnail.more.work"),
        ("thumbnail", "thumbnail.work"),
        ("notify.tasks", "notify.tasks.work"),
        ("shop.orders.tasks", "shop.orders.tasks.work"),
    ],
)
def test_a_task_is_named_after_its_worker_or_its_module(module: str, name: str) -> None:
    app = Celeriac("thumbnail")
    assert app.task(function_of(module)).name == name
    assert app.tasks[name].name == name


def test_a_name_of_ones_own_is_taken_as_it_is() -> None:
    app = Celeriac("thumbnail")
    assert app.task(name="pictures.shrink")(function_of("thumbnail.tasks")).name == "pictures.shrink"


def test_a_task_of_this_app_goes_to_its_queue_whatever_its_name() -> None:
    app = Celeriac("thumbnail")
    app.task(name="pictures.shrink")(lambda: None)
    app.task(name="slow", queue="batch")(lambda: None)
    assert app.queue_of("pictures.shrink") == "thumbnail"
    assert app.queue_of("notify.send_email") == "notify"
    assert app.queue_of("plain") == "plain"


def test_a_decorator_works_with_and_without_options() -> None:
    app = Celeriac("thumbnail")

    @app.task
    def plain() -> None: ...

    @app.task()
    def called() -> None: ...

    @app.task(name="thumbnail.named", max_retries=9)
    def named() -> None: ...

    assert all(isinstance(task, Task) for task in (plain, called, named))
    assert (plain.max_retries, named.max_retries) == (3, 9)
    assert {plain.name, called.name, named.name} <= {*app.tasks}


def test_two_tasks_of_one_name_are_refused() -> None:
    app = Celeriac("thumbnail")
    app.task(function_of("thumbnail.tasks"))
    with pytest.raises(ImproperlyConfigured, match=r"two tasks are named 'thumbnail\.work': give one of them another"):
        app.task(name="thumbnail.work")(function_of("thumbnail.more"))
    with pytest.raises(ImproperlyConfigured, match="two tasks are named"):
        app.task(name="thumbnail.work")(function_of("thumbnail.tasks", "other"))


def test_the_same_function_registered_again_is_the_same_task() -> None:
    app = Celeriac("thumbnail")
    assert app.task(function_of("thumbnail.tasks")) is app.task(function_of("thumbnail.tasks"))


def test_the_defaults_of_an_app_are_those_of_its_tasks() -> None:
    app = Celeriac("thumbnail", task_track_started=True, task_ignore_result=True, task_time_limit=9)
    plain, own = app.task(name="a")(lambda: None), app.task(name="b", track_started=False, time_limit=3)(lambda: None)
    assert (plain.track_started, plain.ignore_result, plain.time_limit) == (True, True, 9)
    assert (own.track_started, own.ignore_result, own.time_limit) == (False, True, 3)


@pytest.mark.parametrize("expires", [timedelta(hours=2), 7200])
def test_how_long_results_are_kept_is_a_length_of_time_or_seconds(expires: Any) -> None:
    assert Celeriac("thumbnail", result_expires=expires).conf.result_expires == timedelta(hours=2)


def test_a_task_is_sent_by_its_name_alone() -> None:
    client, worker = Celeriac("web"), Celeriac("office")
    worker.task(name="office.add")(lambda x, y: x + y)
    with Twin(worker, client) as twin:
        result = client.send_task("office.add", [1], {"y": 2}, task_id="id-1")
        assert isinstance(result, AsyncResult)
        twin.run()
        assert (result.id, result.get(timeout=0)) == ("id-1", 3)
        assert client.AsyncResult("id-1").get(timeout=0) == 3


def test_celerys_name_is_ours() -> None:
    assert Celery is Celeriac
    assert celeriac.Celery("office").main == "office"


def test_the_current_app_is_the_one_that_was_made_last() -> None:
    first = Celeriac("first")
    assert current_app() is first
    second = Celeriac("second")
    assert current_app() is second


def test_an_app_reads_as_its_name() -> None:
    assert repr(Celeriac("office")) == "<Celeriac office>"


def test_an_app_takes_its_services_from_the_environment_when_it_first_needs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config.of_this_process.cache_clear()
    monkeypatch.delenv("CELERIAC_DEPLOYMENT", raising=False)
    app = Celeriac("office", result_expires=60)
    app.task(name="office.work")(lambda: None)
    with pytest.raises(ImproperlyConfigured, match="CELERIAC_TABLE, CELERIAC_PAYLOADS, CELERIAC_QUEUES"):
        app.send_task("office.work")
    for name, value in {
        "TABLE": "results",
        "PAYLOADS": "payloads",
        "QUEUES": '{"office":"https://sqs/office"}',
    }.items():
        monkeypatch.setenv(f"CELERIAC_{name}", value)
    try:
        assert app.services is app.services
        assert isinstance(app.services.backend, DynamoDBBackend)
        assert app.services.backend.result_expires == timedelta(minutes=1)
        with pytest.raises(QueueNotFound, match="no queue 'notify'"):
            app.send_task("notify.send_email")
    finally:
        config.of_this_process.cache_clear()


def test_an_app_may_be_given_other_services_and_go_back() -> None:
    app = Celeriac("office")
    with Twin(app) as outer:
        with Twin(app) as inner:
            assert app.services is inner.services
        app.connect(outer.services)
        assert app.services is outer.services
