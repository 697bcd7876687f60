"""The command line on what is deployed: a process of its own, ordinary credentials, and the deployment's name."""

import json
import signal
import subprocess
import sys
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from local import command_line
from local.system import System
from local.wait import until

pytestmark = pytest.mark.cloud


@dataclass
class Keyboard:
    """Somebody who types commands."""

    system: System

    def runs(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command, environment = [sys.executable, "-m", "celeriac", *words], self.system.environment()
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)

    @contextmanager
    def follows(self, *words: str) -> "Iterator[subprocess.Popen[str]]":
        """A command that goes on until Ctrl-C; after five minutes, that comes by itself."""
        process = command_line.begin(self.system, *words, stdout=subprocess.PIPE)
        ending = threading.Timer(300, process.send_signal, [signal.SIGINT])
        ending.start()
        with process:
            try:
                yield process
            finally:
                ending.cancel()
                process.send_signal(signal.SIGINT)

    def prints(self, *words: str) -> str:
        done = self.runs(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def tells(self, *words: str) -> Any:
        return json.loads(self.prints(*words, "--json"))

    def queue(self, name: str) -> Any:
        return next(queue for queue in self.tells("status")["queues"] if queue["name"] == name)

    def cost(self) -> Any:
        """What CloudWatch says was used in the last hour, in dollars by what for."""
        done = self.runs("cost", "--last", "1h", "--json")
        (used,) = json.loads(done.stdout).values() if done.returncode == 0 else [defaultdict(float)]
        return used


@pytest.fixture
def keyboard(system: System) -> Keyboard:
    return Keyboard(system)


def test_a_task_is_called_and_its_result_printed(keyboard: Keyboard) -> None:
    assert keyboard.prints("call", "probe.add", "-a", "[1, 2]", "--wait", "--timeout", "120") == "3"
    task_id = keyboard.prints("call", "probe.add", "-k", '{"x": 2, "y": 3}')
    assert keyboard.prints("result", task_id, "--wait", "--timeout", "120") == "5"


def test_a_failure_is_listed_shown_sent_again_and_struck_off(keyboard: Keyboard) -> None:
    task_id = f"cli-{uuid.uuid4()}"
    done = keyboard.runs("call", "probe.fail", "-a", '["no paper"]', "--task-id", task_id, "--wait", "--timeout", "120")
    assert (done.returncode, "ValueError: no paper" in done.stderr) == (1, True)
    assert task_id in [item["id"] for item in keyboard.tells("failures", "list", "-n", "probe.fail")]
    assert "raise ValueError(reason)" in keyboard.prints("failures", "show", task_id)
    keyboard.prints("failures", "retry", task_id)
    until(lambda: keyboard.tells("failures", "show", task_id)["attempt"] == 1, "the second attempt", timeout_s=120)
    until(lambda: keyboard.runs("failures", "drop", task_id).returncode == 0, "its end", timeout_s=120)
    assert task_id not in [item["id"] for item in keyboard.tells("failures", "list", "-n", "probe.fail")]


def test_a_paused_queue_keeps_its_messages_until_it_is_resumed(keyboard: Keyboard) -> None:
    keyboard.prints("pause", "probe")
    try:
        until(lambda: keyboard.queue("probe")["paused"], "the queue to be paused", timeout_s=120)
        task_id = keyboard.prints("call", "probe.add", "-a", "[1, 2]")
        assert keyboard.queue("probe")["waiting"] == 1
        assert keyboard.runs("result", task_id).returncode == 75
        until(lambda: keyboard.queue("probe")["oldest_s"], "the age of the message", timeout_s=120)
    finally:
        keyboard.prints("resume", "probe")
    assert keyboard.prints("result", task_id, "--wait", "--timeout", "120") == "3"


def test_workers_and_events_tell_what_was_done(keyboard: Keyboard) -> None:
    task_id = keyboard.prints("call", "probe.add", "-a", "[20, 22]")
    keyboard.prints("result", task_id, "--wait", "--timeout", "120")
    [probe] = [worker for worker in keyboard.tells("workers") if worker["name"] == "probe"]
    assert "probe.add" in probe["tasks"]
    assert probe["state"] == "Active"
    assert "    pong" in keyboard.prints("inspect", "ping", "-d", "probe")
    until(lambda: task_id in keyboard.prints("events", "-d", "probe"), "the log's line", timeout_s=120)


def test_events_are_told_as_they_happen_until_ctrl_c(keyboard: Keyboard) -> None:
    with keyboard.follows("events", "--follow", "-d", "probe", "--json") as events:
        assert events.stdout
        task_id = keyboard.prints("call", "probe.add", "-a", "[20, 22]")
        told = next(line for line in map(json.loads, events.stdout) if line["task_id"] == task_id)
        assert (told["worker"], told["message"], told["task"]) == ("probe", "task success", "probe.add")
        assert told["duration_s"] >= 0
    assert events.returncode == 130


def test_what_was_used_costs_more_after_a_task(keyboard: Keyboard) -> None:
    before = keyboard.cost()
    keyboard.prints("call", "probe.add", "-a", "[1, 2]", "--wait", "--timeout", "120")

    def is_more() -> bool:
        used = keyboard.cost()
        return all(used[part] > before[part] for part in ("SQS", "Lambda's invocations", "Lambda's time", "total"))

    until(is_more, "the task's figures", timeout_s=120)


def test_a_revoked_task_does_not_begin(keyboard: Keyboard) -> None:
    task_id = f"cli-{uuid.uuid4()}"
    keyboard.prints("revoke", task_id)
    keyboard.prints("call", "probe.add", "-a", "[1, 2]", "--task-id", task_id)
    done = keyboard.runs("result", task_id, "--wait", "--timeout", "120")
    assert (done.returncode, "REVOKED" in done.stderr) == (1, True)


def test_without_a_deployment_of_that_name_it_says_so(keyboard: Keyboard) -> None:
    environment = keyboard.system.environment() | {"CELERIAC_DEPLOYMENT": "celeriac-nowhere"}
    command = [sys.executable, "-m", "celeriac", "status"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 78
    assert done.stderr.startswith("celeriac: ")
    assert "/celeriac/celeriac-nowhere" in done.stderr
