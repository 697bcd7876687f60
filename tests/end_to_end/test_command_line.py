"""The command line on what is deployed: a process of its own, ordinary credentials, and the deployment's name."""

import json
import subprocess
import sys
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from local.system import System
from local.wait import until

pytestmark = pytest.mark.cloud


@dataclass
class Keyboard:
    """Somebody who types commands."""

    system: System

    def runs(self, *words: str) -> "subprocess.CompletedProcess[str]":
        environment = self.system.endpoint.environment() | {"CELERIAC_DEPLOYMENT": self.system.outputs.deployment}
        command = [sys.executable, "-m", "celeriac", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)

    def prints(self, *words: str) -> str:
        done = self.runs(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def tells(self, *words: str) -> Any:
        return json.loads(self.prints(*words, "--json"))

    def queue(self, name: str) -> Any:
        return next(queue for queue in self.tells("status")["queues"] if queue["name"] == name)


@pytest.fixture
def keyboard(system: System) -> Keyboard:
    return Keyboard(system)


def test_a_task_is_called_and_its_result_printed(keyboard: Keyboard) -> None:
    assert keyboard.prints("call", "probe.add", "-a", "[1, 2]", "--wait", "--timeout", "30") == "3"
    task_id = keyboard.prints("call", "probe.add", "-k", '{"x": 2, "y": 3}')
    assert keyboard.prints("result", task_id, "--wait", "--timeout", "30") == "5"


def test_a_failure_is_listed_shown_sent_again_and_struck_off(keyboard: Keyboard) -> None:
    task_id = f"cli-{uuid.uuid4()}"
    done = keyboard.runs("call", "probe.fail", "-a", '["no paper"]', "--task-id", task_id, "--wait", "--timeout", "30")
    assert (done.returncode, "ValueError: no paper" in done.stderr) == (1, True)
    assert task_id in [item["id"] for item in keyboard.tells("failures", "list", "-n", "probe.fail")]
    assert "raise ValueError(reason)" in keyboard.prints("failures", "show", task_id)
    keyboard.prints("failures", "retry", task_id)
    until(lambda: keyboard.tells("failures", "show", task_id)["attempt"] == 1, "the second attempt", timeout_s=30)
    until(lambda: keyboard.runs("failures", "drop", task_id).returncode == 0, "its end", timeout_s=30)
    assert task_id not in [item["id"] for item in keyboard.tells("failures", "list", "-n", "probe.fail")]


def test_a_paused_queue_keeps_its_messages_until_it_is_resumed(keyboard: Keyboard) -> None:
    keyboard.prints("pause", "probe")
    try:
        until(lambda: keyboard.queue("probe")["paused"], "the queue to be paused", timeout_s=30)
        task_id = keyboard.prints("call", "probe.add", "-a", "[1, 2]")
        assert keyboard.queue("probe")["waiting"] == 1
        assert keyboard.runs("result", task_id).returncode == 75
    finally:
        keyboard.prints("resume", "probe")
    assert keyboard.prints("result", task_id, "--wait", "--timeout", "60") == "3"


def test_workers_and_events_tell_what_was_done(keyboard: Keyboard) -> None:
    task_id = keyboard.prints("call", "probe.add", "-a", "[20, 22]")
    keyboard.prints("result", task_id, "--wait", "--timeout", "30")
    [probe] = [worker for worker in keyboard.tells("workers") if worker["name"] == "probe"]
    assert "probe.add" in probe["tasks"]
    assert probe["state"] == "Active"
    assert "    pong" in keyboard.prints("inspect", "ping", "-d", "probe")
    until(lambda: task_id in keyboard.prints("events", "-d", "probe"), "the log's line", timeout_s=30)


def test_a_revoked_task_does_not_begin(keyboard: Keyboard) -> None:
    task_id = f"cli-{uuid.uuid4()}"
    keyboard.prints("revoke", task_id)
    keyboard.prints("call", "probe.add", "-a", "[1, 2]", "--task-id", task_id)
    done = keyboard.runs("result", task_id, "--wait", "--timeout", "30")
    assert (done.returncode, "REVOKED" in done.stderr) == (1, True)


def test_without_a_deployment_of_that_name_it_says_so(keyboard: Keyboard) -> None:
    environment = keyboard.system.endpoint.environment() | {"CELERIAC_DEPLOYMENT": "celeriac-nowhere"}
    command = [sys.executable, "-m", "celeriac", "status"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in {69, 78}
    assert done.stderr.startswith("celeriac: ")
    assert "/celeriac/celeriac-nowhere" in done.stderr
