"""Schedules by themselves: Celery's constructors, errors and answers."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice, repeat, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from celeriac.exceptions import ImproperlyConfigured
from celeriac.schedules import ParseException, crontab, crontab_parser, maybe_schedule, schedule, solar

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def next_of(when: Any, moment: datetime) -> datetime:
    found: datetime = when.next_after(moment)
    return found


@pytest.mark.parametrize(
    ("spec", "values"),
    [
        ("*", set(range(24))),
        ("*/6", {0, 6, 12, 18}),
        ("22-1", {22, 23, 0, 1}),
        ("8-18/5,20", {8, 13, 18, 20}),
        (" 1 , 2 ", {1, 2}),
    ],
)
def test_a_field_is_read_as_celery_reads_it(spec: str, values: set[int]) -> None:
    assert crontab_parser(24).parse(spec) == values


def test_days_and_months_have_names_and_sunday_is_0() -> None:
    when = crontab(day_of_week="sunday,fri-SAT", month_of_year="dec-feb")

    assert (when.day_of_week, when.month_of_year) == ({0, 5, 6}, {12, 1, 2})


@pytest.mark.parametrize("spec", ["", "1,,2", "*/", "-20", "1-", "a b"])
def test_a_field_that_is_no_field_is_refused(spec: str) -> None:
    with pytest.raises(ParseException):
        crontab(minute=spec)


@pytest.mark.parametrize(
    "fields",
    [
        {"minute": 60},
        {"minute": "0-60"},
        {"hour": 24},
        {"day_of_week": 7},
        {"day_of_month": 0},
        {"month_of_year": "13"},
        {"day_of_week": "funday"},
        {"minute": "*/0"},
        {"minute": "5/15"},
        {"day_of_week": "mon/2"},
        {"minute": ()},
        {"day_of_month": 31, "month_of_year": "4,6"},
    ],
)
def test_a_value_that_never_comes_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        crontab(**fields)


@pytest.mark.parametrize("spec", [object(), None, 0.5], ids=["object", "None", "0.5"])
def test_a_field_of_another_kind_is_a_type_error(spec: Any) -> None:
    with pytest.raises(TypeError):
        crontab(minute=spec)


def test_five_fields_have_celerys_order() -> None:
    assert crontab.from_string("5 4 1-7 jan mon") == crontab(5, 4, "mon", "1-7", 1)
    with pytest.raises(ValueError, match="five fields"):
        crontab.from_string("0 23 * * ? *")


def test_crontabs_are_equal_when_they_name_the_same_times() -> None:
    assert crontab(day_of_week="1, 2") == crontab(day_of_week="mon-tue")
    assert crontab(minute=1) != crontab(minute=2)
    assert crontab() != schedule(60)


def test_its_five_fields_can_be_read_again() -> None:
    when = crontab("*/15", "8-18", "mon-fri", "1-7", iter([1, 2]))

    assert crontab.from_string(when.fields) == when


@pytest.mark.parametrize("when", [crontab("*/5", "1-3"), schedule(90, relative=True)], ids=repr)
def test_a_schedule_survives_pickling(when: object) -> None:
    assert pickle.loads(pickle.dumps(when)) == when


@pytest.mark.parametrize(
    ("when", "after", "then"),
    [
        (crontab(), "2026-11-22T14:30:15Z", "2026-11-22T14:31:00Z"),
        (crontab(minute=0, hour=0, day_of_month=29, month_of_year=2), "2026-11-22T12:00:00Z", "2028-02-29T00:00:00Z"),
        (crontab(0, 0, "mon", 29, 2), "2026-11-22T12:00:00Z", "2044-02-29T00:00:00Z"),
        (crontab(0, 9, "fri", 13), "2026-11-22T12:00:00Z", "2027-08-13T09:00:00Z"),
        (crontab(30, 7, "sat,sun"), "2026-11-22T12:00:00Z", "2026-11-28T07:30:00Z"),
        (schedule(90), "2026-11-22T12:00:00Z", "2026-11-22T12:01:30Z"),
        (schedule(timedelta(hours=1), relative=True), "2026-11-22T12:20:00Z", "2026-11-22T13:00:00Z"),
        (schedule(timedelta(days=2), relative=True), "2026-11-22T12:00:00Z", "2026-11-24T00:00:00Z"),
    ],
    ids=repr,
)
def test_the_next_run_is_celerys(when: Any, after: str, then: str) -> None:
    assert next_of(when, datetime.fromisoformat(after)) == datetime.fromisoformat(then)


def test_what_is_due_says_when_to_ask_again() -> None:
    now = NOON + timedelta(seconds=30)
    when = crontab(minute="*/15", nowfun=lambda: now)

    assert when.is_due(NOON - timedelta(minutes=1)) == (True, 870)
    assert when.is_due(NOON) == (False, 870)
    assert schedule(10, nowfun=lambda: now).is_due(NOON) == (True, 10)
    assert schedule(40, nowfun=lambda: now).is_due(NOON) == (False, 10)


class Berlin:
    """As much of an app as a schedule asks for."""

    timezone = ZoneInfo("Europe/Berlin")
    conf = None


@pytest.mark.parametrize(
    ("last", "then"),
    [
        # The clocks go forward: 02:30 is skipped, and comes an hour later, as in Celery.
        (datetime(2027, 3, 27, 1, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        # They go back: the first 02:30 is followed by that of the next day.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_crontab_is_in_its_apps_time_zone(last: datetime, then: datetime) -> None:
    assert next_of(crontab(30, 2, app=Berlin()), last) == then


def test_numbers_and_timedeltas_are_intervals() -> None:
    assert maybe_schedule(10) == schedule(10) == timedelta(seconds=10)
    assert maybe_schedule(timedelta(hours=1), relative=True).relative
    assert maybe_schedule(None) is None


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "now"), (1, "1.00 second"), (90, "1.50 minutes"), (86400, "1.00 day")]
)
def test_an_interval_can_be_read_by_people(seconds: float, text: str) -> None:
    assert repr(schedule(seconds)) == f"<freq: {text}>"


@pytest.mark.parametrize(
    ("event", "latitude", "longitude", "after", "then"),
    [
        # Sunrise in London on the longest day is at 03:43 UTC, noon in Greenwich near 12:00.
        ("sunrise", 51.51, -0.13, datetime(2026, 6, 21, tzinfo=UTC), datetime(2026, 6, 21, 3, 43, tzinfo=UTC)),
        ("solar_noon", 51.48, 0.0, datetime(2026, 4, 15, tzinfo=UTC), datetime(2026, 4, 15, 12, 0, tzinfo=UTC)),
        # The polar night of Tromsø ends in January.
        ("sunrise", 69.65, 18.96, datetime(2026, 12, 15, tzinfo=UTC), datetime(2027, 1, 15, 10, 34, tzinfo=UTC)),
    ],
)
def test_the_sun_does_what_almanacs_say(
    event: str, latitude: float, longitude: float, after: datetime, then: datetime
) -> None:
    assert abs(next_of(solar(event, latitude, longitude), after) - then) < timedelta(minutes=2)


@pytest.mark.parametrize(("event", "latitude"), [("sunrise", 69.65), ("dusk_nautical", 66.6), ("solar_noon", -55)])
def test_each_event_belongs_to_one_tick_also_before_and_after_a_polar_night(event: str, latitude: float) -> None:
    when, end = solar(event, latitude, 18.3), NOON + timedelta(days=90)
    ticks = [NOON + timedelta(hours=number) for number in range(90 * 24)]

    asked = accumulate(repeat(NOON), lambda moment, _: when.next_after(moment))

    fired = [moment for tick in ticks for moment in when.runs(tick, 3600)]
    assert fired == [*takewhile(lambda moment: moment < end, islice(asked, 1, None))]


@pytest.mark.parametrize(("latitude", "longitude"), [(60.2, 24.9), (-33.9, 151.2), (1.3, 103.8)])
def test_an_event_between_two_ticks_belongs_to_one_of_them(latitude: float, longitude: float) -> None:
    when = solar("dawn_civil", latitude, longitude)
    event = next_of(when, NOON)

    for tenth in range(-12, 13):
        tick = event + timedelta(seconds=tenth / 10)
        assert [*when.runs(tick - timedelta(hours=1), 3600), *when.runs(tick, 3600)] == [event]
    assert next_of(when, event) - event > timedelta(hours=23)


@pytest.mark.parametrize(
    "make",
    [
        lambda: solar("moonrise", 0, 0),
        lambda: solar("sunrise", 91, 0),
        lambda: solar("sunrise", 0, -181),
    ],
)
def test_an_event_or_a_place_that_is_none_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        make()


def test_without_ephem_a_solar_schedule_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ephem", None)

    with pytest.raises(ImproperlyConfigured, match=r"celeriac\[solar\]"):
        solar("sunrise", 60, 30)
