"""Tasks that can be asked to stop."""

from __future__ import annotations

from typing import Any

import pytest

from celeriac import states
from celeriac.contrib.abortable import ABORTED, AbortableAsyncResult, AbortableTask
from celeriac.testing import Twin
from tests.celeriac.office import Office


@pytest.fixture
def grind(office: Office) -> Any:
    @office.app.task(name="office.grind", bind=True, base=AbortableTask)
    def grind(task: AbortableTask, asker: str = "") -> str:
        result = task.AsyncResult(str(task.request.id))
        for step in range(5):
            if task.is_aborted():
                return f"stopped at {step}"
            if step == 2 and asker == "abort":
                result.abort()
                assert result.state == ABORTED
                task.update_state(state="PROGRESS", meta={"step": step})
            if step == 2 and asker == "terminate":
                result.revoke(terminate=True)
        return "done"

    return grind


def test_a_task_that_is_left_alone_ends(twin: Twin, grind: Any) -> None:
    result = grind.delay()
    assert isinstance(result, AbortableAsyncResult)
    assert not result.is_aborted()
    twin.run()
    assert result.get(timeout=0) == "done"


@pytest.mark.parametrize("asker", ["abort", "terminate"])
def test_a_running_task_notices_that_it_is_to_stop(twin: Twin, grind: Any, asker: str) -> None:
    result = grind.delay(asker)
    twin.run()
    assert (result.state, result.get(timeout=0)) == (states.SUCCESS, "stopped at 3")
    assert not result.is_aborted(), "it has ended"


def test_a_task_that_is_aborted_before_it_begins_begins_and_stops(twin: Twin, grind: Any) -> None:
    result = grind.delay()
    result.abort()
    assert (result.state, result.is_aborted(), result.ready()) == (ABORTED, True, False)
    twin.run()
    assert result.get(timeout=0) == "stopped at 0"


def test_what_has_ended_cannot_be_aborted(twin: Twin, grind: Any) -> None:
    result = grind.delay()
    twin.run()
    result.abort()
    assert (result.state, result.is_aborted()) == (states.SUCCESS, False)


def test_a_task_may_look_after_another_and_outside_of_a_call_nothing_is_aborted(twin: Twin, grind: Any) -> None:
    result = grind.delay()
    result.abort()
    assert twin
    assert grind.is_aborted(task_id=result.id)
    assert not grind.is_aborted()
