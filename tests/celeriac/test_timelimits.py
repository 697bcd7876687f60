"""Soft and hard time limits, on the main thread and on others."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from celeriac import Celeriac, states
from celeriac.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from celeriac.task import Task
from celeriac.testing import Twin
from celeriac.timelimits import limited

SHORT_S, LONG_S = 0.02, 5.0


def on_the_main_thread(run: Callable[[], Any]) -> Any:
    return run()


def on_another_thread(run: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=2 * LONG_S)


@pytest.fixture(params=[on_the_main_thread, on_another_thread], ids=lambda place: str(place.__name__))
def run(request: pytest.FixtureRequest) -> Any:
    """Each limit is tried on both kinds of thread."""
    return request.param


def spin(seconds: float = LONG_S) -> str:
    """Work on, and be interrupted between any two bytecodes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "done"


def test_work_within_its_limits_is_not_disturbed(run: Any) -> None:
    def work() -> str:
        with limited(LONG_S, LONG_S):
            return spin(0)

    assert run(work) == "done"


def test_the_soft_limit_is_raised_inside(run: Any) -> None:
    def work() -> None:
        with limited(SHORT_S, None):
            spin()

    with pytest.raises(SoftTimeLimitExceeded):
        run(work)


def test_the_soft_limit_can_be_caught_and_the_task_clean_up(run: Any) -> None:
    def work() -> str:
        with limited(SHORT_S, LONG_S):
            try:
                return spin()
            except SoftTimeLimitExceeded:
                return spin(SHORT_S) and "cleaned up"

    assert run(work) == "cleaned up"


def test_the_hard_limit_ends_the_task(run: Any) -> None:
    def work() -> None:
        with limited(None, SHORT_S):
            spin()

    with pytest.raises(TimeLimitExceeded, match=f"longer than its time limit of {SHORT_S} s"):
        run(work)


def test_the_hard_limit_is_not_swallowed_by_a_task_that_catches_every_exception(run: Any) -> None:
    def work() -> None:
        with limited(None, SHORT_S):
            for _ in range(100):
                try:
                    spin()
                except Exception:  # noqa: BLE001, S112 - that is the point
                    continue

    with pytest.raises(TimeLimitExceeded):
        run(work)


def test_the_hard_limit_comes_after_a_soft_one_that_was_not_heeded(run: Any) -> None:
    heard: list[str] = []

    def work() -> None:
        with limited(SHORT_S, 15 * SHORT_S):
            while True:
                try:
                    spin()
                except SoftTimeLimitExceeded:
                    heard.append("soft")

    with pytest.raises(TimeLimitExceeded):
        run(work)
    assert heard == ["soft"]


def test_a_hard_limit_before_the_soft_one_is_the_one_that_counts(run: Any) -> None:
    def work() -> None:
        with limited(LONG_S, SHORT_S):
            spin()

    with pytest.raises(TimeLimitExceeded):
        run(work)


@pytest.mark.parametrize("limits", [(SHORT_S, None), (None, SHORT_S), (SHORT_S, 2 * SHORT_S)])
@pytest.mark.parametrize("error", [None, ValueError("its own")])
def test_limits_end_with_the_task_and_never_ring_later(
    run: Any, limits: tuple[float | None, float | None], error: Exception | None
) -> None:
    def work() -> str:
        try:
            with limited(*limits):
                if error:
                    raise error
        except ValueError:
            pass
        return spin(3 * SHORT_S)

    assert run(work) == "done"


def test_a_limit_that_falls_due_as_the_task_ends_leaves_none_behind(run: Any) -> None:
    limit_s = 0.005

    def work() -> int:
        before = {*threading.enumerate()}
        for number in range(30):
            with contextlib.suppress(SoftTimeLimitExceeded), limited(limit_s, LONG_S):
                spin(limit_s + (number % 5 - 2) * 1e-4)
            assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        for thread in {*threading.enumerate()} - before:
            thread.join(timeout=LONG_S / 2)
        return len({*threading.enumerate()} - before)

    assert run(work) == 0


def test_a_limit_leaves_the_interpreter_as_it_was(run: Any) -> None:
    """Python 3.11 hung here, under any tracer, where an exception had been withdrawn."""

    def work() -> str:
        before = sys.gettrace()
        sys.settrace(lambda *_: None)
        try:
            with limited(LONG_S, LONG_S):
                pass
            return spin(0)
        finally:
            sys.settrace(before)

    assert run(work) == "done"


@pytest.mark.parametrize("limits", [(None, None), (0, 0), (1e20, 1e300)])
def test_no_limit_and_one_of_years_start_no_timer(run: Any, limits: tuple[float | None, float | None]) -> None:
    def work() -> int:
        before = {*threading.enumerate()}
        with limited(*limits):
            assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
            return len({*threading.enumerate()} - before)

    assert run(work) == 0


def test_a_sleeping_task_on_the_main_thread_is_woken() -> None:
    began = time.monotonic()
    with pytest.raises(SoftTimeLimitExceeded), limited(SHORT_S, None):
        time.sleep(LONG_S)
    assert time.monotonic() - began < LONG_S


def test_the_handler_that_was_there_before_is_there_again() -> None:
    def mine(*_: object) -> None: ...

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with limited(LONG_S, None):
            assert signal.getsignal(signal.SIGALRM) is not mine
        assert signal.getsignal(signal.SIGALRM) is mine
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_the_timer_threads_of_finished_tasks_are_gone() -> None:
    def work() -> None:
        with limited(LONG_S, 2 * LONG_S):
            pass

    before = {*threading.enumerate()}
    for _ in range(20):
        on_another_thread(work)
    for thread in {*threading.enumerate()} - before:
        thread.join(timeout=LONG_S / 2)
        assert not thread.is_alive()


@pytest.mark.parametrize("concurrency", [1, 3])
def test_limits_of_tasks_side_by_side_are_each_its_own(concurrency: int) -> None:
    app = Celeriac("office")

    @app.task(name="office.spin", bind=True)
    def spin_for(task: Task, seconds: float) -> str:
        try:
            return spin(seconds)
        except SoftTimeLimitExceeded:
            return f"gave up {task.request.timelimit}"

    with Twin(app, concurrency=concurrency) as twin:
        soft = spin_for.apply_async((LONG_S,), soft_time_limit=SHORT_S, time_limit=LONG_S)
        hard = spin_for.apply_async((LONG_S,), time_limit=2 * SHORT_S)
        free = spin_for.apply_async((5 * SHORT_S,), time_limit=LONG_S)
        twin.run()
        assert soft.get(timeout=0) == f"gave up ({LONG_S}, {SHORT_S})"
        assert (hard.state, type(hard.result)) == (states.FAILURE, TimeLimitExceeded)
        assert free.get(timeout=0) == "done"
