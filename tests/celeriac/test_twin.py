"""The twin: an AWS in memory for the tests of applications, in which time passes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from celeriac import Celeriac, clock, states
from celeriac.exceptions import ImproperlyConfigured, QueueNotFound
from celeriac.task import Task
from celeriac.testing import Crash, Twin
from celeriac.testing import twin as twin_module
from tests.celeriac.office import Office


def test_nothing_runs_before_it_is_run(office: Office, twin: Twin) -> None:
    result = office.work.delay(5)
    assert (office.ran, result.state) == ([], states.PENDING)
    twin.run()
    assert result.get(timeout=0) == 5


def test_time_passes_from_message_to_message(office: Office, twin: Twin) -> None:
    started, moments = twin.now, list[float]()
    note = office.app.task(name="office.time")(lambda: moments.append((clock.now() - started).total_seconds()))
    for countdown in (3600, 60, 0):
        note.apply_async(countdown=countdown)
    twin.run()
    assert moments == [0, 60, 3600]


def test_a_run_may_end_before_the_last_message(office: Office, twin: Twin) -> None:
    office.work.apply_async((1,), countdown=60)
    office.work.apply_async((2,), countdown=120)
    twin.run(until=twin.now + timedelta(seconds=90))
    assert office.ran == [1]
    twin.run()
    assert office.ran == [1, 2]


def test_batches_are_as_large_as_they_are_told() -> None:
    office = Office()
    with Twin(office.app, batch_size=3) as twin:
        for number in range(7):
            office.work.delay(number)
        twin.invoke("office")
        assert office.ran == [0, 1, 2]
        twin.run()
        assert office.ran == [*range(7)]


def test_each_app_has_a_queue_and_a_worker() -> None:
    web, office = Celeriac("web"), Office()
    with Twin(web, office.app) as twin:
        result = web.send_task("office.work", [5])
        with pytest.raises(QueueNotFound, match="no queue 'notify' in this deployment; it has office, web"):
            web.send_task("notify.send_email")
        twin.run()
        assert result.get(timeout=0) == 5


def test_steps_are_named_and_a_fault_may_stop_the_world_before_one() -> None:
    office = Office()
    deaths = [1]

    def fault(what: str) -> None:
        if what.startswith("record") and deaths:
            deaths.pop()
            raise Crash(what)

    with Twin(office.app, fault=fault) as twin:
        result = office.work.delay(5)
        twin.run()
        assert result.get(timeout=0) == 5
        assert office.ran == [5, 5], "the first run died before its outcome was written"
        assert f"record SUCCESS of {result.id}" in twin.steps


def test_a_message_that_comes_too_often_is_a_dead_letter() -> None:
    office = Office()

    def fault(what: str) -> None:
        if what.startswith("record"):
            raise Crash(what)

    with Twin(office.app, fault=fault, max_receives=2) as twin:
        result = office.work.delay(5)
        twin.run()
        assert office.ran == [5], "the last delivery is for telling, not for running"
        assert [letter.receives for letter in twin.dead_letters["office"]] == [2]
        assert result.id in twin.dead_letters["office"][0].body


def test_a_task_that_sends_itself_for_ever_is_stopped(
    office: Office, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twin_module, "MOST_INVOCATIONS", 50)

    @office.app.task(name="office.echo", bind=True)
    def echo(task: Task) -> None:
        task.delay()

    echo.delay()
    with pytest.raises(RuntimeError, match="the queues are not empty after 50 invocations"):
        twin.run()


def test_afterwards_the_app_and_the_clock_are_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CELERIAC_DEPLOYMENT", raising=False)
    office = Office()
    with Twin(office.app) as twin:
        twin.now -= timedelta(days=365)
        assert clock.now() == twin.now
    assert clock.now() > twin.now + timedelta(days=1)
    with pytest.raises(ImproperlyConfigured):
        office.work.delay(5)
