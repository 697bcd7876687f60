"""Lanes of a deployed worker: a fast one beside a bulk one, one in order, and a task that is due much later."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from celeriac import Celeriac, aws, clock
from local.system import System
from local.wait import until

pytestmark = pytest.mark.cloud

TICK_S = 120
"""MiniStack looks at its schedules every ten seconds."""


@pytest.fixture
def program(system: System, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A program outside AWS that knows the deployment's name."""
    for name, value in system.endpoint.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CELERIAC_DEPLOYMENT", system.outputs.deployment)
    from celeriac import config

    config.of_this_process.cache_clear()
    aws.forget_clients()
    yield Celeriac("web")
    config.of_this_process.cache_clear()
    aws.forget_clients()


def test_a_full_bulk_lane_does_not_delay_the_fast_one(program: Celeriac, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    held = [program.send_task("probe.wait", [str(gate)], queue="bulk") for _ in range(30)]
    until(lambda: held[0].state == "PROGRESS" or held[1].state == "PROGRESS", "the bulk lane to be busy", timeout_s=60)

    assert program.send_task("probe.add", [2, 3], priority=9).get(timeout=120) == 5
    assert program.send_task("probe.add", [2, 4]).get(timeout=120) == 6

    found = [result.state for result in held]
    gate.touch()
    assert "SUCCESS" not in found
    assert "PENDING" in found, "what was sent later did not wait until all of the bulk had begun"
    assert {result.get(timeout=180) for result in held} == {True}


def test_a_fifo_lane_keeps_each_groups_order_with_a_retry_in_the_middle(program: Celeriac, tmp_path: Path) -> None:
    book = tmp_path / "book"
    for number in range(5):
        for group in ("x", "y"):
            options: dict[str, Any] = {"queue": "ordered", "message_group_id": group}
            last = program.send_task("probe.note", [str(book), group, number, number == 2], **options)
    until(lambda: book.exists() and len(book.read_text().split()) == 12, "all tasks and retries", timeout_s=180)

    for group in ("x", "y"):
        notes = [json.loads(line) for line in book.read_text().split()]
        attempts = [(number, retries) for name, number, retries in notes if name == group]
        assert [number for number, retries in attempts if retries == 0] == [0, 1, 2, 3, 4]
        assert attempts.index((2, 1)) > attempts.index((2, 0))
    assert last.get(timeout=120) == 4


def test_a_task_that_is_due_in_hours_comes_back_through_the_scheduler(program: Celeriac) -> None:
    now = datetime.now().astimezone()
    with clock.running_on(lambda: now - timedelta(hours=3)):
        result = program.send_task("probe.add", [20, 22], eta=now + timedelta(seconds=10))
    scheduler = program.services.broker.scheduler
    assert scheduler is not None
    assert result.id in {pending.id for pending in scheduler.pending()}
    assert result.get(timeout=TICK_S) == 42
    until(lambda: result.id not in {pending.id for pending in scheduler.pending()}, "it to delete itself", TICK_S)
