"""What operators do to the twin."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from celeriac import Celeriac
from celeriac.services import Services
from celeriac.testing import Crash, MemoryBackend, MemoryBroker, MemoryBucket, Twin

app = Celeriac("desk", set_as_current=False)
ran: list[int] = []


@app.task
def note(number: int) -> int:
    ran.append(number)
    return number


@app.task
def die() -> None:
    raise Crash


@pytest.fixture
def twin() -> Iterator[Twin]:
    ran.clear()
    with Twin(app) as twin:
        yield twin


def test_a_paused_queue_is_not_read_until_it_is_resumed(twin: Twin) -> None:
    app.operations.pause("desk")
    note.delay(1)
    twin.run()
    assert ran == []
    app.operations.resume("desk")
    twin.run()
    assert ran == [1]


def test_a_dead_letter_that_is_recorded_is_none_any_more(twin: Twin) -> None:
    result = die.delay()
    twin.run()
    assert result.state == "FAILURE"
    [status] = app.operations.queues()
    assert status.dead == 0


def test_a_letter_that_could_not_be_recorded_is_sent_again(twin: Twin) -> None:
    twin.fault = lambda what: fail(what) if what.startswith("record") else None
    result = die.delay()
    twin.run()
    assert [status.dead for status in app.operations.queues()] == [1]
    twin.fault = None
    assert app.operations.redrive("desk") == 1
    assert [(status.dead, status.waiting) for status in app.operations.queues()] == [(0, 1)]
    twin.run()
    assert result.state == "FAILURE"


def fail(what: str) -> None:
    raise Crash(what)


def test_an_app_on_aws_operates_on_aws() -> None:
    bucket = MemoryBucket()
    other = Celeriac("other", set_as_current=False)
    other.connect(Services(MemoryBroker(bucket, ["other"]), MemoryBackend(bucket)))
    assert type(other.operations).__name__ == "AmazonOperations"


def test_no_worker_loads_what_only_operators_need() -> None:
    program = "import sys, celeriac.worker; print([m for m in sys.modules if m.startswith('celeriac.operations')])"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
