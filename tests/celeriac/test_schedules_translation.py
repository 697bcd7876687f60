"""What AWS is told of a schedule fires when Celery would: compared with another library, over years and zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, islice, repeat, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import example, given
from hypothesis import strategies as st

from celeriac.exceptions import ImproperlyConfigured
from celeriac.schedules import BaseSchedule, crontab, schedstate, schedule
from celeriac.schedules.expression import Expression
from celeriac.schedules.translation import Translation, translated

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"]
ZONES += ["Pacific/Chatham", "America/St_Johns", "Africa/Casablanca", "Antarctica/Troll"]
"""Changes of half an hour and of two, at a quarter to three, at midnight, four times a year, and none."""


def field(low: int, high: int) -> st.SearchStrategy[Any]:
    values = st.integers(low, high)
    steps = st.integers(1, high).map(lambda step: f"*/{step}")
    ranges = st.tuples(values, values).map(lambda ends: f"{ends[0]}-{ends[1]}")
    return st.just("*") | values | steps | ranges | st.sets(values, min_size=1, max_size=6)


def fields() -> st.SearchStrategy[tuple[Any, ...]]:
    days = st.tuples(st.just("*"), field(1, 28)) | st.tuples(field(0, 6), st.just("*"))
    many = st.tuples(field(0, 59), field(0, 23), days, field(1, 12))
    # Where both fields of days are restricted, AWS ticks: a minute and an hour keep the ticks of three years few.
    few = st.tuples(st.integers(0, 59), st.integers(0, 23), st.tuples(field(0, 6), field(1, 28)), field(1, 12))
    return (many | few).map(lambda each: (each[0], each[1], *each[2], each[3]))


def firings(told: Translation, when: BaseSchedule, start: datetime) -> Iterator[datetime]:
    """When AWS and, where it ticks, the task that it sends would run the schedule."""
    expression = Expression(told.expression, told.timezone)
    moment = expression.following(start)
    while moment is not None:
        yield from when.runs(moment, told.window_s) if told.window_s else [moment]
        moment = expression.following(moment)


def some(moments: Iterator[datetime], start: datetime) -> list[datetime]:
    """The first few, if they come within some years."""
    end = start + timedelta(days=3 * 365)
    return list(islice(takewhile(lambda moment: moment < end, moments), 12))


def witness(when: crontab, start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When it runs by cronsim, on the clocks of a zone: a time that they skip does not, one that comes twice does once.

    For cron(8) one of the two fields of days is enough, for Celery both must match: so it is asked for one of them.
    """
    own = ((when.minute, 60), (when.hour, 24), (when.day_of_month, 31), (when.month_of_year, 12), (when.day_of_week, 7))
    told = ["*" if len(each) == size else ",".join(map(str, sorted(each))) for each, size in own]
    minute, hour, days, months, weekdays = told
    if days != "*" and weekdays != "*":
        asked, wanted = f"{minute} {hour} {days} {months} *", {int(day) for day in weekdays.split(",")}
    else:
        asked, wanted = " ".join(told), set(range(7))
    before = start.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    for wall in CronSim(asked, before):
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
        is_shown = moment.astimezone(zone).replace(tzinfo=None) == wall
        if moment > start and is_shown and wall.isoweekday() % 7 in wanted:
            yield moment


@given(fields(), st.sampled_from(ZONES), st.integers(0, 3 * 365 * 24 * 60))
@example(("30", "2", "*", "*", "*"), "Europe/Berlin", 120 * 24 * 60)
@example(("*/20", "*", "*", "*", "*"), "Europe/Berlin", 336 * 24 * 60 + 10 * 60)
@example((0, 0, 5, 13, "*"), "America/New_York", 0)
@example((0, 9, 1, "1-7", "*"), "UTC", 0)
@example((0, 9, 1, "22-28", "*"), "UTC", 0)
@example((0, 9, "sat,sun", "*", 2), "Africa/Cairo", 0)
def test_a_crontab_fires_on_aws_when_another_library_says(
    given_fields: tuple[Any, ...], zone: str, minutes: int
) -> None:
    when = crontab(*given_fields).in_zone(ZoneInfo(zone))
    start = START + timedelta(minutes=minutes)

    fired = some(firings(translated(when), when, start), start)

    assert fired == some(witness(when, start, ZoneInfo(zone)), start)


@given(fields(), st.integers(0, 3 * 365 * 24 * 60))
def test_what_celery_would_ask_of_a_crontab_agrees_with_what_aws_is_told(
    given_fields: tuple[Any, ...], minutes: int
) -> None:
    when = crontab(*given_fields).in_zone(UTC)
    start = START + timedelta(minutes=minutes)

    asked = accumulate(repeat(start, 13), lambda moment, _: when.next_after(moment))

    assert some(islice(asked, 1, None), start) == some(firings(translated(when), when, start), start)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_year_of_a_schedule_has_as_many_firings_as_days_but_for_the_night_that_skips_it(zone: str) -> None:
    when = crontab(30, 2).in_zone(ZoneInfo(zone))
    end = START + timedelta(days=365)

    fired = [moment for moment in islice(firings(translated(when), when, START), 366) if moment < end]

    assert len(fired) == 364


@pytest.mark.parametrize(
    ("when", "expression"),
    [
        (crontab(), "cron(* * * * ? *)"),
        (crontab(minute="*/15"), "cron(0/15 * * * ? *)"),
        (crontab(0, 0, "sun"), "cron(0 0 ? * 1 *)"),
        (crontab(0, 0, "fri-mon"), "cron(0 0 ? * 1,2,6,7 *)"),
        (crontab(0, 0, "mon,wed,fri"), "cron(0 0 ? * 2,4,6 *)"),
        (crontab(0, 0, "*/2"), "cron(0 0 ? * 1,3,5,7 *)"),
        (crontab(0, 9, "mon", "1-7"), "cron(0 9 ? * 2#1 *)"),
        (crontab(0, 9, "tue", "29-31"), "cron(0 9 ? * 3#5 *)"),
        (crontab(5, "22-2", month_of_year="nov-jan"), "cron(5 0-2,22,23 * 1,11,12 ? *)"),
        (schedule(60), "rate(1 minute)"),
        (schedule(7200), "rate(2 hours)"),
        (schedule(timedelta(days=7)), "rate(7 days)"),
        (schedule(timedelta(minutes=90)), "rate(90 minutes)"),
        (schedule(3600, relative=True), "cron(0 * * * ? *)"),
        (schedule(timedelta(hours=6), relative=True), "cron(0 0/6 * * ? *)"),
        (schedule(timedelta(days=1), relative=True), "cron(0 0 * * ? *)"),
    ],
    ids=str,
)
def test_most_schedules_are_an_expression_of_aws(when: BaseSchedule, expression: str) -> None:
    assert translated(when) == Translation(expression)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (schedule(10), [0, 10, 20, 30, 40, 50]),
        (schedule(45), [0, 45, 90, 135]),
        (schedule(90), [0, 90, 180]),
    ],
    ids=repr,
)
def test_what_has_seconds_runs_at_its_second_between_ticks(when: schedule, expected: list[int]) -> None:
    start = datetime(2026, 11, 22, tzinfo=UTC)  # a multiple of all of them since 1970

    fired = list(islice(firings(translated(when), when, start - timedelta(seconds=1)), len(expected)))

    assert [(moment - start).total_seconds() for moment in fired] == expected


class Whim(BaseSchedule):
    """A schedule of an application's own."""

    def __repr__(self) -> str:
        return "Whim()"


class Workdays(crontab):
    """A crontab with a mind of its own."""

    def is_due(self, last_run_at: datetime) -> schedstate:
        return schedstate(is_due=False, next=3600)


@pytest.mark.parametrize(
    "when",
    [
        Workdays(),
        schedule(0.5),
        schedule(-1),
        schedule(timedelta(days=36_526)),
        schedule(timedelta(hours=7), relative=True),
        schedule(timedelta(minutes=90), relative=True),
        schedule(timedelta(days=7), relative=True),
        Whim(),
    ],
    ids=repr,
)
def test_what_aws_cannot_keep_is_refused_with_the_reason(when: BaseSchedule) -> None:
    with pytest.raises(ImproperlyConfigured, match=r": "):
        translated(when)


@pytest.mark.parametrize(
    ("expression", "after", "then"),
    [
        ("cron(0 0 L * ? *)", "2028-02-01", "2028-02-29"),
        ("cron(0 0 LW * ? *)", "2026-11-01", "2026-11-30"),
        ("cron(0 0 1W * ? *)", "2026-08-01", "2026-08-03"),
        ("cron(0 0 31W * ? *)", "2026-05-01", "2026-05-29"),
        ("cron(0 12 ? * 6L *)", "2026-11-01", "2026-11-27T12:00"),
        ("cron(0 12 ? JAN 2#3 *)", "2026-11-01", "2027-01-18T12:00"),
        ("cron(5/20 8-9 ? * MON-FRI 2030)", "2026-11-01", "2030-01-01T08:05"),
        ("cron(0 0 ? * L *)", "2026-11-22", "2026-11-28"),
        ("rate(5 minutes)", "2026-11-22T12:01", "2026-11-22T12:05"),
        ("at(2026-12-31T23:00:00)", "2026-11-22", "2026-12-31T23:00"),
    ],
)
def test_an_expression_fires_as_awss_page_says(expression: str, after: str, then: str) -> None:
    start, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (after, then))

    assert Expression(expression).following(start - timedelta(seconds=1)) == expected


@st.composite
def of_aws(draw: st.DrawFn) -> tuple[str, str]:
    """An expression in AWS's words, and the same in those of the other library."""

    def part(low: int, high: int) -> str:
        begin, end = sorted(draw(st.tuples(st.integers(low, high), st.integers(low, high))))
        step = draw(st.integers(1, high))
        listed = ",".join(map(str, sorted(draw(st.sets(st.integers(low, high), min_size=1, max_size=4)))))
        return draw(st.sampled_from(["*", str(begin), f"{begin}-{end}", f"*/{step}", f"{begin}/{step}", listed]))

    minute, hour, month = part(0, 59), part(0, 23), part(1, 12)
    if draw(st.booleans()):
        day = draw(st.sampled_from(["L", "LW", part(1, 28)]))
        return f"cron({minute} {hour} {day} {month} ? *)", f"{minute} {hour} {day} {month} *"
    weekday, last = sorted(draw(st.tuples(st.integers(1, 7), st.integers(1, 7))))
    sign = draw(st.sampled_from(["", "L", f"#{draw(st.integers(1, 5))}", f"-{last}", f",{last}"]))
    theirs = f"{weekday - 1}{sign}" if sign[:1] not in {"-", ","} else f"{weekday - 1}{sign[0]}{last - 1}"
    return f"cron({minute} {hour} ? {month} {weekday}{sign} *)", f"{minute} {hour} * {month} {theirs}"


@given(of_aws(), st.integers(0, 3 * 365 * 24 * 60))
def test_an_expression_of_aws_fires_when_another_library_says(words: tuple[str, str], minutes: int) -> None:
    ours, theirs = words
    expression, start = Expression(ours), START + timedelta(minutes=minutes)

    asked = accumulate(repeat(start), lambda moment, _: expression.next_after(moment))
    expected = (wall.replace(tzinfo=UTC) for wall in CronSim(theirs, start.replace(tzinfo=None)))

    assert some(islice(asked, 1, None), start) == some(expected, start)


@pytest.mark.parametrize("day", range(1, 32))
def test_a_weekday_near_a_day_is_the_nearest_of_its_month(day: int) -> None:
    expression, moment = Expression(f"cron(0 0 {day}W * ? *)"), datetime(2026, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
    for month in range(1, 37):
        first = date(2026 + (month - 1) // 12, (month - 1) % 12 + 1, 1)
        days = [
            first + timedelta(days=number)
            for number in range(31)
            if (first + timedelta(days=number)).month == first.month
        ]
        wanted = min(day, len(days))
        nearest = min((each for each in days if each.weekday() < 5), key=lambda each: abs(each.day - wanted))
        found = expression.following(moment)
        assert found is not None
        assert found.date() == nearest
        moment = found


@pytest.mark.parametrize("expression", ["at(2020-01-01T00:00:00)", "cron(0 0 30 2 ? *)", "cron(0 0 1 1 ? 2020)"])
def test_what_is_over_fires_no_more(expression: str) -> None:
    assert Expression(expression).following(START) is None


def test_a_rate_counts_from_its_start() -> None:
    begun = datetime(2026, 11, 22, 12, 3, 20, tzinfo=UTC)

    assert Expression("rate(2 hours)", start=begun).following(begun) == begun + timedelta(hours=2)
    assert Expression("rate(2 hours)", start=begun).following(begun - timedelta(days=1)) == begun


@pytest.mark.parametrize(
    "text", ["", "cron(* * * * *)", "rate(30 seconds)", "at(now)", "every day", "cron(0 0 * * ? *"]
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Expression(text)


def test_a_zone_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="Mars/Olympus"):
        Expression("rate(1 day)", "Mars/Olympus")
