"""When a task runs again, and when it does so by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celeriac import Celeriac, clock, states
from celeriac.exceptions import Ignore, MaxRetriesExceededError, Reject
from celeriac.result import AsyncResult
from celeriac.retries import exponential_backoff_interval
from celeriac.task import Task
from celeriac.testing import Twin


class Busy(Exception):
    pass


class VeryBusy(Busy):
    pass


class Broken(Exception):
    pass


class Flaky:
    """A task that raises what it is told to, attempt for attempt, and notes when it ran."""

    def __init__(self, *errors: Exception, **options: Any) -> None:
        self.app, self.ran_at, left = Celeriac("office"), list[datetime](), iter(errors)

        @self.app.task(name="office.flaky", bind=True, **options)
        def flaky(task: Task) -> int:
            self.ran_at.append(clock.now())
            if error := next(left, None):
                raise error
            return task.request.retries

        self.task = flaky

    def played(self) -> AsyncResult:
        """The task's result, after all of its attempts."""
        with Twin(self.app) as twin:
            result: AsyncResult = self.task.delay()
            twin.run()
            result.get(propagate=False, timeout=0)
        return result

    @property
    def pauses_s(self) -> list[float]:
        return [(after - before).total_seconds() for before, after in zip(self.ran_at, self.ran_at[1:], strict=False)]


def test_the_delay_doubles_from_attempt_to_attempt_up_to_its_cap() -> None:
    assert [exponential_backoff_interval(3, retries, 20) for retries in range(5)] == [3, 6, 12, 20, 20]


@given(st.floats(0.1, 100), st.integers(0, 60), st.floats(1, 1000))
def test_jitter_takes_any_part_of_the_delay_and_never_more(factor: float, retries: int, maximum: float) -> None:
    whole = exponential_backoff_interval(factor, retries, maximum)
    assert 0 <= exponential_backoff_interval(factor, retries, maximum, full_jitter=True) <= whole <= maximum


def test_jitter_spreads_the_delays() -> None:
    assert len({exponential_backoff_interval(1, 20, 600, full_jitter=True) for _ in range(50)}) > 20


@pytest.mark.parametrize("factor", [1, 1.0, 0.5])
def test_the_delay_of_a_task_that_retries_for_ever_stays_at_its_cap(factor: float) -> None:
    assert exponential_backoff_interval(factor, 1100, 600) == 600


def test_an_exception_that_is_listed_becomes_a_retry() -> None:
    flaky = Flaky(Busy("once"), VeryBusy("twice"), autoretry_for=(Busy,), default_retry_delay=7)
    assert flaky.played().result == 2
    assert flaky.pauses_s == [7, 7]


def test_an_exception_that_is_not_listed_is_a_failure_at_once() -> None:
    result = Flaky(Broken("no"), autoretry_for=(Busy,)).played()
    assert (result.state, repr(result.result)) == (states.FAILURE, "Broken('no')")


def test_exceptions_may_be_excluded_from_what_is_listed() -> None:
    flaky = Flaky(Busy("once"), VeryBusy("no"), autoretry_for=(Busy,), dont_autoretry_for=(VeryBusy,))
    assert repr(flaky.played().result) == "VeryBusy('no')"
    assert len(flaky.ran_at) == 2


@pytest.mark.parametrize("error", [Ignore(), Reject("no")], ids=repr)
def test_what_steers_an_outcome_is_never_retried(error: Exception) -> None:
    flaky = Flaky(error, autoretry_for=(Exception,))
    with Twin(flaky.app) as twin:
        flaky.task.delay()
        twin.run()
    assert len(flaky.ran_at) == 1


def test_a_task_that_calls_retry_itself_is_not_retried_twice() -> None:
    app = Celeriac("office")

    @app.task(bind=True, name="office.both", autoretry_for=(Exception,), default_retry_delay=7)
    def both(task: Task) -> int:
        if not task.request.retries:
            raise task.retry(countdown=3)
        return task.request.retries

    with Twin(app) as twin:
        started, result = twin.now, both.delay()
        twin.run()
        assert result.get(timeout=0) == 1
        assert (twin.now - started).total_seconds() == 3


def test_the_last_error_is_the_failure_when_the_attempts_are_used_up() -> None:
    flaky = Flaky(*(Busy(number) for number in range(9)), autoretry_for=(Busy,), max_retries=2)
    result = flaky.played()
    assert (result.state, repr(result.result)) == (states.FAILURE, "Busy(2)")
    assert len(flaky.ran_at) == 3


def test_back_off_without_jitter_doubles_and_is_capped() -> None:
    flaky = Flaky(
        *(Busy() for _ in range(5)),
        autoretry_for=(Busy,),
        max_retries=None,
        retry_backoff=True,
        retry_backoff_max=6,
        retry_jitter=False,
    )
    assert flaky.played().result == 5
    assert flaky.pauses_s == [1, 2, 4, 6, 6]


@pytest.mark.parametrize(("number", "pauses_s"), [(5, [5, 10]), (0.1, [1, 2]), (-1, [1, 2]), (1.9, [1, 2])])
def test_a_number_is_the_factor_of_the_back_off_in_whole_seconds(number: float, pauses_s: list[float]) -> None:
    flaky = Flaky(Busy(), Busy(), autoretry_for=(Busy,), retry_backoff=number, retry_jitter=False)
    flaky.played()
    assert flaky.pauses_s == pauses_s


def test_jitter_is_the_default_of_the_back_off() -> None:
    flaky = Flaky(*(Busy() for _ in range(8)), autoretry_for=(Busy,), max_retries=None, retry_backoff=1000)
    flaky.played()
    assert all(pause <= 600 for pause in flaky.pauses_s)
    assert len(set(flaky.pauses_s)) > 2


def test_retry_kwargs_are_handed_to_retry() -> None:
    flaky = Flaky(*(Busy() for _ in range(9)), autoretry_for=(Busy,), retry_kwargs={"max_retries": 1, "countdown": 4})
    assert flaky.played().state == states.FAILURE
    assert flaky.pauses_s == [4]


def test_a_task_that_is_called_directly_raises_its_error_as_any_function() -> None:
    with pytest.raises(Busy, match="here and now"):
        Flaky(Busy("here and now"), autoretry_for=(Busy,)).task()


def test_the_signature_of_a_task_that_retries_by_itself_is_that_of_its_function() -> None:
    app = Celeriac("office")

    @app.task(bind=True, autoretry_for=(Busy,))
    def work(self: Task, x: int) -> None: ...

    with Twin(app), pytest.raises(TypeError, match="too many positional arguments"):
        work.delay(1, 2)


def test_an_error_of_its_own_is_raised_where_retry_was_given_none() -> None:
    app = Celeriac("office")

    @app.task(bind=True, name="office.stubborn", max_retries=1, default_retry_delay=1)
    def stubborn(task: Task, *_args: int, **_kwargs: int) -> None:
        raise task.retry()

    with Twin(app) as twin:
        result = stubborn.delay(1, y=2)
        twin.run()
        with pytest.raises(
            MaxRetriesExceededError, match=rf"office.stubborn\[{result.id}\] args:\[1\] kwargs:.*'y': 2"
        ):
            result.get(timeout=0)
