"""The app and the task of the moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from celeriac import Celeriac, current, current_app, current_task
from celeriac.current import get_current_app
from celeriac.exceptions import ImproperlyConfigured
from celeriac.testing import Twin


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    with current.restored():
        yield


def test_the_current_app_is_the_one_that_was_made_or_set_last() -> None:
    first = Celeriac("first")
    assert (get_current_app(), current_app == first, current_app.main) == (first, True, "first")
    second = Celeriac("second")
    assert get_current_app() is second
    Celeriac("third", set_as_current=False)
    assert get_current_app() is second
    first.set_default()
    assert get_current_app() is first


def test_before_there_is_an_app_the_current_one_says_so() -> None:
    current._current.clear()
    with pytest.raises(ImproperlyConfigured, match="there is no app yet"):
        current_app.main


def test_what_is_set_on_the_current_app_is_set_on_the_app() -> None:
    app = Celeriac("office")
    current_app.own = 5
    assert vars(app)["own"] == 5
    assert (repr(current_app), hash(current_app)) == (repr(app), hash(app))


def test_in_a_task_the_current_app_is_the_tasks_own() -> None:
    worker, _newer, seen = Celeriac("worker"), Celeriac("newer"), list[Any]()

    @worker.task(name="worker.look")
    def look() -> None:
        seen.extend([current_app.main, current_task.name, current_task.request.id, worker.current_task])

    assert (bool(current_task), current_task == None, worker.current_task) == (False, True, None)  # noqa: E711 - it is no None
    with Twin(worker) as twin:
        sent = look.delay()
        twin.run()
    assert seen == ["worker", "worker.look", sent.id, look]
    look()
    assert seen[4:] == ["newer", "worker.look", None, look]
