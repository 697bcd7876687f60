"""The twin in real time, and the worker that a test starts."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from celeriac import Celeriac, chord, current, current_app
from celeriac.contrib.testing.app import TestApp, setup_default_app
from celeriac.contrib.testing.worker import (
    start_worker,
    test_worker_started,
    test_worker_starting,
    test_worker_stopped,
)
from celeriac.testing import LiveTwin
from local.wait import until


def test_a_started_worker_works_off_what_is_sent_until_the_block_ends() -> None:
    app = Celeriac("shop")
    add = app.task(name="shop.add")(lambda x, y: x + y)
    total = app.task(name="shop.total")(lambda numbers: sum(numbers))
    with start_worker(app) as worker:
        assert add.delay(1, 2).get(timeout=60) == 3
        assert chord([add.s(1, 1), add.s(2, 2)], total.s())().get(timeout=60) == 6
        worker.reload()
    assert (app._services, worker._worker.is_alive()) == (None, False)


def test_a_worker_within_another_gives_the_app_back() -> None:
    app = Celeriac("shop")
    add = app.task(name="shop.add")(lambda x, y: x + y)
    with start_worker(app):
        with start_worker(app):
            assert add.delay(1, 2).get(timeout=60) == 3
        assert add.delay(2, 2).get(timeout=60) == 4


def test_retries_and_etas_take_their_time() -> None:
    app = Celeriac("shop")

    @app.task(bind=True, name="shop.twice")
    def twice(self: Any) -> int:
        if self.request.retries == 0:
            raise self.retry(countdown=0.2)
        return int(self.request.retries)

    with start_worker(app, perform_ping_check=False):
        began_at = datetime.now(UTC)
        assert twice.apply_async(countdown=0.2).get(timeout=60) == 1
        assert (datetime.now(UTC) - began_at).total_seconds() >= 0.4


def test_the_app_of_a_worker_is_the_current_one_for_as_long_as_it_runs() -> None:
    with current.restored():
        before = Celeriac("before")
        with start_worker(Celeriac("shop", set_as_current=False)):
            assert current_app.main == "shop"
        assert current_app == before


def test_the_signals_tell_of_a_workers_beginning_and_end() -> None:
    app, told = Celeriac("shop"), list[Any]()
    for signal in (test_worker_starting, test_worker_started, test_worker_stopped):
        signal.connect(lambda signal, **_: told.append(signal.name), weak=False, sender=app)
    with start_worker(app, perform_ping_check=False):
        assert told == ["test_worker_starting", "test_worker_started"]
    assert told[2:] == ["test_worker_stopped"]


def test_a_further_queue_can_be_named() -> None:
    app = Celeriac("shop")
    add = app.task(name="shop.add")(lambda x, y: x + y)
    with start_worker(app, queues="shop,shop.bulk"):
        assert add.apply_async((1, 2), queue="shop.bulk").get(timeout=60) == 3


def test_what_the_worker_raises_is_raised_where_the_block_ends() -> None:
    app, broken = Celeriac("shop"), threading.Event()
    work = app.task(name="shop.work")(lambda: None)

    def fault(what: str) -> None:
        if what.startswith("read rows"):
            broken.set()
            raise ZeroDivisionError(what)

    twin = LiveTwin(app, fault=fault)
    twin.__enter__()
    work.delay()
    assert broken.wait(60)
    with pytest.raises(ZeroDivisionError, match="read rows"):
        twin.__exit__(None)


def test_an_error_in_the_block_is_not_hidden_by_one_of_the_worker() -> None:
    app, begun, end = Celeriac("shop"), threading.Event(), threading.Event()

    @app.task(name="shop.wait")
    def wait() -> None:
        begun.set()
        end.wait(60)

    def fails() -> None:
        with LiveTwin(app, shutdown_timeout=0.05):
            wait.delay()
            assert begun.wait(60)
            raise KeyError("the test's own")

    with pytest.raises(KeyError, match="the test's own"):
        fails()
    end.set()


def test_a_task_that_does_not_end_is_an_error_where_the_block_ends() -> None:
    app, begun, end = Celeriac("shop"), threading.Event(), threading.Event()

    @app.task(name="shop.wait")
    def wait() -> None:
        begun.set()
        end.wait(60)

    twin = LiveTwin(app, shutdown_timeout=0.05)
    twin.__enter__()
    wait.delay()
    assert begun.wait(60)
    with pytest.raises(RuntimeError, match="give a longer shutdown_timeout"):
        twin.__exit__(None)
    end.set()


def test_it_is_idle_when_nothing_runs_and_nothing_is_to_come() -> None:
    app, begun, end = Celeriac("shop"), threading.Event(), threading.Event()

    @app.task(name="shop.wait")
    def wait() -> None:
        begun.set()
        end.wait(60)

    with LiveTwin(app) as twin:
        assert twin.is_idle()
        first, soon = wait.delay(), wait.apply_async(countdown=0.1)
        assert begun.wait(60)
        assert not twin.is_idle()  # it runs
        wait.apply_async(countdown=3600)
        end.set()
        for result in (first, soon):
            result.get(timeout=60)
        assert not twin.is_idle()  # the last one is due later
        twin.wait_until_idle()
        assert twin.is_idle()


def test_what_waits_can_be_dropped() -> None:
    app, ran = Celeriac("shop"), list[int]()
    work = app.task(name="shop.work")(ran.append)
    with LiveTwin(app) as twin:
        work.apply_async((1,), countdown=3600)
        twin.wait_until_idle()
        work.delay(2).get(timeout=60)
        until(twin.is_idle, "nothing to wait", timeout_s=60)
        assert [len(waiting) for waiting in twin.broker.messages.values()] == [0]
    assert ran == [2]


def test_a_test_app_has_its_broker_in_memory_whatever_it_is_told() -> None:
    app = TestApp(config={"broker_url": "memory://", "result_backend": "cache+memory://", "task_time_limit": 3})
    work = app.task(name="tests.work")(lambda: None)
    assert (work.delay().state, app.conf.task_time_limit, app.conf.broker_url) == ("PENDING", 3, None)


def test_a_trap_tells_who_uses_the_current_app() -> None:
    app = TestApp()
    with current.restored():
        before = Celeriac("before")
        with setup_default_app(app, use_trap=True), pytest.raises(RuntimeError, match="it asks for its main"):
            current_app.main
        assert current_app == before
