"""What CloudFormation asks of a worker that declares schedules, and what it is told; and crashes between two steps."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from celeriac import Celeriac, clock
from celeriac.testing import Crash, Twin
from celeriac.worker import Worker

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class CloudFormation:
    """The address to which answers go, and those that came."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        told = self.answers

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)

    def asks(self, app: Celeriac, what: str) -> dict[str, Any]:
        """Call the worker's function as CloudFormation does; returns what it is told."""
        told = {name: name.lower() for name in ("StackId", "RequestId", "LogicalResourceId")}
        url = f"http://127.0.0.1:{self.server.server_port}/answer"
        Worker(app)({**told, "RequestType": what, "ResponseURL": url}, None)  # type: ignore[arg-type]  # no batch
        return self.answers[-1]


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    cloud = CloudFormation()
    thread = threading.Thread(target=cloud.server.serve_forever)
    thread.start()
    yield cloud
    cloud.server.shutdown()
    thread.join()
    cloud.server.server_close()


@pytest.fixture
def app() -> Celeriac:
    app = Celeriac("office")
    app.task(name="office.work")(lambda: None)
    return app


def names(twin: Twin) -> list[str]:
    return sorted(rule.name for rule in twin.scheduler.rules())


def test_its_schedules_come_with_the_deployment_and_go_with_it(app: Celeriac, cloudformation: CloudFormation) -> None:
    app.conf.beat_schedule = {"it": {"task": "office.work", "schedule": 60}}
    with Twin(app) as twin:
        app.schedules.create("mine", "office.work", 60)

        told = cloudformation.asks(app, "Create")
        assert (told["Status"], told["PhysicalResourceId"], told["StackId"]) == ("SUCCESS", "office-beat", "stackid")
        assert names(twin) == ["mine", "office.it"]

        app.conf.beat_schedule = {}
        assert cloudformation.asks(app, "Update")["Status"] == "SUCCESS"
        assert names(twin) == ["mine"]

        app.conf.beat_schedule = {"it": {"task": "office.work", "schedule": 60}}
        cloudformation.asks(app, "Update")
        assert cloudformation.asks(app, "Delete")["Status"] == "SUCCESS"
        assert names(twin) == ["mine"]


def test_an_entry_that_cannot_be_fails_the_deployment_with_its_reason_and_changes_nothing(
    app: Celeriac, cloudformation: CloudFormation
) -> None:
    app.conf.beat_schedule = {
        "good": {"task": "office.work", "schedule": 60},
        "bad": {"task": "office.work", "schedule": 0.1},
    }
    with Twin(app) as twin:
        told = cloudformation.asks(app, "Create")

        assert told["Status"] == "FAILED"
        assert "beat_schedule['bad']" in told["Reason"]
        assert names(twin) == []


@pytest.mark.parametrize("when", [20, "0 13 * * *"], ids=str)
def test_a_worker_that_dies_anywhere_runs_each_firing_once(when: Any) -> None:
    quiet = ran_with_a_crash_at(when, None)
    steps = quiet[1]
    assert len(quiet[0]) == (3 if when == 20 else 1)
    for step in range(steps):
        ran, _ = ran_with_a_crash_at(when, step)
        assert {*ran} == {*quiet[0]}, f"step {step}"


def ran_with_a_crash_at(when: Any, step: int | None) -> tuple[list[str], int]:
    """The ids of the tasks that ran after one firing, in spite of a crash before a step; and the number of steps."""
    app, ran, count = Celeriac("office"), list[str](), 0

    def work(task: Any) -> None:
        ran.append(task.request.id)

    app.task(name="office.work", bind=True)(work)

    def fault(_what: str) -> None:
        nonlocal count
        count += 1
        if step is not None and count == step + 1:
            raise Crash

    with Twin(app) as twin:
        twin.now = NOON
        app.schedules.create("it", "office.work", when)
        twin.fault = fault
        for call in fired_at(twin, NOON + timedelta(hours=1)):
            twin.broker.put(*call)
        twin.run()
        assert clock.now() >= NOON
    return ran, count


def fired_at(twin: Twin, moment: datetime) -> list[tuple[str, str]]:
    twin.now = moment
    return [(call.queue, call.body) for call in twin.scheduler.fire(moment, with_rules=True)][:1]
