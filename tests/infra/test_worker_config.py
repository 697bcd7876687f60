"""What a worker.toml may say, and what is said of it when it is wrong."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.lane import WORKER_AND_LANE_CHARACTERS as LONGEST
from infra.lane import Lane
from infra.names import Names
from infra.schedule import Schedule
from infra.worker_config import Permission, WorkerConfig

FILE = "functions/report/worker.toml"


def parse(text: str) -> tuple[WorkerConfig, list[str]]:
    problems: list[str] = []
    return WorkerConfig.parse("report", tomllib.loads(text), FILE, problems), problems


def test_an_empty_file_is_a_worker() -> None:
    assert parse("") == (WorkerConfig("report"), [])


def test_every_key_is_read() -> None:
    config, problems = parse("""
        memory_mb = 1769
        timeout_s = 900
        batch_size = 100
        batch_window_s = 5
        max_concurrency = 2
        concurrency = 8
        max_receives = 3
        list_tasks = true
        uses = ["notify"]
        [environment]
        BUCKET = "{files_bucket}"
        LIMITS = '{"pages": 10}'
        [schedules.nightly]
        cron = "0 23 ? * MON-FRI *"
        timezone = "Europe/Berlin"
        task = "report.nightly"
        args = [1, "two"]
        kwargs = { deep = { er = [true] } }
        enabled = false
        [[permissions]]
        actions = ["s3:GetObject"]
        resources = ["arn:aws:s3:::{files_bucket}/images/*"]
    """)

    assert problems == []
    assert config == WorkerConfig(
        name="report",
        memory_mb=1769,
        timeout_s=900,
        batch_size=100,
        batch_window_s=5,
        max_concurrency=2,
        concurrency=8,
        max_receives=3,
        list_tasks=True,
        uses=("notify",),
        environment={"BUCKET": "{files_bucket}", "LIMITS": '{"pages": 10}'},
        schedules=(
            Schedule(
                name="nightly",
                expression="cron(0 23 ? * MON-FRI *)",
                timezone="Europe/Berlin",
                task="report.nightly",
                worker="report",
                queue="report",
                args=(1, "two"),
                kwargs={"deep": {"er": [True]}},
                enabled=False,
            ),
        ),
        permissions=(Permission(("s3:GetObject",), ("arn:aws:s3:::{files_bucket}/images/*",)),),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("memory_mb = 127", "memory_mb: must be a whole number from 128 to 10240, not 127"),
        ("memory_mb = 10241", "memory_mb: must be a whole number from 128 to 10240, not 10241"),
        ("timeout_s = 901", "timeout_s: must be a whole number from 1 to 900, not 901"),
        ("timeout_s = 0", "timeout_s: must be a whole number from 1 to 900, not 0"),
        ("timeout_s = 1.5", "timeout_s: must be a whole number from 1 to 900, not 1.5"),
        ("timeout_s = true", "timeout_s: must be a whole number from 1 to 900, not True"),
        ('timeout_s = "60"', "timeout_s: must be a whole number from 1 to 900, not '60'"),
        ("timeout_s = nan", "timeout_s: must be a whole number from 1 to 900, not nan"),
        ("timeout_s = 0x" + "f" * 20_000, "timeout_s: must be a whole number from 1 to 900, not a number of thousands"),
        ("batch_size = 10_001\nbatch_window_s = 1", "batch_size: must be a whole number from 1 to 10000, not 10001"),
        ("batch_size = 11", "batch_window_s: must be at least 1 when batch_size is above 10"),
        ("batch_window_s = 301", "batch_window_s: must be a whole number from 0 to 300, not 301"),
        ("max_concurrency = 1", "max_concurrency: must be a whole number from 2 to 1000, not 1"),
        ("concurrency = 0", "concurrency: must be a whole number from 1 to 1000, not 0"),
        ("max_receives = 0", "max_receives: must be a whole number from 1 to 1000, not 0"),
        ('uses = "notify"', "uses: must be a list of different strings, none of them empty, not 'notify'"),
        ("uses = [1]", "uses: must be a list of different strings, none of them empty, not [1]"),
        ('uses = ["a", "a"]', "uses: must be a list of different strings, none of them empty, not ['a', 'a']"),
        ("memroy_mb = 512", "memroy_mb: unknown; the keys here are memory_mb, timeout_s,"),
        ('"a\\u0000\\nb" = 1', "'a\\x00\\nb': unknown"),
        ("environment = []", "environment: must be a table, not []"),
        ("[environment]\nPAGES = 10", "environment.PAGES: must be a string, not 10"),
        ('[environment]\n"NO-DASH" = ""', "environment.NO-DASH: the name must match"),
        ('[environment]\nAWS_REGION = ""', "environment.AWS_REGION: the name is Lambda's or Celeriac's own"),
        ('[environment]\nCELERIAC_TABLE = ""', "environment.CELERIAC_TABLE: the name is Lambda's or Celeriac's own"),
        ('[environment]\nNUL = "\\u0000"', "environment.NUL: must be a string, not '\\x00'"),
        ('[environment]\nWHERE = "{bucket}"', "environment.WHERE: {bucket} is no placeholder; there are deployment, "),
        (f'[environment]\nLONG = "{"x" * 4096}"', "environment: must be at most 3072 bytes, not 4100"),
        ("permissions = {}", "permissions: must be a list, not {}"),
        ("permissions = [1]", "permissions[0]: must be a table, not 1"),
        ("[[permissions]]\nresources = ['arn:aws:s3:::a']", "permissions[0].actions: must name at least one"),
        ('[[permissions]]\nactions = ["s3:GetObject"]', "permissions[0].resources: must name at least one"),
        ('[[permissions]]\nactions = ["s3:*"]', "permissions[0].actions: must be single actions such as"),
        ('[[permissions]]\nactions = ["*"]', "permissions[0].actions: must be single actions such as"),
        ('[[permissions]]\nresources = ["*"]', "permissions[0].resources: must be an ARN that names its service"),
        ('[[permissions]]\nresources = ["arn:aws:s3:::*"]', "permissions[0].resources: must be an ARN that names its"),
        ('[[permissions]]\nresources = ["arn:aws:s3:::{any}"]', "permissions[0].resources: {any} is no placeholder"),
        (
            '[[permissions]]\nresource = ["arn:aws:s3:::a"]',
            "permissions[0].resource: unknown; the keys here are actions,",
        ),
        ("schedules = 1", "schedules: must be a table, not 1"),
        ("[schedules]\nnightly = 1", "schedules.nightly: must be a table, not 1"),
        ('[schedules."in the night"]', "'schedules.in the night': the name must match [a-z][a-z0-9_]{0,30}"),
    ],
)
def test_a_bad_value_is_named_with_its_file_and_key(text: str, problem: str) -> None:
    _, problems = parse(text)

    assert [found for found in problems if found.startswith(f"{FILE}: {problem}")], problems


def test_a_lane_is_as_the_workers_own_queue_where_it_says_nothing_else() -> None:
    config, problems = parse("""
        batch_size = 20
        batch_window_s = 2
        max_concurrency = 9
        max_receives = 4
        [queues.bulk]
        [queues.narrow]
        max_concurrency = 2
        batch_size = 3
        batch_window_s = 0
        max_receives = 8
        priority = 5
        [queues.ordered]
        fifo = true
    """)

    assert problems == []
    assert config.queues == {
        "report": Lane(batch_size=20, batch_window_s=2, max_concurrency=9),
        "report.bulk": Lane(name="bulk", batch_size=20, batch_window_s=2),
        "report.narrow": Lane(name="narrow", batch_size=3, max_concurrency=2, max_receives=8, priority=5),
        "report.ordered": Lane(name="ordered", batch_size=1, fifo=True),
    }


@pytest.mark.parametrize(
    ("lane", "problem"),
    [
        ("colour = 1", "queues.bulk.colour: unknown; the keys here are fifo, batch_size,"),
        ("fifo = 1", "queues.bulk.fifo: must be true or false, not 1"),
        ("fifo = true\nbatch_size = 11", "queues.bulk.batch_size: must be a whole number from 1 to 10, not 11"),
        (
            "fifo = true\nbatch_window_s = 1",
            "queues.bulk.batch_window_s: must be 0, for a FIFO queue has no batch window",
        ),
        ("batch_size = 11", "queues.bulk.batch_window_s: must be at least 1 when batch_size is above 10"),
        ("priority = 10", "queues.bulk.priority: must be a whole number from 0 to 9, not 10"),
        ('priority = "high"', "queues.bulk.priority: must be a whole number"),
        ("max_concurrency = 1", "queues.bulk.max_concurrency: must be a whole number from 2 to 1000, not 1"),
        ("max_receives = 0", "queues.bulk.max_receives: must be a whole number from 1 to 1000, not 0"),
        ("memory_mb = 512", "queues.bulk.memory_mb: unknown"),
    ],
)
def test_a_bad_value_of_a_lane_is_named_with_its_key(lane: str, problem: str) -> None:
    _, problems = parse(f"[queues.bulk]\n{lane}")

    assert [found for found in problems if found.startswith(f"{FILE}: {problem}")], problems


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("dead", "queues.dead: 'dead' is what the queues of dead letters are called"),
        ("a-b", "queues.a-b: the name must match [a-z][a-z0-9_]{0,30}"),
        ("Bulk", "queues.Bulk: the name must match"),
        ("'x.fifo'", "queues.x.fifo: the name must match"),
    ],
)
def test_a_lane_whose_queue_could_be_taken_for_another_is_refused(name: str, problem: str) -> None:
    _, problems = parse(f"[queues.{name}]")

    assert [found for found in problems if found.startswith(f"{FILE}: {problem}")], problems


def test_a_lane_whose_queues_name_sqs_would_not_take_is_refused() -> None:
    longest = "w" * 32, "l" * (LONGEST - 32)
    names = Names("celeriac-" + "s" * 16)
    lane = Lane(name=longest[1], fifo=True)
    assert len(names.dead_letters(longest[0], lane)) == 80

    for worker, name, count in ((*longest, 0), (longest[0], longest[1] + "l", 1)):
        problems: list[str] = []
        WorkerConfig.parse(worker, {"queues": {name: {}}}, FILE, problems)
        assert len(problems) == count, problems


def test_all_that_is_wrong_with_a_file_is_said_at_once() -> None:
    _, problems = parse("""
        timeout_s = 901
        memory_mb = "much"
        batch_size = 50
        colour = "green"
        [queues.bulk]
        fifo = "yes"
        [environment]
        AWS_REGION = "mars"
        [schedules.nightly]
        cron = "at night"
    """)

    keys = [problem.split(": ")[1] for problem in problems]
    assert keys == [
        "memory_mb",
        "timeout_s",
        "queues.bulk.fifo",
        "schedules.nightly.cron",
        "schedules.nightly.task",
        "environment.AWS_REGION",
        "batch_window_s",
        "colour",
    ]


JSON_AND_MORE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
UNHURRIED = settings(deadline=None)  # how busy the machine is, is not what these look for
KEYS = st.sampled_from(
    ["memory_mb", "timeout_s", "uses", "queues", "schedules", "environment", "permissions"]
) | st.text(max_size=8)


@UNHURRIED
@given(st.dictionaries(KEYS, JSON_AND_MORE, max_size=4))
def test_no_value_of_any_kind_is_more_than_a_listed_problem(values: dict[str, Any]) -> None:
    problems: list[str] = []

    WorkerConfig.parse("report", values, FILE, problems)

    assert all(problem.startswith(f"{FILE}: ") and problem.isprintable() for problem in problems)
    assert all(len(problem) < 400 for problem in problems)


@UNHURRIED
@given(st.dictionaries(st.sampled_from(["cron", "rate", "at", "task", "timezone", "args", "kwargs"]), JSON_AND_MORE))
def test_no_schedule_of_any_kind_is_more_than_a_listed_problem(values: dict[str, Any]) -> None:
    problems: list[str] = []

    WorkerConfig.parse("report", {"schedules": {"nightly": values}}, FILE, problems)

    assert problems
    assert all(problem.startswith(f"{FILE}: schedules.nightly.") and problem.isprintable() for problem in problems)


@UNHURRIED
@given(st.dictionaries(st.sampled_from(["fifo", "priority", "batch_size", "batch_window_s", "other"]), JSON_AND_MORE))
def test_no_lane_of_any_kind_is_more_than_a_listed_problem(values: dict[str, Any]) -> None:
    problems: list[str] = []

    WorkerConfig.parse("report", {"queues": {"bulk": values}}, FILE, problems)

    assert all(problem.startswith(f"{FILE}: queues.bulk.") and problem.isprintable() for problem in problems)
