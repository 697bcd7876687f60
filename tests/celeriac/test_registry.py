"""The tasks of an app by name, and the shared tasks, which belong to every app."""

from __future__ import annotations

import pickle
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from celeriac import Celeriac, registry, shared_task
from celeriac.exceptions import CeleriacError, NotRegistered
from celeriac.registry import SharedTask
from celeriac.testing import Twin


@pytest.fixture(autouse=True)
def no_shared_tasks_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shared tasks belong to every app of the process; those of a test end with it."""
    monkeypatch.setattr(registry, "_shared", [])


def test_an_unknown_name_is_refused_with_the_names_that_are_known() -> None:
    app = Celeriac("office")
    with pytest.raises(NotRegistered, match=r"no task 'office\.c' here; registered are: none"):
        app.tasks["office.c"]
    app.task(name="office.b")(lambda: None)
    app.task(name="office.a")(lambda: None)
    with pytest.raises(NotRegistered, match=r"registered are: office\.a, office\.b$") as caught:
        app.tasks["office.c"]
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, CeleriacError)
    assert app.tasks.get("office.c") is None


def test_a_shared_task_belongs_to_apps_made_before_and_after_it() -> None:
    before = Celeriac("before")

    @shared_task(name="billing.charge", max_retries=9)
    def charge(amount: int) -> int:
        return amount

    after = Celeriac("after")
    assert {app.tasks["billing.charge"].app for app in (before, after)} == {before, after}
    assert before.tasks["billing.charge"] is not after.tasks["billing.charge"]
    assert before.tasks["billing.charge"].max_retries == 9


def test_a_shared_task_is_sent_by_the_app_that_is_current() -> None:
    @shared_task(bind=True, name="billing.charge")
    def charge(self: Any, amount: int) -> list[Any]:
        return [self.app.main, amount, self.request.id]

    web, office = Celeriac("web"), Celeriac("office")
    with Twin(web, office) as twin:
        sent = charge.delay(5)
        assert charge.app is office
        twin.run()
        assert sent.get(timeout=0) == ["office", 5, sent.id]
        by_signature = charge.s(6).delay()
        twin.run()
        assert by_signature.get(timeout=0)[:2] == ["office", 6]
    assert charge(7) == ["office", 7, None]


def test_a_shared_task_runs_in_each_apps_own_worker() -> None:
    @shared_task(bind=True, name="billing.charge")
    def charge(self: Any) -> str:
        return str(self.app.main)

    web, office = Celeriac("web"), Celeriac("office")
    with Twin(web, office) as twin:
        results = [app.tasks["billing.charge"].delay() for app in (web, office)]
        twin.run()
        assert [result.get(timeout=0) for result in results] == ["web", "office"]


def test_a_shared_task_is_the_same_task_each_time_it_is_asked_for() -> None:
    @shared_task
    def count() -> None: ...

    app = Celeriac("office")
    assert count.name == f"{__name__}.count"
    assert app.tasks[count.name] is app.tasks[count.name]
    assert count.signature_of_body is app.tasks[count.name].signature_of_body
    assert isinstance(count, SharedTask)
    assert (count.__name__, count.__module__) == ("count", __name__)


def test_defaults_of_an_app_hold_for_its_shared_tasks() -> None:
    @shared_task
    def quiet() -> None: ...

    Celeriac("loud")
    assert quiet.ignore_result is False
    Celeriac("quiet", task_ignore_result=True)
    assert quiet.ignore_result is True


def test_a_task_is_shared_once() -> None:
    def work() -> None: ...

    with pytest.raises(TypeError, match="work is a task already: shared_task decorates a function, once"):
        shared_task(shared_task(work))
    with pytest.raises(TypeError, match="is a task already"):
        shared_task(max_retries=1)(Celeriac("office").task(work))


def test_a_shared_task_is_pickled_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def brine() -> None: ...

    brine.__qualname__ = "pickled"
    pickled = shared_task(brine)
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(pickled=pickled))
    assert pickle.loads(pickle.dumps(pickled)) is pickled
