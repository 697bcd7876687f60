"""Running tasks here and now: the same rules, nothing sent."""

from __future__ import annotations

from typing import Any

import pytest

from celeriac import Celeriac, Task, chain, chord, group, states
from celeriac.exceptions import Ignore, Reject

app = Celeriac("desk")
runs: list[Any] = []


@app.task(name="desk.add")
def add(x: int, y: int) -> int:
    return x + y


@app.task(name="desk.total")
def total(numbers: list[int]) -> int:
    return sum(numbers)


@app.task(name="desk.flaky", bind=True, max_retries=3)
def flaky(self: Task, fine_after: int) -> int:
    runs.append(self.request.is_eager)
    if self.request.retries < fine_after:
        raise self.retry(exc=KeyError("not yet"))
    return self.request.retries


def test_a_task_runs_in_this_process_and_its_result_is_there() -> None:
    result = add.apply((1,), {"y": 2})
    assert (result.state, result.get(), result.ready(), result.successful()) == ("SUCCESS", 3, True, True)


def test_retries_run_at_once_and_know_that_they_are_eager() -> None:
    runs.clear()
    assert flaky.apply((2,)).get() == 2
    assert runs == [True] * 3


def test_a_failure_is_the_exception_itself() -> None:
    result = flaky.apply((9,))
    assert result.failed()
    with pytest.raises(KeyError, match="not yet"):
        result.get()
    assert isinstance(result.get(propagate=False), KeyError)
    assert "not yet" in (result.traceback or "")
    with pytest.raises(KeyError):
        flaky.apply((9,), throw=True)


def test_callbacks_are_called() -> None:
    noted: list[Any] = []
    note = app.task(name="desk.note")(noted.append)
    add.apply((1, 2), link=note.s())
    failed = flaky.apply((9,), link_error=note.s())
    assert noted == [3, failed.id]


def test_canvases_run_as_they_would_on_a_worker() -> None:
    assert chain(add.s(1, 2), add.s(3)).apply().get() == 6
    assert group(add.s(1, 1), add.s(2, 2)).apply().get() == [2, 4]
    assert chord([add.s(1, 1), add.s(2, 2)], total.s()).apply().get() == 6
    assert chain(add.s(1, 1), group(add.s(1), add.s(2)), total.s(), add.s(1)).apply().get() == 8


@pytest.mark.parametrize(("error", "state"), [(Ignore(), states.IGNORED), (Reject(), states.REJECTED)])
def test_a_chain_ends_where_a_task_wants_no_outcome(error: Exception, state: str) -> None:
    @app.task(name=f"desk.{state}")
    def give_up() -> None:
        raise error

    result = chain(give_up.s(), add.s(1)).apply()
    assert (result.state, result.get()) == (state, None)
