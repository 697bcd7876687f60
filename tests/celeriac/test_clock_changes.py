"""The nights on which the clocks change: what fires then, by another library, and what an operator is shown of it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celeriac import Celeriac, clock
from celeriac.schedules import crontab
from celeriac.schedules.translation import translated
from celeriac.testing import Twin
from tests.celeriac.test_schedules_translation import field, firings, witness

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago"]
ZONES += ["Pacific/Chatham", "America/St_Johns", "Africa/Casablanca", "Antarctica/Troll"]
HALF_A_DAY, DAY = timedelta(hours=12), timedelta(days=1)


@functools.cache
def changes(zone: str, year: int) -> list[datetime]:
    """The moments, to the hour, at which the clocks of a zone change in a year."""
    tz, first = ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC)
    hours = [first + timedelta(hours=number) for number in range(365 * 24)]
    offsets = [moment.astimezone(tz).utcoffset() for moment in hours]
    return [moment for moment, before, after in zip(hours[1:], offsets, offsets[1:], strict=False) if before != after]


def within(moments: Iterator[datetime], end: datetime) -> list[datetime]:
    return list(takewhile(lambda moment: moment < end, moments))


@settings(deadline=None)  # a machine that is busy is slow
@given(
    st.tuples(field(0, 59), field(0, 23), st.just("*"), st.just("*"), st.just("*")),
    st.sampled_from(ZONES),
    st.integers(2026, 2037),
    st.integers(0, 1),
)
def test_a_crontab_fires_in_such_a_night_when_another_library_says(
    fields: tuple[Any, ...], zone: str, year: int, which: int
) -> None:
    when, night = crontab(*fields).in_zone(ZoneInfo(zone)), changes(zone, year)[which]
    start, end = night - HALF_A_DAY, night + HALF_A_DAY

    assert within(firings(translated(when), when, start), end) == within(witness(when, start, ZoneInfo(zone)), end)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("year", range(2026, 2031))
def test_a_day_of_a_timetable_is_that_of_another_library_on_every_day_of_a_clock_change(zone: str, year: int) -> None:
    timetable = ["*/5 * * * *", "0 * * * *", "30 2 * * *", "15 2 * * *", "45 1 * * *", "0 0 * * *", "59 23 * * *"]
    timetable += ["*/20 1-3 * * *", "0 */2 * * *", "30 2 * * 0", "30 2 1-7 * 0", "0 3 * * *", "10,40 0-4 * * mon-sat"]
    tz = ZoneInfo(zone)
    for change in changes(zone, year):
        midnight = change.astimezone(tz).replace(hour=0, minute=0).astimezone(UTC)
        start, end = midnight - timedelta(seconds=1), midnight + timedelta(hours=26)
        for text in timetable:
            when = crontab.from_string(text).in_zone(tz)
            fired = within(firings(translated(when), when, start), end)
            assert fired == within(witness(when, start, tz), end), text


def test_nothing_fires_on_a_day_that_a_zone_left_out() -> None:
    """Samoa went over the date line, and had no 30th of December in 2011."""
    zone, eve = ZoneInfo("Pacific/Apia"), datetime(2011, 12, 29, tzinfo=UTC)
    noon, last = crontab(0, 12).in_zone(zone), crontab(0, 12, day_of_month=30, month_of_year=12).in_zone(zone)

    days = [moment.astimezone(zone).day for moment in within(firings(translated(noon), noon, eve), eve + 4 * DAY)]
    (year,) = {moment.astimezone(zone).year for moment in islice(firings(translated(last), last, eve), 1)}

    assert (days, year) == ([29, 31, 1, 2], 2012)


@pytest.mark.parametrize(
    ("zone", "eve", "wall", "fired"),
    [
        ("Europe/Berlin", "2027-03-27T12:00", "30 2 * * *", ["2027-03-29T00:30"]),
        ("Europe/Berlin", "2027-10-30T12:00", "30 2 * * *", ["2027-10-31T00:30", "2027-11-01T01:30"]),
        ("America/New_York", "2027-03-13T12:00", "30 2 * * *", ["2027-03-15T06:30"]),
        ("America/New_York", "2027-11-06T12:00", "30 1 * * *", ["2027-11-07T05:30", "2027-11-08T06:30"]),
        ("Australia/Lord_Howe", "2027-10-02T00:00", "15 2 * * *", ["2027-10-03T15:15"]),
        ("Australia/Lord_Howe", "2027-04-03T00:00", "45 1 * * *", ["2027-04-03T14:45", "2027-04-04T15:15"]),
    ],
)
def test_an_operator_sees_before_the_night_what_it_will_do_and_then_it_does(
    zone: str, eve: str, wall: str, fired: list[str]
) -> None:
    app, ran = Celeriac("night", set_as_current=False), list[str]()

    @app.task(name="night.note")
    def note() -> None:
        ran.append(f"{clock.now():%Y-%m-%dT%H:%M}")

    with Twin(app) as twin:
        twin.now = datetime.fromisoformat(eve).replace(tzinfo=UTC)
        app.schedules.create("nightly", "night.note", wall, timezone=zone)
        [entry] = app.schedules.list()
        told = [f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}" for moment in entry.next_runs(len(fired))]
        twin.run(until=twin.now + timedelta(hours=43))

    assert told == ran == fired
