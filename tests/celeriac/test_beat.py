"""Periodic tasks: declared in code or created while all runs, they fire once, with their options, at their times."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from celeriac import Celeriac, clock, group, signature, states
from celeriac.beat import ScheduleEntry
from celeriac.beat.declared import declare, rules_of
from celeriac.beat.entry import key_of
from celeriac.beat.firing import fired, opened
from celeriac.exceptions import DecodeError, ImproperlyConfigured, ObjectNotFound
from celeriac.rule import Rule
from celeriac.scheduler import AlreadyScheduled
from celeriac.schedules import BaseSchedule, crontab, schedule, solar
from celeriac.testing import Twin

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Office:
    """An app whose task notes when it ran, and as what."""

    def __init__(self, **settings: Any) -> None:
        self.app = Celeriac("office", **settings)
        self.ran: list[tuple[datetime, tuple[Any, ...], str]] = []
        self.requests: list[Any] = []
        self.work = self.app.task(name="office.work", bind=True)(lambda *args, **kwargs: self._work(*args, **kwargs))

    def _work(self, task: Any, *args: Any, **kwargs: Any) -> None:
        self.ran.append((clock.now(), (*args, *kwargs.items()), task.request.id))
        self.requests.append(dict(task.request.headers or {}))

    @property
    def times(self) -> list[datetime]:
        return [moment for moment, _, _ in self.ran]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def twin(office: Office) -> Iterator[Twin]:
    with Twin(office.app) as twin:
        twin.now = NOON
        yield twin


def hours(*numbers: float) -> list[datetime]:
    return [NOON + timedelta(hours=number) for number in numbers]


def test_a_crontab_of_beat_schedule_fires_at_its_times(office: Office, twin: Twin) -> None:
    entry = {"task": "office.work", "schedule": crontab(minute=30, hour="13-15"), "args": (1,), "kwargs": {"x": 2}}
    office.app.conf.beat_schedule = {"thrice": entry}

    twin.run(until=NOON + timedelta(hours=12))

    assert office.times == hours(1.5, 2.5, 3.5)
    assert office.ran[0][1:] == ((1, ("x", 2)), "office.thrice@2026-11-22T13:30:00Z")


def test_a_task_that_a_schedule_sends_can_be_told_from_others(office: Office, twin: Twin) -> None:
    office.app.schedules.create("often", office.work, 3600, options={"headers": {"from": "me"}})

    twin.run(until=NOON + timedelta(hours=1))

    assert office.requests[0]["celery_beat_task"] is True
    assert office.requests[0]["from"] == "me"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (timedelta(hours=8), [8, 16, 24]),
        (crontab(0, 9, "mon", "1-7"), []),
        (crontab(0, 13, "sun", 22), [1]),
        ("0 6,18 * * *", [6, 18]),
        ("cron(0 6,18 * * ? *)", [6, 18]),
        ("rate(12 hours)", [12, 24]),
        (NOON + timedelta(hours=5), [5]),
        (schedule(timedelta(hours=6), relative=True), [6, 12, 18, 24]),
    ],
    ids=repr,
)
def test_whatever_means_a_schedule_is_one(office: Office, twin: Twin, when: Any, expected: list[int]) -> None:
    office.app.schedules.create("it", "office.work", when)

    twin.run(until=NOON + DAY)

    assert office.times == hours(*expected)


def test_an_interval_of_seconds_runs_at_each_of_them(office: Office, twin: Twin) -> None:
    office.app.schedules.create("fast", office.work, 20)

    twin.run(until=NOON + timedelta(minutes=2, seconds=59))

    assert office.times == [NOON + timedelta(seconds=seconds) for seconds in range(60, 180, 20)]


def test_a_schedule_is_in_the_time_zone_of_the_app_or_its_own() -> None:
    office = Office(timezone="Europe/Berlin")
    with Twin(office.app) as twin:
        twin.now = NOON
        office.app.schedules.create("here", office.work, "0 15 * * *")
        office.app.schedules.create("there", office.work, "0 15 * * *", timezone="America/New_York")
        twin.run(until=NOON + timedelta(hours=23))

    assert office.times == hours(2, 8)


def test_on_the_night_that_skips_a_time_it_does_not_fire(office: Office, twin: Twin) -> None:
    twin.now = datetime(2027, 3, 26, 12, tzinfo=UTC)
    office.app.schedules.create("night", office.work, "30 2 * * *", timezone="Europe/Berlin")

    twin.run(until=twin.now + 3 * DAY)

    zone = ZoneInfo("Europe/Berlin")
    assert [moment.astimezone(zone).isoformat() for moment in office.times] == [
        "2027-03-27T02:30:00+01:00",
        "2027-03-29T02:30:00+02:00",
    ]


def test_what_expires_counts_from_each_firing(office: Office, twin: Twin) -> None:
    office.app.schedules.create("it", office.work, "0 * * * *", options={"expires": 60, "countdown": 90})

    twin.run(until=NOON + timedelta(hours=3))

    assert office.times == []
    result = office.app.AsyncResult("it@2026-11-22T13:00:00Z")
    assert result.state == states.REVOKED


def test_a_countdown_counts_from_each_firing(office: Office, twin: Twin) -> None:
    office.app.schedules.create("it", office.work, "0 * * * *", options={"countdown": timedelta(minutes=30)})

    twin.run(until=NOON + timedelta(hours=2, minutes=45))

    assert office.times == hours(1.5, 2.5)


@pytest.mark.parametrize("when", ["0 13 * * *", 30, crontab(0, 13, "sun", 22)], ids=repr)
def test_a_firing_that_is_delivered_twice_runs_once(office: Office, twin: Twin, when: Any) -> None:
    office.app.schedules.create("it", office.work, when)
    (rule,) = twin.scheduler.rules()

    for _ in range(2):
        twin.broker.put(rule.queue, fired(rule.body, NOON + timedelta(hours=1)))
    twin.run()

    assert len(office.ran) == len({task_id for *_, task_id in office.ran}) == (2 if when == 30 else 1)


@pytest.mark.parametrize("when", ["0 13 * * *", 30], ids=repr)
def test_a_firing_whose_result_is_ignored_runs_once_too(office: Office, twin: Twin, when: Any) -> None:
    office.app.schedules.create("it", office.work, when, options={"ignore_result": True})
    (rule,) = twin.scheduler.rules()

    for _ in range(2):
        twin.broker.put(rule.queue, fired(rule.body, NOON + timedelta(hours=1)))
        twin.run()

    ids = [task_id for *_, task_id in office.ran]
    assert len(ids) == len({*ids}) == (2 if when == 30 else 1)
    assert {office.app.AsyncResult(task_id).result for task_id in ids} == {None}


def test_an_emulators_firing_without_a_time_is_one_of_just_now(office: Office, twin: Twin) -> None:
    office.app.schedules.create("it", office.work, "0 13 * * *", options={"expires": 60})
    (rule,) = twin.scheduler.rules()

    twin.broker.put(rule.queue, rule.body)
    twin.run()

    assert [task_id for *_, task_id in office.ran] == ["sqs-1"]


def test_what_looks_like_the_schedulers_words_reaches_the_task_as_it_is(office: Office, twin: Twin) -> None:
    office.app.schedules.create("it", office.work, 3600, ["<aws.scheduler.scheduled-time>"])

    twin.run(until=NOON + timedelta(hours=1))

    assert office.ran[0][1] == ("<aws.scheduler.scheduled-time>",)


@pytest.mark.parametrize(
    "firing", [None, {}, {"at": 5}, {"at": "soon"}, {"at": "2026-11-22T12:00:00Z", "expires_s": "x"}]
)
def test_a_firing_that_cannot_be_is_a_message_that_cannot_be_read(firing: Any) -> None:
    with pytest.raises(DecodeError, match="no firing"):
        opened({"v": 1, "id": "a", "task": "office.work", "firing": firing}, "sqs-1")


def test_a_schedule_can_be_paused_and_resumed(office: Office, twin: Twin) -> None:
    schedules = office.app.schedules
    schedules.create("it", office.work, "0 * * * *")

    assert not schedules.pause("it").enabled
    twin.run(until=NOON + timedelta(hours=2))
    twin.now = NOON + timedelta(hours=2)
    assert schedules.resume("it").enabled
    twin.run(until=NOON + timedelta(hours=3))

    assert office.times == hours(3)


@pytest.mark.parametrize("when", [7200, "rate(2 hours)"], ids=repr)
def test_an_interval_goes_on_where_it_was_when_it_is_paused_or_its_task_is_changed(
    office: Office, twin: Twin, when: Any
) -> None:
    twin.now = NOON + timedelta(minutes=20)
    schedules, steps = office.app.schedules, hours(2 + 1 / 3, 4 + 1 / 3, 6 + 1 / 3)
    made = schedules.create("it", office.work, when)
    assert made.next_runs(3) == schedules.get("it").next_runs(3) == steps

    twin.run(until=hours(3)[0])
    schedules.pause("it")
    schedules.resume("it")
    assert schedules.get("it").next_runs(2) == steps[1:]
    twin.run(until=hours(5)[0])
    assert schedules.update("it", args=[1]).next_runs() == steps[2:]
    twin.run(until=hours(7)[0])

    assert office.times == steps
    assert schedules.update("it", schedule=3600).next_runs() == [twin.now + timedelta(hours=1)]


NEW_YORK, TOKYO = "America/New_York", "Asia/Tokyo"


@pytest.mark.parametrize(
    ("when", "change", "then"),
    [
        ("0 9 * * *", {"schedule": "30 9 * * *"}, "2026-11-22T14:30"),
        ("0 9 * * *", {"schedule": crontab(30, 9)}, "2026-11-22T14:30"),
        ("0 9 * * *", {"schedule": "cron(30 9 * * ? *)"}, "2026-11-22T14:30"),
        ("0 9 * * *", {"schedule": datetime.fromisoformat("2026-11-22T20:00")}, "2026-11-23T01:00"),
        ("0 9 * * *", {"schedule": NOON + timedelta(hours=1)}, "2026-11-22T13:00"),
        ("0 9 * * *", {"timezone": TOKYO}, "2026-11-23T00:00"),
        ("cron(0 9 * * ? *)", {"timezone": TOKYO}, "2026-11-23T00:00"),
        ("at(2026-12-01T09:00:00)", {"timezone": TOKYO}, "2026-12-01T00:00"),
        ("0 9 22 * sun", {"timezone": TOKYO}, "2027-08-22T00:00"),
        (3600, {"schedule": "0 9 * * *"}, "2026-11-23T08:00"),
        ("rate(1 hour)", {"schedule": "0 9 * * *"}, "2026-11-23T08:00"),
        (30, {"schedule": "0 9 * * *"}, "2026-11-23T08:00"),
    ],
    ids=repr,
)
def test_what_is_changed_stays_in_its_time_zone_or_goes_into_the_one_that_is_named(
    when: Any, change: dict[str, Any], then: str
) -> None:
    office = Office(timezone="Europe/Berlin")
    with Twin(office.app) as twin:
        twin.now = NOON
        office.app.schedules.create("it", office.work, when, timezone=NEW_YORK)
        office.app.schedules.update("it", **change)
        [run] = office.app.schedules.get("it").next_runs()

    assert f"{run:%Y-%m-%dT%H:%M}" == then


def test_a_moment_without_a_zone_is_in_that_of_the_schedule_or_of_the_app() -> None:
    office, nine = Office(timezone="Europe/Berlin"), datetime.fromisoformat("2026-11-23T09:00")
    with Twin(office.app) as twin:
        twin.now = NOON
        here = office.app.schedules.create("here", office.work, nine)
        there = office.app.schedules.create("there", office.work, nine, timezone=TOKYO)

    assert [entry.next_runs(after=NOON) for entry in (here, there)] == [
        [datetime(2026, 11, 23, 8, tzinfo=UTC)],
        [datetime(2026, 11, 23, 0, tzinfo=UTC)],
    ]


def test_a_schedule_can_be_changed(office: Office, twin: Twin) -> None:
    schedules = office.app.schedules
    schedules.create("it", office.work, "0 * * * *", [1], options={"priority": 3, "expires": 60})

    changed = schedules.update("it", schedule=crontab(minute=30), kwargs={"x": 1})

    assert (changed.args, changed.kwargs, changed.options) == ([1], {"x": 1}, {"priority": 3, "expires": 60})
    twin.run(until=NOON + timedelta(hours=1))
    assert [(moment, args) for moment, args, _ in office.ran] == [(hours(0.5)[0], (1, ("x", 1)))]


@pytest.mark.parametrize("expires", [timedelta(hours=2), hours(1.5)[0], hours(1.5)[0].isoformat()], ids=repr)
def test_whatever_says_when_a_firing_expires_is_kept_when_something_else_is_changed(
    office: Office, twin: Twin, expires: Any
) -> None:
    office.app.schedules.create("it", office.work, "0 * * * *", options={"expires": expires, "countdown": 3600})
    office.app.schedules.update("it", args=[1])

    twin.run(until=NOON + timedelta(hours=2.9))

    state = office.app.AsyncResult("it@2026-11-22T13:00:00Z").state
    assert state == (states.SUCCESS if isinstance(expires, timedelta) else states.REVOKED)


def test_a_schedule_is_found_by_its_name_until_it_is_deleted(office: Office, twin: Twin) -> None:
    schedules, name = office.app.schedules, "tidy up / every hour"
    made = schedules.create(name, office.work.s(1, x=2).set(priority=5), crontab(minute=0), options={"expires": 9})

    entry = schedules.get(name)

    assert (entry.name, entry.task, [*entry.args], entry.kwargs) == (name, "office.work", [1], {"x": 2})
    assert entry.schedule == made.schedule == crontab(minute=0)
    assert entry.next_runs(2) == hours(1, 2)
    schedules.delete(name)
    with pytest.raises(ObjectNotFound, match="tidy up"):
        schedules.get(name)
    with pytest.raises(ObjectNotFound):
        schedules.delete(name)


def test_schedules_are_listed_by_their_next_runs(office: Office, twin: Twin) -> None:
    schedules = office.app.schedules
    for name, when, is_enabled in (("paused", 60, False), ("later", 7200, True), ("ticks", 50, True)):
        schedules.create(name, office.work, when, enabled=is_enabled)

    listed = schedules.list()

    assert [entry.name for entry in listed] == ["ticks", "later", "paused"]
    assert listed[0].next_runs(3) == [NOON + timedelta(seconds=seconds) for seconds in (50, 100, 150)]
    assert listed[2].next_runs() == []


def test_what_is_made_or_paused_shortly_before_an_event_of_the_sun_heeds_it(office: Office, twin: Twin) -> None:
    dawn = solar("sunrise", 60.2, 24.9)
    sunrise = dawn.next_after(NOON)
    twin.now = sunrise - timedelta(minutes=2)
    for name in ("steady", "paused"):
        office.app.schedules.create(name, office.work, dawn, [name])

    twin.run(until=sunrise - timedelta(minutes=1, seconds=5))
    office.app.schedules.pause("paused")
    twin.run(until=sunrise + timedelta(minutes=5))

    assert [(moment, args) for moment, args, _ in office.ran] == [(sunrise, ("steady",))]


def test_a_schedule_of_the_sun_is_listed_and_changed_where_nobody_knows_when_it_runs(
    office: Office, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedules, dawn = office.app.schedules, solar("sunrise", 60.2, 24.9)
    schedules.create("dawn", office.work, dawn)
    runs = schedules.get("dawn").next_runs(2)
    monkeypatch.setitem(sys.modules, "ephem", None)

    [entry] = schedules.list()
    assert (repr(entry.schedule), entry.next_runs()) == ("<solar: sunrise at latitude 60.2, longitude: 24.9>", [])
    schedules.update("dawn", args=[1])
    assert schedules.pause("dawn").schedule == schedules.resume("dawn").schedule == dawn

    monkeypatch.undo()
    assert schedules.get("dawn").next_runs(2) == runs != []


def test_the_next_runs_are_told_beyond_a_polar_night_and_where_there_are_none() -> None:
    spitsbergen, pole = (ScheduleEntry(name="dawn", task="a", schedule=solar("sunrise", at, 15.6)) for at in (78.2, 90))

    assert [moment.date().isoformat() for moment in spitsbergen.next_runs(2, after=NOON)] == [
        "2027-02-16",
        "2027-02-17",
    ]
    assert pole.next_runs(2, after=NOON) == []


def test_a_name_that_is_taken_is_refused(office: Office, twin: Twin) -> None:
    office.app.schedules.create("it", office.work, 60)

    with pytest.raises(AlreadyScheduled):
        office.app.schedules.create("it", office.work, 120)


class Whim(BaseSchedule):
    """A schedule of an application's own."""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"schedule": "* * *"}, "five fields"),
        ({"schedule": 0.1}, "less than a second"),
        ({"schedule": None}, "give a crontab"),
        ({"schedule": 1e18}, "is no schedule"),
        ({"schedule": "rate(999999 days)"}, "a hundred years at most"),
        ({"schedule": Whim()}, "a schedule of one's own"),
        ({"schedule": "0 0 30 2 *"}, "never occurs"),
        ({"timezone": "Mars/Olympus"}, "no time zone"),
        ({"task": None}, "the name of a task"),
        ({"options": {"task_id": "a"}}, "task_id cannot be given"),
        ({"options": {"eta": NOON}}, "eta cannot be given"),
        ({"options": {"parent_id": "a"}}, "parent_id cannot be given"),
        ({"task": signature("office.work") | signature("office.work")}, "celery.chain is none: schedule a task"),
        ({"task": group(signature("office.work"), signature("office.work"))}, "celery.group is none: schedule a task"),
        ({"options": {"countdown": -1}}, "countdown must be 0 to"),
        ({"options": {"expires": float("nan")}}, "expires must be 0 to"),
        ({"options": {"expires": timedelta(days=400)}}, "expires must be 0 to"),
        ({"options": {"expires": True}}, "expires must be 0 to"),
        ({"args": ["x" * 260_000]}, "more than 250000 bytes"),
        ({"name": ""}, "1 to 200 characters"),
        ({"schedule": NOON}, "is over and would never fire"),
        ({"schedule": "at(2026-11-22T12:59:59)", "timezone": "Europe/Berlin"}, "is over and would never fire"),
        ({"schedule": "cron(0 0 1 1 ? 2026)"}, "is over and would never fire"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_with_the_reason(
    office: Office, twin: Twin, given: dict[str, Any], reason: str
) -> None:
    call = {"name": "it", "task": "office.work", "schedule": 60, **given}

    with pytest.raises(ImproperlyConfigured, match=reason):
        office.app.schedules.create(**call)
    assert list(twin.scheduler.rules()) == []


def test_periodic_tasks_are_added_in_receivers_of_on_after_configure() -> None:
    office = Office()

    @office.app.on_after_configure.connect
    def plan(sender: Any, **_kwargs: Any) -> None:
        sender.add_periodic_task(3600.0, office.work.s("a"), name="hourly")
        sender.add_periodic_task(crontab(hour=3, minute=0), office.work.s("b"), expires=10)

    with Twin(office.app):
        entries = {entry.name: entry for entry in map(ScheduleEntry.read, rules_of(office.app).values())}

    assert entries.keys() == {"hourly", "office.work('b')"}
    assert entries["office.work('b')"].options == {"expires": 10}


def test_a_periodic_task_that_is_added_early_waits_for_the_settings() -> None:
    office = Office()
    office.app.config_from_object({"beat_schedule": {"read": {"task": "office.work", "schedule": 60}}})

    assert office.app.add_periodic_task(120, office.work.s()) == "office.work()"

    with Twin(office.app):
        assert len(rules_of(office.app)) == 2


def test_a_periodic_task_that_takes_the_place_of_another_is_told_of(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    assert office.app.conf.beat_schedule == {}
    with caplog.at_level("WARNING", logger="celeriac"):
        office.app.add_periodic_task(60, office.work.s(1))
        office.app.add_periodic_task(60, office.work.s(2), name="two")
        office.app.add_periodic_task(90, office.work.s(2), name="two")
        assert caplog.messages == []
        office.app.add_periodic_task(90, office.work.s(1))

    assert [message.partition(" takes")[0] for message in caplog.messages] == ["periodic task 'office.work(1)'"]
    assert len(office.app.conf.beat_schedule) == 2


def test_one_apps_periodic_tasks_are_not_anothers() -> None:
    first, second = Office(), Office()
    first.app.add_periodic_task(60, first.work.s())

    assert second.app.conf.beat_schedule == {}


def test_to_declare_again_changes_what_has_changed_and_nothing_else(office: Office, twin: Twin) -> None:
    office.app.schedules.create("mine", office.work, 60)
    entry = {"task": "office.work", "schedule": 3600}
    office.app.conf.beat_schedule = {"same": entry, "other": entry, "gone": entry}
    assert declare(office.app) == {
        "created": ["office.same", "office.other", "office.gone"],
        "changed": [],
        "deleted": [],
    }
    office.app.schedules.pause("other")

    twin.now += timedelta(minutes=10)
    office.app.conf.beat_schedule = {"same": entry, "other": {**entry, "args": [1]}}

    assert declare(office.app) == {"created": [], "changed": ["office.other"], "deleted": ["office.gone"]}
    assert not office.app.schedules.get("other").enabled, "a pause outlives a deployment"
    assert office.app.schedules.resume("other").next_runs() == hours(1), "and so does the beat of an interval"
    assert {entry.name for entry in office.app.schedules.list()} == {"mine", "same", "other"}


def test_what_is_declared_in_code_is_changed_there(office: Office, twin: Twin) -> None:
    office.app.conf.beat_schedule = {"it": {"task": "office.work", "schedule": 60}}
    declare(office.app)

    with pytest.raises(ImproperlyConfigured, match="declared by the worker 'office'"):
        office.app.schedules.delete("it")
    with pytest.raises(ImproperlyConfigured, match="declared by the worker 'office'"):
        office.app.schedules.update("it", args=[1])


def test_what_is_declared_for_once_is_not_declared_again_when_it_is_over(office: Office, twin: Twin) -> None:
    once = {"task": "office.work", "schedule": NOON + timedelta(hours=1)}
    office.app.conf.beat_schedule = {"once": once}
    assert declare(office.app)["created"] == ["office.once"]

    twin.run(until=NOON + timedelta(hours=2))
    twin.now = NOON + timedelta(hours=2)

    assert declare(office.app) == {"created": [], "changed": [], "deleted": []}
    assert office.times == hours(1)


@pytest.mark.parametrize("name", ["n" * 40, "n" * 41, "tidy up / every hour", "-"])
def test_a_declared_name_begins_with_the_longest_name_of_a_worker_and_fits_aws(name: str) -> None:
    worker = "w" * 32
    key = key_of(name, worker)

    assert key.startswith(f"{worker}.")
    assert re.fullmatch(r"[0-9a-zA-Z_.-]{1,64}", key)
    assert key != key_of(f"{name}n", worker)


def test_all_that_is_wrong_with_what_is_declared_is_said_at_once(office: Office, twin: Twin) -> None:
    office.app.conf.beat_schedule = {
        "a": {"task": "office.work", "schedule": 0.5},
        "b": {"task": "office.work", "shedule": 60},
        "c": {"task": "office.work", "schedule": "every day"},
        "d": {"task": "office.wrok", "schedule": 60},
        "e": {"task": "office.work", "schedule": 60},
    }

    with pytest.raises(ImproperlyConfigured) as raised:
        declare(office.app)
    assert [line.partition(":")[0] for line in str(raised.value).splitlines()] == [
        "beat_schedule['a']",
        "beat_schedule['b']",
        "beat_schedule['c']",
        "beat_schedule['d']",
    ]
    assert "there is no task 'office.wrok' in 'office'" in str(raised.value)


@pytest.mark.parametrize("body", ["no JSON", "[]", "{}", '{"firing": 5}', '{"firing": {"name": "b"}}'])
@pytest.mark.parametrize("expression", ["rate(1 hour)", "cron(0 0 ? * 2/2 *)", "whenever AWS likes"])
def test_an_entry_that_nobody_here_wrote_can_be_listed_and_paused(
    office: Office, twin: Twin, expression: str, body: str
) -> None:
    twin.scheduler.put(Rule("by-hand", expression, "UTC", "office", body), is_new=True)

    (entry,) = office.app.schedules.list()

    assert (entry.name, entry.task, repr(entry.schedule)) == ("by-hand", "", f"<{expression} UTC>")
    assert entry.next_runs() == (hours(1) if expression.startswith("rate") else [])
    assert not office.app.schedules.pause("by-hand").enabled
