"""Schedules are refused at synth for what EventBridge Scheduler would refuse in mid-deployment."""

import tomllib

import pytest

from infra.schedule import Schedule
from infra.toml_table import TomlTable


def problems_of(text: str) -> list[str]:
    problems: list[str] = []
    Schedule.parse("report", "nightly", TomlTable(tomllib.loads(text), "worker.toml", problems))
    return problems


def problems_of_expression(kind: str, expression: str) -> list[str]:
    return problems_of(f'{kind} = "{expression}"\ntask = "report.nightly"')


@pytest.mark.parametrize(
    "cron",
    [
        "0 23 * * ? *",
        "0/15 8-18 ? * MON-FRI *",
        "30 6 1,15 * ? 2026-2030",
        "0 0 L * ? *",
        "0 0 LW * ? *",
        "0 0 15W * ? *",
        "0 12 ? JAN,JUL 2#1 *",
        "0 12 ? * 6L *",
        "*/5 * ? * sun *",
    ],
)
def test_a_good_cron_expression_is_taken(cron: str) -> None:
    assert problems_of_expression("cron", cron) == []


@pytest.mark.parametrize(
    ("cron", "problem"),
    [
        ("0 23 * * *", "must have six fields (minutes, hours, day of month, month, day of week, year), not 5"),
        ("0 23 * * * *", "exactly one of day of month and day of week must be ?"),
        ("0 23 ? * ? *", "exactly one of day of month and day of week must be ?"),
        ("60 23 * * ? *", "'60' is no value for minutes"),
        ("0 24 * * ? *", "'24' is no value for hours"),
        ("0 0 32 * ? *", "'32' is no value for day of month"),
        ("0 0 0 * ? *", "'0' is no value for day of month"),
        ("0 0 * 13 ? *", "'13' is no value for month"),
        ("0 0 ? * MON-FUN *", "'MON-FUN' is no value for day of week"),
        ("0 0 ? * 2#6 *", "'2#6' is no value for day of week"),
        ("0 0 ? * 8L *", "'8L' is no value for day of week"),
        ("0 0 * * ? 1969", "'1969' is no value for year"),
        ("0/0 0 * * ? *", "'0/0' is no value for minutes"),
        ("0/ 0 * * ? *", "'0/' is no value for minutes"),
        ("1-2-3 0 * * ? *", "'1-2-3' is no value for minutes"),
        (", 0 * * ? *", "',' is no value for minutes"),
        ("? 0 * * ? *", "'?' is no value for minutes"),
        ("٣ 0 * * ? *", "'٣' is no value for minutes"),
        ("cron(0 0 * * ? *)", "'cron(0' is no value for minutes"),
    ],
)
def test_a_bad_cron_expression_is_refused_with_its_field(cron: str, problem: str) -> None:
    assert problems_of_expression("cron", cron) == [f"worker.toml: cron: {problem}"]


@pytest.mark.parametrize("rate", ["1 minute", "5 minutes", "1 hour", "12 hours", "1 day", "7 days"])
def test_a_good_rate_is_taken(rate: str) -> None:
    assert problems_of_expression("rate", rate) == []


@pytest.mark.parametrize(
    "rate", ["", "0 minutes", "1 minutes", "5 minute", "30 seconds", "5minutes", "-1 days", "1.5 hours"]
)
def test_a_bad_rate_is_refused(rate: str) -> None:
    assert len(problems_of_expression("rate", rate)) == 1


def test_a_local_date_and_time_is_taken() -> None:
    assert problems_of_expression("at", "2028-02-29T23:00:00") == []


@pytest.mark.parametrize(
    "at", ["2026-02-29T23:00:00", "2026-12-31", "2026-12-31T23:00:00Z", "2026-12-31T24:00:00", "now"]
)
def test_a_date_that_is_not_on_the_calendar_is_refused(at: str) -> None:
    assert len(problems_of_expression("at", at)) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('task = "report.a"', "cron: give one of cron, rate, at; there are 0"),
        (
            'task = "report.a"\nrate = "1 day"\nat = "2026-12-31T23:00:00"',
            "cron: give one of cron, rate, at; there are 2",
        ),
        ('rate = "1 day"', "task: must be a task of this worker, such as \"report.report\", not ''"),
        (
            'rate = "1 day"\ntask = "notify.a"',
            "task: must be a task of this worker, such as \"report.report\", not 'notify.a'",
        ),
        (
            'rate = "1 day"\ntask = "report"',
            "task: must be a task of this worker, such as \"report.report\", not 'report'",
        ),
        ('rate = "1 day"\ntask = "report.a"\ntimezone = "Mars/Olympus"', "timezone: must be a zone such as"),
        ('rate = "1 day"\ntask = "report.a"\ntimezone = "../etc/passwd"', "timezone: must be a zone such as"),
        ('rate = "1 day"\ntask = "report.a"\nargs = [2026-12-31]', "args: holds what JSON cannot carry"),
        ('rate = "1 day"\ntask = "report.a"\nkwargs = { x = nan }', "kwargs: holds what JSON cannot carry"),
        ('rate = "1 day"\ntask = "report.a"\nargs = {}', "args: must be a list, not {}"),
        ('rate = "1 day"\ntask = "report.a"\nenabled = 1', "enabled: must be true or false, not 1"),
        ('rate = "1 day"\ntask = "report.a"\nzone = "UTC"', "zone: unknown; the keys here are cron, rate, at, task,"),
    ],
)
def test_a_bad_key_of_a_schedule_is_refused(text: str, problem: str) -> None:
    assert [found.startswith(f"worker.toml: {problem}") for found in problems_of(text)] == [True]


def test_arguments_that_a_schedule_cannot_carry_are_refused() -> None:
    text = f'rate = "1 day"\ntask = "report.a"\nargs = ["{"x" * 200_001}"]'

    assert problems_of(text) == ["worker.toml: args: must be at most 200000 bytes of JSON, not 200005"]
