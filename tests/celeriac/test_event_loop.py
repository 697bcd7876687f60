"""`async def` tasks: side by side on one loop, interrupted at their limits, and as good as any other task."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from celeriac import Celeriac, event_loop, states
from celeriac.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from celeriac.task import Task
from celeriac.testing import Crash, Twin
from celeriac.timelimits import limits_of
from tests.celeriac.short_limits import LONG_S, SHORT_S, inside


@pytest.fixture
def app() -> Celeriac:
    return Celeriac("office")


@pytest.fixture
def twin(app: Celeriac) -> Iterator[Twin]:
    with Twin(app, concurrency=10) as twin:
        yield twin


def outcome(coroutine: Any, soft_s: float | None = None, hard_s: float | None = None) -> Any:
    return event_loop.run(coroutine, limits_of(soft_s, hard_s))


def test_the_tasks_of_a_batch_wait_for_one_another_on_the_same_loop(app: Celeriac, twin: Twin) -> None:
    met = asyncio.Barrier(10)

    @app.task(name="office.meet")
    async def meet(number: int) -> tuple[int, int]:
        await met.wait()  # nobody gets past it alone
        return number, id(asyncio.get_running_loop())

    results = [meet.apply_async((number,), soft_time_limit=LONG_S) for number in range(10)]
    twin.run()
    answers = [result.get(timeout=0) for result in results]
    assert [number for number, _ in answers] == list(range(10))
    assert len({loop for _, loop in answers}) == 1


def test_what_one_task_opens_on_the_loop_serves_the_next_one(app: Celeriac, twin: Twin) -> None:
    opened: list[asyncio.Queue[str]] = []

    @app.task(name="office.use")
    async def use(word: str) -> str:
        if not opened:
            opened.append(asyncio.Queue())
        await opened[0].put(word)
        return await asyncio.wait_for(opened[0].get(), LONG_S)

    for word in ("first", "second"):
        result = use.delay(word)
        twin.run()
        assert result.get(timeout=0) == word


def test_an_async_task_sees_its_own_request_across_its_awaits(app: Celeriac, twin: Twin) -> None:
    @app.task(name="office.who", bind=True)
    async def who(self: Task) -> str | None:
        await asyncio.sleep(0)
        return self.request.id

    results = [who.delay() for _ in range(10)]
    twin.run()
    assert [result.get(timeout=0) for result in results] == [result.id for result in results]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_an_async_task_retries_by_itself_and_by_hand_and_fails(app: Celeriac, concurrency: int) -> None:
    @app.task(name="office.wait", bind=True, autoretry_for=(OSError,), dont_autoretry_for=(FileNotFoundError,))
    async def wait(self: Task, how: str) -> str:
        await asyncio.sleep(0)
        if self.request.retries == 0:
            if how == "by hand":
                raise self.retry(countdown=1)
            raise {"by itself": OSError, "not at all": FileNotFoundError}[how](how)
        return how

    with Twin(app, concurrency=concurrency) as twin:
        results = [wait.delay(how) for how in ("by hand", "by itself", "not at all")]
        twin.run()
        assert [result.get(timeout=0) for result in results[:2]] == ["by hand", "by itself"]
        assert isinstance(results[2].result, FileNotFoundError)


def test_the_soft_limit_is_raised_where_a_coroutine_awaits() -> None:
    begun = threading.Event()

    async def work() -> str:
        begun.set()
        try:
            await asyncio.sleep(LONG_S)
        except SoftTimeLimitExceeded:
            await asyncio.sleep(0)
            return "cleaned up"
        return "late"

    assert inside(begun, lambda soft_s: outcome(work(), soft_s, LONG_S)) == "cleaned up"


def test_a_soft_limit_that_is_not_caught_is_the_plain_one() -> None:
    with pytest.raises(SoftTimeLimitExceeded) as raised:
        outcome(asyncio.sleep(LONG_S), SHORT_S)
    assert raised.type is SoftTimeLimitExceeded


def test_a_limit_tidies_up_the_tasks_of_a_group() -> None:
    begun, ended = threading.Event(), list[str]()

    async def child() -> None:
        begun.set()
        try:
            await asyncio.sleep(LONG_S)
        finally:
            ended.append("child")

    async def work() -> None:
        async with asyncio.TaskGroup() as children:
            children.create_task(child())
            children.create_task(child())

    with pytest.raises(SoftTimeLimitExceeded):
        inside(begun, lambda soft_s: outcome(work(), soft_s, LONG_S))
    assert ended == ["child", "child"]


def test_a_limit_and_a_timeout_of_the_tasks_own_are_not_mixed_up() -> None:
    async def work() -> str:
        try:
            async with asyncio.timeout(SHORT_S):
                await asyncio.sleep(LONG_S)
        except TimeoutError:
            return "its own"
        return "late"

    assert outcome(work(), LONG_S, LONG_S) == "its own"


@pytest.mark.parametrize("stubborn", [False, True])
def test_the_hard_limit_ends_a_coroutine_even_one_that_goes_on(stubborn: bool) -> None:
    async def work() -> None:
        while True:
            try:
                await asyncio.sleep(2 * SHORT_S)
            except BaseException:
                if not stubborn:
                    raise
                return

    with pytest.raises(TimeLimitExceeded, match=str(SHORT_S)):
        outcome(work(), None, SHORT_S)


def test_a_coroutine_that_blocks_the_loop_is_left_behind_at_its_hard_limit() -> None:
    begun, woken = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        woken.wait(LONG_S)

    began = time.monotonic()
    with pytest.raises(TimeLimitExceeded):
        inside(begun, lambda soft_s: outcome(work(), soft_s, 2 * soft_s))
    assert time.monotonic() - began < LONG_S
    woken.set()
    assert outcome(asyncio.sleep(0, "free again")) == "free again"


def test_a_coroutine_that_is_interrupted_before_its_first_step_is_closed() -> None:
    woken, held = threading.Event(), threading.Event()

    async def hold() -> None:
        held.set()
        woken.wait(LONG_S)

    holder = threading.Thread(target=outcome, args=[hold()])
    holder.start()
    held.wait(LONG_S)
    with pytest.raises(TimeLimitExceeded):
        outcome(asyncio.sleep(LONG_S), SHORT_S, SHORT_S)
    woken.set()
    holder.join(LONG_S)
    assert outcome(asyncio.sleep(0, "free again")) == "free again"


@pytest.mark.parametrize("error", [SystemExit("bye"), KeyboardInterrupt(), Crash(), asyncio.CancelledError()])
def test_no_error_of_a_coroutine_ends_the_loop(error: BaseException) -> None:
    async def work() -> None:
        raise error

    with pytest.raises(BaseException) as raised:  # noqa: PT011 - any
        outcome(work())
    assert type(raised.value).__name__ == type(error).__name__
    assert outcome(asyncio.sleep(0, "goes on")) == "goes on"


def test_a_cancelled_coroutine_is_a_failure(app: Celeriac, twin: Twin) -> None:
    @app.task(name="office.cancel")
    async def cancel() -> None:
        raise asyncio.CancelledError("cancelled by itself")

    result = cancel.delay()
    twin.run()
    assert result.state == states.FAILURE
    assert "cancelled by itself" in str(result.result)


def test_an_async_task_may_run_another_one_eagerly(app: Celeriac, twin: Twin) -> None:
    where: ContextVar[str] = ContextVar("where", default="nowhere")

    @app.task(name="office.inner")
    async def inner() -> str:
        await asyncio.sleep(0)
        return where.get()

    @app.task(name="office.outer")
    async def outer() -> str:
        where.set("outside")
        return str(inner.apply().get())

    result = outer.delay()
    twin.run()
    assert result.get(timeout=0) == "outside"


def test_apply_works_within_a_program_that_has_a_loop_of_its_own(app: Celeriac) -> None:
    @app.task(name="office.inner")
    async def inner() -> str:
        await asyncio.sleep(0)
        return "done"

    async def program() -> str:
        return str(inner.apply().get())

    assert asyncio.run(program()) == "done"


def test_a_function_that_hands_out_a_coroutine_is_an_async_task_too(app: Celeriac, twin: Twin) -> None:
    async def later(value: int) -> int:
        await asyncio.sleep(0)
        return value

    @app.task(name="office.hand_out")
    def hand_out(value: int) -> Any:
        return later(value)

    result = hand_out.delay(5)
    twin.run()
    assert result.get(timeout=0) == 5
