"""The configuration: Celery's names and defaults, and a reason for what cannot mean anything here."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from celeriac import Celeriac, chord, group
from celeriac.conf import DEFAULTS, NOT_HERE, Settings
from celeriac.exceptions import ImproperlyConfigured
from celeriac.testing import Twin


def test_settings_are_attributes_and_items_with_celerys_defaults() -> None:
    conf = Settings(task_time_limit=5)
    assert (conf.task_time_limit, conf["task_time_limit"], conf.get("task_time_limit")) == (5, 5, 5)
    assert conf.result_expires == timedelta(days=1)
    conf.update(task_always_eager=True, result_expires=60)
    assert (conf.task_always_eager, conf.result_expires) == (True, timedelta(minutes=1))
    assert set(DEFAULTS) <= set(conf)
    with pytest.raises(AttributeError, match="no setting 'no_such'"):
        conf.no_such  # noqa: B018


def test_a_setting_of_the_applications_own_is_kept() -> None:
    assert Settings(my_threshold=3).my_threshold == 3


@pytest.mark.parametrize(
    "name", ["broker_url", "worker_prefetch_multiplier", "beat_schedule", "task_acks_late", "task_queues"]
)
def test_a_setting_that_cannot_mean_anything_here_says_why(name: str) -> None:
    with pytest.warns(UserWarning, match=f"{name} has no effect here: "):
        Settings(**{name: "anything"})


def test_anything_but_json_is_refused() -> None:
    assert Settings(task_serializer="json").task_serializer == "json"
    with pytest.raises(ImproperlyConfigured, match="must be 'json', not 'pickle'"):
        Settings(task_serializer="pickle")


def test_settings_are_read_from_objects_mappings_and_namespaces() -> None:
    app = Celeriac("conf")
    app.config_from_object(SimpleNamespace(task_time_limit=7, unrelated=1))
    assert app.conf.task_time_limit == 7
    assert "unrelated" not in app.conf
    app.config_from_object({"task_time_limit": 8})
    assert app.conf.task_time_limit == 8
    app.config_from_object(SimpleNamespace(CELERY_TASK_TIME_LIMIT=9, OTHER=1), namespace="CELERY")
    assert app.conf.task_time_limit == 9
    app.config_from_object("no.such.module", silent=True)
    with pytest.raises(ModuleNotFoundError):
        app.config_from_object("no.such.module")


def test_a_task_follows_the_configuration_as_it_is_when_it_is_sent() -> None:
    app = Celeriac("conf")
    follows = app.task(name="conf.follows")(lambda: None)
    own = app.task(name="conf.own", time_limit=3)(lambda: None)
    app.conf.task_time_limit = 9
    assert (follows.time_limit, own.time_limit) == (9, 3)


def test_always_eager_runs_tasks_and_canvases_in_this_process() -> None:
    app = Celeriac("conf", task_always_eager=True)
    add = app.task(name="conf.add")(lambda x, y: x + y)
    total = app.task(name="conf.total")(lambda numbers: sum(numbers))
    fail = app.task(name="conf.fail")(lambda: 1 / 0)
    assert add.delay(1, 2).get() == 3
    assert group(add.s(1, 1), add.s(2, 2))().get() == [2, 4]
    assert chord([add.s(1, 1), add.s(2, 2)], total.s())().get() == 6
    assert (add.s(1, 1) | add.s(5)).delay().get() == 7
    assert fail.delay().failed()
    app.conf.task_eager_propagates = True
    with pytest.raises(ZeroDivisionError):
        fail.delay()


@pytest.mark.parametrize(("allowed", "calls"), [(False, 1), (True, 2)])
def test_error_callbacks_of_a_chord_may_be_called_for_its_header_too(allowed: bool, calls: int) -> None:
    app = Celeriac("conf", task_allow_error_cb_on_chord_header=allowed)
    noted: list[Any] = []
    note = app.task(name="conf.note")(lambda: noted.append("told"))
    fail = app.task(name="conf.fail")(lambda: 1 / 0)
    same = app.task(name="conf.same")(lambda x: x)
    with Twin(app) as twin:
        chord([fail.s(), same.s(1)], same.s()).on_error(note.si()).delay()
        twin.run()
    assert len(noted) == calls


def test_every_reason_is_a_sentence() -> None:
    assert all(len(reason.split()) > 3 for reason in NOT_HERE.values())
