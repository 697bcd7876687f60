"""Metrics: what a worker's lines in the embedded metric format say, and what they never say."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celeriac import Celeriac, limits
from celeriac.exceptions import Ignore, Reject
from celeriac.metrics import UNITS
from celeriac.noticeboard import card_key
from celeriac.task import Task
from celeriac.testing import Crash, Twin
from tests.celeriac.office import Office, put

EPOCH_MS = 1_600_000_000_000


@pytest.fixture(autouse=True)
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "celeriac-test-office")
    monkeypatch.setenv("CELERIAC_DEPLOYMENT", "celeriac-test")


@pytest.fixture
def office() -> Office:
    """The office, which leaves the loggers of the tests alone."""
    office = Office()
    office.app.conf.worker_hijack_root_logger = False
    return office


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The metric lines that were written since the last time, each as CloudWatch would take it."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        check(line)
    return lines


def check(line: dict[str, Any]) -> None:
    """What the format asks of a line; CloudWatch drops one that does not heed it, and says nothing."""
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert line["_aws"]["Timestamp"] > EPOCH_MS
    assert re.fullmatch(r"[\w./#:-]{1,255}", directive["Namespace"], re.ASCII)
    assert directive["Metrics"]
    for metric in directive["Metrics"]:
        assert metric == {"Name": metric["Name"], "Unit": UNITS[metric["Name"]]}
        values = line[metric["Name"]]
        assert 0 < len(values) <= limits.EMF_VALUES if isinstance(values, list) else values > 0
    for dimensions in directive["Dimensions"]:
        assert all(re.fullmatch(r"[!-~][ -~]{0,1023}", line[name]) for name in dimensions)


def test_a_batch_is_one_line_for_each_name_with_counts_and_times(
    office: Office, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        office.work.delay(number)
    office.note.delay("x")
    twin.run()
    work, note = sorted(told(capsys), key=lambda line: str(line["task"]), reverse=True)
    assert work["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "celeriac-test"
    assert work["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["worker"], ["worker", "task"]]
    assert (work["worker"], work["task"], note["task"]) == ("office", "office.work", "office.note")
    assert (work["Received"], work["Succeeded"], note["Received"]) == (3, 3, 1)
    assert work["Duration"] == [0, 0, 0]
    assert work["TimeInQueue"] == pytest.approx([0, 0, 0], abs=0.01)
    assert "Failed" not in work


def test_every_outcome_has_its_metric(office: Office, twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    @office.app.task(name="office.all", bind=True, max_retries=1, default_retry_delay=60)
    def ends(task: Task, way: str) -> None:
        if way == "retry" and task.request.retries == 0:
            raise task.retry()
        if way == "reject" and not task.request.delivery_info.get("redelivered"):
            raise Reject("later", requeue=True)
        if way == "fail":
            raise ValueError(way)
        if way == "ignore":
            raise Ignore

    office.app.control.revoke("gone")
    ends.apply_async(["well"], task_id="gone")
    for way in ("well", "retry", "reject", "fail", "ignore"):
        ends.delay(way)
    twin.run()
    lines = told(capsys)
    sums = {name: sum(line.get(name, 0) for line in lines) for name in UNITS if UNITS[name] == "Count"}
    assert sums == {"Received": 8, "Succeeded": 3, "Failed": 1, "Retried": 1, "Revoked": 1, "Rejected": 1}


def test_the_time_in_queue_leaves_out_what_a_task_was_to_wait(
    office: Office, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    office.work.apply_async([1], countdown=3600)
    office.work.apply_async([2])
    twin.now += timedelta(seconds=7)
    twin.run()
    assert [line["TimeInQueue"] for line in told(capsys)] == [[pytest.approx(7, abs=0.01)], [0.0]]


HOSTILE = ["office.absent", "a" * 255, "üñí", "{}", "\n", "office.work ", "_aws", "unknown"]


def test_a_name_that_no_task_has_is_no_dimension(
    office: Office, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, name in enumerate(HOSTILE):
        put(twin, json.dumps({"v": 1, "id": f"id-{number}", "task": name, "args": [1], "queue": "office"}))
    twin.run()
    (line,) = told(capsys)
    assert (line["task"], line["Received"], line["Failed"]) == ("unknown", len(HOSTILE), len(HOSTILE))


@settings(max_examples=50, deadline=None)
@given(name=st.text(min_size=1, max_size=100).filter(str.strip))
def test_whatever_a_task_is_called_its_line_can_be_read(name: str) -> None:
    app, lines = Celeriac("office", worker_hijack_root_logger=False), list[str]()
    app.task(name=name)(lambda: None)
    with pytest.MonkeyPatch.context() as patch, Twin(app) as twin:
        patch.setattr("sys.stdout", _Stream(lines))
        put(twin, json.dumps({"v": 1, "id": "a", "task": name, "queue": "office"}))
        twin.run()
    assert all(line.count("\n") == 1 for line in lines)
    for line in lines:
        check(json.loads(line))


class _Stream:
    def __init__(self, lines: list[str]) -> None:
        self.write, self.flush = lines.append, lambda: None


def test_neither_ids_nor_arguments_are_told(office: Office, twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    office.work.apply_async(["secret"], task_id="very-particular")
    twin.run()
    text = capsys.readouterr().out
    assert "office.work" in text
    assert "very-particular" not in text
    assert "secret" not in text


def test_a_long_batch_takes_as_many_lines_as_the_format_asks_for(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with Twin(office.app, batch_size=1000) as twin:
        office.work.chunks([(number,) for number in range(250)], 1).apply_async()
        for number in range(250):
            office.work.delay(number)
        twin.run()
    lines = [line for line in told(capsys) if line["task"] == "office.work"]
    assert [len(line["Duration"]) for line in lines] == [100, 100, 50]
    assert [line.get("Received") for line in lines] == [250, None, None]


def test_threads_lose_no_count(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    barrier = threading.Barrier(8, timeout=60)
    office.app.task(name="office.together")(lambda: barrier.wait() and None)
    with Twin(office.app, concurrency=8, batch_size=64) as twin:
        for _ in range(64):
            office.app.send_task("office.together")
        twin.run()
    (line,) = told(capsys)
    assert (line["Received"], line["Succeeded"], len(line["Duration"])) == (64, 64, 64)


def test_what_was_done_before_a_suspect_runs_is_told_before_it_runs(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    @office.app.task(name="office.die")
    def die() -> None:
        raise Crash("the process is gone")

    with Twin(office.app, max_receives=3) as twin:
        die.delay()
        twin.invoke("office")
        twin.now += timedelta(seconds=6 * twin.timeout_s)
        for number in range(4):
            office.work.delay(number)
        twin.run()
    lines = told(capsys)
    assert sum(line.get("Succeeded", 0) for line in lines) == 4
    assert [line["Failed"] for line in lines if line["task"] == "office.die"] == [1]


@pytest.mark.parametrize(("level", "expected"), [("worker", [["worker"]]), ("off", None), ("nonsense", None)])
def test_a_deployment_may_have_fewer_metrics_or_none(
    office: Office,
    twin: Twin,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    level: str,
    expected: Any,
) -> None:
    monkeypatch.setenv("CELERIAC_METRICS", level)
    office.work.delay(1)
    twin.run()
    lines = told(capsys)
    assert [line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] for line in lines] == ([expected] if expected else [])


def test_a_worker_that_shares_its_app_with_another_is_told_of_under_its_own_name(
    office: Office, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    twin.broker.worker = "depot"
    office.work.delay(1)
    twin.run()
    assert {line["worker"] for line in told(capsys)} == {"depot"}
    assert twin.backend.read([], [card_key("depot"), card_key("office")])[1].keys() == {card_key("depot")}


def test_outside_lambda_nothing_is_written(
    office: Office, twin: Twin, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME")
    office.work.delay(1)
    twin.run()
    assert capsys.readouterr().out == ""


def test_the_line_of_a_batch_of_ten_is_as_long_as_the_costs_say(
    office: Office, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(10):
        office.work.delay(number)
    twin.run()
    assert len(capsys.readouterr().out) < 600
