"""Schedules are refused at synth for what EventBridge Scheduler would refuse in mid-deployment."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.app import compose
from infra.schedule import Schedule
from infra.toml_table import TomlTable

CDK = Path(__file__).resolve().parents[2] / "cdk.json"


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
        ("0 23 * *", "must have six fields (minutes, hours, day of month, month, day of week, year), not 4"),
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
        ("0 0 1,? * ? *", "'1,?' is no value for day of month"),
        ("0 0 ? * 2/2 *", "'2/2': a day of week takes no step; name the days, such as MON,WED,FRI"),
        ("0 0 ? * 2#1,6#3 *", "'2#1,6#3': a day of week with # stands alone; make it two schedules"),
    ],
)
def test_a_bad_cron_expression_is_refused_with_its_field(cron: str, problem: str) -> None:
    assert problems_of_expression("cron", cron) == [f"worker.toml: cron: {problem}"]


@pytest.mark.parametrize("rate", ["1 minute", "5 minutes", "1 hour", "12 hours", "1 day", "7 days"])
def test_a_good_rate_is_taken(rate: str) -> None:
    assert problems_of_expression("rate", rate) == []


@pytest.mark.parametrize(
    "rate", ["", "0 minutes", "1 minutes", "5 minute", "30 seconds", "5minutes", "-1 days", "1.5 hours", "36526 days"]
)
def test_a_bad_rate_is_refused(rate: str) -> None:
    assert len(problems_of_expression("rate", rate)) == 1


def test_a_local_date_and_time_is_taken() -> None:
    assert problems_of_expression("at", "2028-02-29T23:00:00") == []


@pytest.mark.parametrize(
    "at",
    ["2026-02-29T23:00:00", "2026-12-31", "2026-12-31T23:00:00Z", "2026-12-31T24:00:00", "9999-12-31T23:00:00", "now"],
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


def schedule_of(text: str, *lanes: str) -> Schedule:
    problems: list[str] = []
    found = Schedule.parse("report", "nightly", TomlTable(tomllib.loads(text), "worker.toml", problems), lanes)
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("cron", "expression", "is_tick"),
    [
        ("30 7 * * mon-fri", "cron(30 7 ? * 2-6 *)", False),
        ("0 0 * * 0", "cron(0 0 ? * 1 *)", False),
        ("0 9 1-7 * mon", "cron(0 9 ? * 2#1 *)", False),
        ("0 9 13 * fri", "cron(0 9 13 * ? *)", True),
        ("0 23 * * ? *", "cron(0 23 * * ? *)", False),
    ],
)
def test_five_fields_are_celerys_and_six_are_awss(cron: str, expression: str, is_tick: bool) -> None:
    schedule = schedule_of(f'cron = "{cron}"\ntask = "report.nightly"\ntimezone = "Europe/Berlin"')

    assert (schedule.told.expression, schedule.told.timezone) == (expression, "Europe/Berlin")
    assert ("window_s" in json.loads(schedule.body("report-nightly"))["firing"]) is is_tick


@pytest.mark.parametrize("cron", ["0 24 * * *", "0 0 30 2 *", "0 0 * * 7", "0 0 * * funday", "*/0 * * * *"])
def test_five_fields_that_celery_refuses_are_refused(cron: str) -> None:
    (problem,) = problems_of_expression("cron", cron)
    assert "as Celery's five fields" in problem


def test_the_options_are_those_of_a_call() -> None:
    options = '{ queue = "bulk", expires = 60, priority = 3, headers = { from = "me" } }'
    schedule = schedule_of(f'rate = "1 hour"\ntask = "report.nightly"\noptions = {options}', "bulk")

    message = json.loads(schedule.body("report-nightly"))

    assert schedule.queue == message["queue"] == "report.bulk"
    assert (message["priority"], message["firing"]["expires_s"]) == (3, 60)
    assert message["headers"] == {"from": "me", "celery_beat_task": True}
    assert message["id"] == "report-nightly@<aws.scheduler.scheduled-time>"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ('{ queue = "other" }', "options.queue: must be one of report, report.bulk, not 'other'"),
        (
            '{ task_id = "a" }',
            "options: schedule 'nightly': task_id cannot be given, for each firing has an id of its own",
        ),
        ('{ priority = "high" }', "options: 'priority' must be a whole number of 0 to 255, not 'high'"),
    ],
)
def test_options_that_a_schedule_cannot_have_are_refused(options: str, problem: str) -> None:
    problems: list[str] = []
    text = f'rate = "1 hour"\ntask = "report.nightly"\noptions = {options}'
    Schedule.parse("report", "nightly", TomlTable(tomllib.loads(text), "worker.toml", problems), ["bulk"])

    assert problems == [f"worker.toml: {problem}"]


def test_what_is_over_is_left_out_with_a_warning(write_workers: Any, tmp_path: Path) -> None:
    times = {"party": 'at = "2020-02-29T23:00:00"', "jubilee": 'cron = "0 0 1 1 ? 2020"', "daily": 'rate = "1 day"'}
    text = "".join(f'[schedules.{name}]\n{when}\ntask = "clock.a"\n' for name, when in times.items())
    context = json.loads(CDK.read_text())["context"] | {"aws:cdk:bundling-stacks": []}
    app = App(context=context, outdir=str(tmp_path / "cdk.out"))
    compose(app, write_workers(tmp_path / "functions", {"clock": text}))

    stacks = app.synth().stacks

    found = [each for stack in stacks for each in stack.template["Resources"].values()]
    names = [each["Properties"]["Name"] for each in found if each["Type"] == "AWS::Scheduler::Schedule"]
    warnings = " ".join(str(message.entry.data) for stack in stacks for message in stack.messages)
    assert names == ["clock-daily"]
    assert re.findall(r"clock/worker\.toml: \[schedules\.(\w+)\] is over and left out", warnings) == [
        "party",
        "jubilee",
    ]
