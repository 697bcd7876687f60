"""The configuration: Celery's names and defaults, and a reason for what cannot mean anything here."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from celeriac import Celeriac, chord, group
from celeriac.conf import ALWAYS, DEFAULTS, NOT_HERE, REFUSED, Settings
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
        conf.no_such


def test_a_setting_of_the_applications_own_is_kept() -> None:
    assert Settings(my_threshold=3).my_threshold == 3


def test_every_setting_of_celerys_is_known_once() -> None:
    celerys = (Path(__file__).parent / "celery_settings.txt").read_text().split()
    assert len(celerys) == 207
    ours = [*DEFAULTS, *ALWAYS, *(name for kind in (NOT_HERE, REFUSED) for group in kind.values() for name in group)]
    assert sorted(ours) == sorted(celerys)


@pytest.mark.parametrize("name", sorted({name for group in NOT_HERE.values() for name in group}))
def test_a_setting_that_cannot_mean_anything_here_says_why(name: str) -> None:
    with pytest.warns(UserWarning, match=f"^{name} has no effect here: [a-z`SLD]"):
        Settings(**{name: "anything"})


def test_a_setting_that_says_what_is_so_anyway_says_nothing() -> None:
    conf = Settings(worker_prefetch_multiplier=4, task_acks_late=True, accept_content=["json"], broker_url=None)
    assert (conf.worker_prefetch_multiplier, conf.task_acks_late, conf.broker_url) == (4, True, None)


@pytest.mark.parametrize("name", ALWAYS)
def test_what_cannot_be_chosen_stays_as_it_is_and_says_so(name: str) -> None:
    with pytest.warns(UserWarning, match=f"{name} is .* here, whatever is set: "):
        conf = Settings(**{name: "other"})
    assert conf[name] == ALWAYS[name][0]


def test_who_relies_on_signed_messages_is_told_at_once() -> None:
    with pytest.raises(ImproperlyConfigured, match="security_key cannot be had: messages are not signed: IAM"):
        Settings(security_key="/etc/ssl/private/worker.key")


def test_anything_but_json_is_refused() -> None:
    assert Settings(task_serializer="json").task_serializer == "json"
    with pytest.raises(ImproperlyConfigured, match="must be 'json', not 'pickle'"):
        Settings(task_serializer="pickle")


@pytest.mark.parametrize("length", [timedelta(days=15), -1])
def test_a_result_is_kept_for_a_time_that_can_be(length: Any) -> None:
    assert Settings(result_expires=0).result_expires == timedelta(days=14)
    with pytest.raises(ImproperlyConfigured, match="result_expires must be at most 14 days"):
        Settings(result_expires=length)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CELERY_TASK_TIME_LIMIT", "task_time_limit"),
        ("CELERYD_TASK_TIME_LIMIT", "task_time_limit"),
        ("CELERY_ALWAYS_EAGER", "task_always_eager"),
        ("CELERY_TASK_RESULT_EXPIRES", "result_expires"),
        ("CELERY_EAGER_PROPAGATES_EXCEPTIONS", "task_eager_propagates"),
        ("CELERY_IMPORTS", "imports"),
        ("TASK_TRACK_STARTED", "task_track_started"),
    ],
)
def test_old_names_in_capitals_are_the_new_ones(old: str, new: str) -> None:
    conf = Settings()
    conf[old] = ("a",)[0] if new == "imports" else 1
    assert conf[new] == conf[old] == getattr(conf, old)
    assert (old in conf, new in conf) == (True, True)


@pytest.mark.parametrize("old", ["BROKER_URL", "CELERYBEAT_SCHEDULER", "CELERYD_CONCURRENCY", "CELERY_RESULT_BACKEND"])
def test_an_old_name_of_what_is_not_here_says_why(old: str) -> None:
    with pytest.warns(UserWarning, match="has no effect here"):
        Settings(**{old: "anything"})


def test_settings_are_read_from_objects_mappings_and_namespaces() -> None:
    app = Celeriac("conf")
    app.config_from_object(SimpleNamespace(task_time_limit=7, own=1, timedelta=timedelta, _hidden=2))
    assert (app.conf.task_time_limit, app.conf.own) == (7, 1)
    assert not {"timedelta", "_hidden"} & set(app.conf)
    app.config_from_object({"task_time_limit": 8})
    assert (app.conf.task_time_limit, "own" in app.conf) == (8, False)
    app.config_from_object(SimpleNamespace(CELERY_TASK_TIME_LIMIT=9, OTHER=1, CELERY_OWN=3), namespace="CELERY")
    assert (app.conf.task_time_limit, app.conf.own, "other" in app.conf) == (9, 3, False)
    app.config_from_object(SimpleNamespace(CELERY_ALWAYS_EAGER=True), namespace="CELERY")
    assert app.conf.task_always_eager is True


def test_a_module_is_read_when_a_setting_is_first_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Celeriac("conf")
    app.config_from_object("later.settings:config", force=False)
    module = ModuleType("later.settings")
    vars(module)["config"] = {"task_time_limit": 7}
    monkeypatch.setitem(sys.modules, "later", ModuleType("later"))
    monkeypatch.setitem(sys.modules, "later.settings", module)
    assert app.conf.task_time_limit == 7


def test_a_module_that_is_missing_is_an_error_unless_it_may_be() -> None:
    app = Celeriac("conf")
    app.config_from_object("no.such.module", silent=True)
    assert app.conf.task_time_limit is None
    with pytest.raises(ModuleNotFoundError):
        app.config_from_object("no.such.module", force=True)
    with pytest.raises(ModuleNotFoundError, match=r"json\.nothing"):
        app.config_from_object("json.nothing", force=True)


def test_settings_may_come_from_the_module_that_a_variable_names(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Celeriac("conf")
    monkeypatch.delenv("SHOP_CONFIG", raising=False)
    assert app.config_from_envvar("SHOP_CONFIG", silent=True) is False
    with pytest.raises(ImproperlyConfigured, match="SHOP_CONFIG must name a module"):
        app.config_from_envvar("SHOP_CONFIG")
    monkeypatch.setenv("SHOP_CONFIG", "shop_config")
    monkeypatch.setitem(sys.modules, "shop_config", ModuleType("shop_config"))
    vars(sys.modules["shop_config"])["task_time_limit"] = 4
    assert app.config_from_envvar("SHOP_CONFIG") is True
    assert app.conf.task_time_limit == 4


def test_what_the_app_is_given_comes_before_what_it_reads_and_that_before_added_defaults() -> None:
    app = Celeriac("conf", task_time_limit=1)
    app.add_defaults({"task_time_limit": 3, "task_soft_time_limit": 3, "task_track_started": True})
    app.add_defaults(lambda: {"own": "added"})
    app.config_from_object({"task_time_limit": 2, "task_soft_time_limit": 2})
    conf = app.conf
    assert (conf.task_time_limit, conf.task_soft_time_limit, conf.task_track_started) == (1, 2, True)
    assert conf.own == "added"


def test_two_threads_see_settings_that_are_wholly_read() -> None:
    reading, seen = threading.Event(), list[Any]()

    def slow() -> dict[str, Any]:
        reading.set()
        other.join(0.05)
        return {"task_time_limit": 5}

    conf = Settings()
    conf.add_later(slow)

    def look() -> None:
        reading.wait()
        seen.append(conf.task_time_limit)

    other = threading.Thread(target=look)
    other.start()
    assert conf.task_time_limit == 5
    other.join()
    assert seen == [5]


def test_secrets_are_masked_where_settings_are_shown() -> None:
    conf = Settings(own_api_key="hush", own_url="amqp://me:hush@host//", own={"password": "hush", "port": 1}, plain=2)
    assert "hush" not in conf.humanize() + repr(conf)
    assert conf.table() == {
        "own_api_key": "********",
        "own_url": "amqp://me:********@host//",
        "own": {"password": "********", "port": 1},
        "plain": 2,
    }
    assert conf.table(censored=False)["own_api_key"] == "hush"
    assert conf.table(with_defaults=True)["task_time_limit"] is None


def test_a_default_that_nobody_set_cannot_be_changed_unseen() -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        Settings().broker_transport_options["region"] = "eu-central-1"


def test_settings_are_asked_for_what_they_do_not_have() -> None:
    conf = Settings(own=1)
    del conf["own"]
    assert conf.get("own") is None
    assert len(conf) == 207
    with pytest.raises(AttributeError):
        conf._nothing


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
    reasons = [*NOT_HERE, *REFUSED, *(reason for _, reason in ALWAYS.values())]
    assert [reason for reason in reasons if len(reason.split()) < 4] == []
