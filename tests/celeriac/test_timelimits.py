"""Soft and hard time limits, on the main thread and on others."""

from __future__ import annotations

import contextlib
import functools
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import pytest

from celeriac import Celeriac, states
from celeriac.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from celeriac.task import Task
from celeriac.testing import Twin
from celeriac.timelimits import HardLimit, limits_of, within
from tests.celeriac.short_limits import LIMITS_S, LONG_S, SHORT_S, inside


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


def call(work: Callable[[], Any], soft_s: float | None, hard_s: float | None) -> Any:
    return within(limits_of(soft_s, hard_s), work)


def test_work_within_its_limits_is_not_disturbed(run: Any) -> None:
    assert run(lambda: call(lambda: spin(0), LONG_S, LONG_S)) == "done"


def test_the_soft_limit_is_raised_inside(run: Any) -> None:
    with pytest.raises(SoftTimeLimitExceeded):
        run(lambda: call(spin, SHORT_S, None))


def test_the_soft_limit_can_be_caught_and_the_task_clean_up(run: Any) -> None:
    def work() -> str:
        try:
            begun.set()
            return spin()
        except SoftTimeLimitExceeded:
            return spin(SHORT_S) and "cleaned up"

    begun = threading.Event()
    assert inside(begun, lambda soft_s: run(lambda: call(work, soft_s, LONG_S))) == "cleaned up"


def test_the_hard_limit_ends_the_task(run: Any) -> None:
    with pytest.raises(TimeLimitExceeded, match=f"longer than its time limit of {SHORT_S} s"):
        run(lambda: call(spin, None, SHORT_S))


def test_the_hard_limit_is_not_swallowed_by_a_task_that_catches_every_exception(run: Any) -> None:
    def work() -> None:
        for _ in range(100):
            try:
                spin()
            except Exception:  # noqa: BLE001, S112 - that is the point
                continue

    with pytest.raises(TimeLimitExceeded):
        run(lambda: call(work, None, SHORT_S))


def test_the_hard_limit_comes_after_a_soft_one_that_was_not_heeded(run: Any) -> None:
    heard: list[str] = []

    def work() -> None:
        while True:
            try:
                spin()
            except SoftTimeLimitExceeded:
                heard.append("soft")

    for soft_s in LIMITS_S:
        with pytest.raises((SoftTimeLimitExceeded, TimeLimitExceeded)) as ended:
            run(functools.partial(call, work, soft_s, 15 * soft_s))
        if heard:
            break
    assert (ended.type, heard) == (TimeLimitExceeded, ["soft"])


def test_a_hard_limit_before_the_soft_one_is_the_one_that_counts(run: Any) -> None:
    with pytest.raises(TimeLimitExceeded):
        run(lambda: call(spin, LONG_S, SHORT_S))


@pytest.mark.parametrize("limits", [(SHORT_S, None), (None, SHORT_S), (SHORT_S, 2 * SHORT_S)])
@pytest.mark.parametrize("error", [None, ValueError("its own")])
def test_limits_end_with_the_task_and_never_ring_later(
    run: Any, limits: tuple[float | None, float | None], error: Exception | None
) -> None:
    def work() -> None:
        if error:
            raise error

    def both() -> str:
        with contextlib.suppress(ValueError, SoftTimeLimitExceeded, TimeLimitExceeded):  # a busy machine is as slow
            call(work, *limits)
        return spin(3 * SHORT_S)

    assert run(both) == "done"


def test_a_limit_that_falls_due_as_the_task_ends_leaves_none_behind(run: Any) -> None:
    limit_s = 0.005

    def work() -> int:
        before = {*threading.enumerate()}
        for number in range(30):
            with contextlib.suppress(SoftTimeLimitExceeded):
                call(functools.partial(spin, limit_s + (number % 5 - 2) * 1e-4), limit_s, LONG_S)
            assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        return len({*threading.enumerate()} - before)

    assert run(work) == 0


def test_a_limit_leaves_the_interpreter_as_it_was(run: Any) -> None:
    """Python 3.11 hung here, under any tracer, where an exception had been withdrawn."""

    def work() -> str:
        before = sys.gettrace()
        sys.settrace(lambda *_: None)
        try:
            call(lambda: None, LONG_S, LONG_S)
            return spin(0)
        finally:
            sys.settrace(before)

    assert run(work) == "done"


@pytest.mark.parametrize("limits", [(None, None), (0, 0), (1e20, 1e300)])
def test_no_limit_and_one_of_years_start_no_timer(run: Any, limits: tuple[float | None, float | None]) -> None:
    def look() -> tuple[Any, int]:
        return signal.getitimer(signal.ITIMER_REAL), threading.get_ident()

    timer, thread_id, here = run(lambda: (*call(look, *limits), threading.get_ident()))
    assert (timer, thread_id) == ((0, 0), here)


def test_a_sleeping_task_on_the_main_thread_is_woken() -> None:
    began = time.monotonic()
    with pytest.raises(SoftTimeLimitExceeded):
        call(lambda: time.sleep(LONG_S), SHORT_S, None)
    assert time.monotonic() - began < LONG_S


def test_a_task_on_another_thread_that_does_not_heed_its_hard_limit_is_left_behind() -> None:
    begun, woken, heard = threading.Event(), threading.Event(), list[BaseException]()

    def hang() -> None:
        try:
            begun.set()
            woken.wait(60)  # in C: no exception reaches it there
        except BaseException as limit:
            heard.append(limit)
            raise

    before, began = {*threading.enumerate()}, time.monotonic()
    for hard_s in LIMITS_S:
        with pytest.raises(TimeLimitExceeded):
            on_another_thread(functools.partial(call, hang, None, hard_s))
        if begun.is_set():
            break
    assert time.monotonic() - began < LONG_S
    woken.set()
    for thread in {*threading.enumerate()} - before:
        thread.join(LONG_S)
    assert [type(limit) for limit in heard] == [HardLimit]  # it never gets to its end


def test_the_context_of_the_caller_is_that_of_the_call(run: Any) -> None:
    where: ContextVar[str] = ContextVar("where", default="nowhere")

    def work() -> str:
        where.set("here")
        return str(call(where.get, LONG_S, LONG_S))

    assert run(work) == "here"


def test_the_handler_that_was_there_before_is_there_again() -> None:
    def mine(*_: object) -> None: ...

    before = signal.signal(signal.SIGALRM, mine)
    try:
        assert call(lambda: signal.getsignal(signal.SIGALRM), LONG_S, None) is not mine
        assert signal.getsignal(signal.SIGALRM) is mine
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_limits_of_tasks_side_by_side_are_each_its_own(concurrency: int) -> None:
    app = Celeriac("office")

    @app.task(name="office.spin", bind=True)
    def spin_for(task: Task, seconds: float) -> str:
        try:
            begun.add(task.request.id)
            return spin(seconds)
        except SoftTimeLimitExceeded:
            return f"gave up {task.request.timelimit}"

    begun = set[str | None]()
    with Twin(app, concurrency=concurrency) as twin:
        for limit_s in LIMITS_S:
            soft = spin_for.apply_async((LONG_S,), soft_time_limit=limit_s, time_limit=LONG_S)
            hard = spin_for.apply_async((LONG_S,), time_limit=2 * limit_s)
            free = spin_for.apply_async((5 * limit_s,), time_limit=LONG_S)
            twin.run()
            if soft.id in begun:
                break
        assert soft.get(timeout=0) == f"gave up ({LONG_S}, {limit_s})"
        assert (hard.state, type(hard.result)) == (states.FAILURE, TimeLimitExceeded)
        assert free.get(timeout=0) == "done"
