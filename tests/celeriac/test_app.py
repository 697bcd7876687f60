"""The app: a name, its tasks, and sending to any task by name."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from datetime import timedelta
from types import FunctionType, SimpleNamespace
from typing import Any

import pytest

import celeriac
from celeriac import Celeriac, config
from celeriac.absent import NOT_HERE
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


@pytest.mark.parametrize(
    ("module", "name"), [("office.tasks", "office.tasks.work"), ("__main__", "office.work"), ("office", "office.work")]
)
def test_a_code_base_that_comes_from_celery_keeps_its_tasks_names(module: str, name: str) -> None:
    app = celeriac.Celery("office")
    assert (isinstance(app, Celeriac), app.task(function_of(module)).name, app.queue_of(name)) == (True, name, "office")


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


def test_an_app_without_a_name_is_celerys_default_queue() -> None:
    app = Celeriac()
    assert (app.main, app.task(function_of("shop.tasks")).name) == ("celery", "shop.tasks.work")


def test_what_celerys_constructor_takes_is_a_setting() -> None:
    with pytest.warns(UserWarning, match="result_backend has no effect here"):
        app = Celeriac("shop", backend="redis://", include=["json"], changes={"task_time_limit": 3}, own=4)
    assert (app.conf.include, app.conf.task_time_limit, app.conf.own) == (["json"], 3, 4)
    app = Celeriac("shop", config_source=SimpleNamespace(SHOP_TASK_TIME_LIMIT=5), namespace="SHOP")
    assert app.conf.task_time_limit == 5


class Own(Task):
    """A base class of somebody's own, which knows an option of its own."""

    once: Any = None


@pytest.mark.parametrize("task_cls", [Own, f"{__name__}:Own", f"{__name__}.Own"])
def test_an_app_may_have_a_task_class_of_its_own(task_cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(Own=Own))
    app = Celeriac("shop", task_cls=task_cls)
    task = app.task(name="shop.work", once={"keys": ["x"]}, unheard_of=1)(lambda x: x)
    assert isinstance(task, Own)
    assert (app.Task, task.once, getattr(task, "unheard_of")) == (Own, {"keys": ["x"]}, 1)  # noqa: B009 - mypy knows none
    app.Task = Task
    assert not isinstance(app.task(name="shop.other")(lambda: None), Own)


def test_the_decorator_takes_what_celerys_takes() -> None:
    app, kept = Celeriac("shop"), list[Any]()

    def keep(task: Task) -> Task:
        kept.append(task)
        return task

    work = app.task(lazy=False, shared=False, filter=keep, name="shop.work")(lambda: None)
    assert kept == [work]
    make: Any = app.task
    assert make(function_of("shop.tasks", "direct"), max_retries=7).max_retries == 7


def test_a_class_based_task_is_registered_by_instance_or_class() -> None:
    class Charge(Task):
        def run(self, amount: int) -> int:
            return amount

    app = Celeriac("shop")
    charge = app.register_task(Charge, max_retries=9)
    assert (charge.name, charge.max_retries, charge(5)) == (f"{__name__}.Charge", 9, 5)
    assert app.register_task(Charge()) is charge


def test_an_option_that_cannot_be_chosen_says_why() -> None:
    app = Celeriac("shop")
    with pytest.warns(UserWarning, match=r"shop\.work: acks_late=False has no effect here: a message is deleted"):
        app.task(name="shop.work", acks_late=False)(lambda: None)
    with pytest.raises(ImproperlyConfigured, match=r"shop\.other: serializer must be 'json', not 'pickle'"):
        app.task(name="shop.other", serializer="pickle")(lambda: None)


def test_an_app_that_is_not_strict_leaves_arguments_to_the_worker() -> None:
    task = Celeriac("shop", strict_typing=False).task(name="shop.work")(lambda: None)
    task.check_arguments(1, 2, 3)


def test_an_app_is_finalized_once_when_its_tasks_are_first_needed() -> None:
    app, told = Celeriac("shop"), list[Any]()
    app.on_after_finalize.connect(lambda sender, **_: told.append(sender), weak=False)
    assert not app.finalized
    assert app.tasks is app.tasks
    assert (app.finalized, told) == (True, [app])
    strict = Celeriac("strict", autofinalize=False)
    with pytest.raises(RuntimeError, match=r"call app\.finalize\(\) before"):
        strict.tasks
    strict.finalize()
    assert "celery.map" in strict.tasks


def test_an_app_tells_when_it_is_configured() -> None:
    app, told = Celeriac("shop", task_time_limit=3), list[Any]()
    app.on_configure.connect(lambda **_: told.append("configure"), weak=False)
    app.on_after_configure.connect(lambda source, **_: told.append(source["task_time_limit"]), weak=False)
    assert told == []
    assert (app.conf.task_time_limit, app.conf.task_time_limit, told) == (3, 3, ["configure", 3])


def test_a_periodic_task_is_an_entry_of_beat_schedule() -> None:
    app = Celeriac("shop")

    assert app.add_periodic_task(10, app.signature("shop.work", args=(1,)), name="every 10", expires=5) == "every 10"

    entry = {"schedule": 10, "task": "shop.work", "args": (1,), "kwargs": {}, "options": {"expires": 5}}
    assert app.conf.beat_schedule == {"every 10": entry}


@pytest.mark.parametrize("name", sorted(NOT_HERE))
def test_what_belongs_to_a_process_that_stays_says_why_it_is_not_here(name: str) -> None:
    app = Celeriac("shop")
    with pytest.raises(AttributeError, match=f"app.{name} is not here: .{{20}}"):
        getattr(app, name)
    assert not hasattr(app, name)


def test_the_time_is_that_of_the_configured_zone() -> None:
    assert Celeriac("shop").now().utcoffset() == timedelta(0)
    assert str(Celeriac("shop", timezone="Asia/Tokyo").timezone) == "Asia/Tokyo"
    assert Celeriac("shop", timezone="Asia/Tokyo").now().utcoffset() == timedelta(hours=9)
    with pytest.raises(ImproperlyConfigured, match="not 'Mars/Olympus'"):
        Celeriac("shop", timezone="Mars/Olympus").now()


def test_an_app_can_be_closed_and_is_a_context() -> None:
    with Celeriac("shop") as app, Twin(app) as twin:
        assert app.services is twin.services
    assert app._services is None


def test_apps_and_tasks_are_pickled_by_their_names() -> None:
    app = Celeriac("pickled", own=1)
    task = app.task(name="pickled.work")(lambda: None)
    assert pickle.loads(pickle.dumps(task)) is task
    assert pickle.loads(pickle.dumps(app)) is app
    function, arguments = app.__reduce__()
    app.main = "renamed"
    rebuilt = function(*arguments)
    assert (rebuilt is app, rebuilt.main, rebuilt.conf.own) == (False, "pickled", 1)
