"""A worker's process is killed in the middle of a batch: nothing is lost."""

import os
import signal
from pathlib import Path

import pytest

from local.system import System
from local.wait import until

pytestmark = pytest.mark.cloud


@pytest.mark.parametrize("short_visibility", [6], indirect=True)  # longer than ten tasks take on a busy machine
@pytest.mark.usefixtures("short_visibility")
def test_a_batch_whose_worker_is_killed_half_way_is_finished_by_another(system: System, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    calls = [{"task": "probe.add", "args": [n, n]} for n in range(9)]
    calls.insert(4, {"task": "probe.hold", "args": [str(gate)]})
    ids = [task["id"] for task in system.api.post_json("/tasks", calls).json["tasks"]]
    killed = until(lambda: _process_of(system, ids[4]), "the task to tell its process", timeout_s=60)

    os.kill(killed, signal.SIGKILL)
    gate.touch()

    ends = [system.finished(task_id) for task_id in ids]
    assert {end["state"] for end in ends} == {"SUCCESS"}
    held = ends.pop(4)
    assert held["result"] != killed
    assert [end["result"] for end in ends] == [2 * n for n in range(9)]


def _process_of(system: System, task_id: str) -> int | None:
    task = system.task(task_id)
    return int(task["meta"]["pid"]) if task["state"] == "PROGRESS" else None
