import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.cloud import Cloud, CloudStartError
from local.resident import Running
from local.wait import until

NOBODY_LISTENS = 1  # a port that is never given out
PROCESS = """
import signal, sys, time
signal.signal(signal.SIGTERM, {on_term})
print("ready", flush=True)
time.sleep(60)
"""


@contextmanager
def process_that_holds_the_lock(folder: Path, on_term: str = "signal.SIG_DFL") -> Iterator["subprocess.Popen[str]"]:
    """Stands for the embedded AWS: a process in a group of its own, which inherited the lock."""
    with (folder / "process.json").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS.format(on_term=on_term)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            pass_fds=[file.fileno()],
        )
        json.dump({"pid": process.pid, "url": "http://127.0.0.1:4999"}, file)
    with process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def test_nothing_runs_in_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "never-made")

    assert cloud.running() is None
    assert cloud.stop() is False


def test_a_process_is_found_by_another_run_through_the_lock_it_holds(tmp_path: Path) -> None:
    with process_that_holds_the_lock(tmp_path) as process:
        assert Cloud(tmp_path).running() == Running(process.pid, "http://127.0.0.1:4999")


def test_a_process_id_that_was_given_to_another_program_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "process.json").write_text(json.dumps({"pid": os.getpid(), "url": "http://127.0.0.1:4999"}))

    assert Cloud(tmp_path).running() is None
    assert Cloud(tmp_path).stop() is False


def test_stopping_ends_the_process_and_removes_its_scratch_files(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp/function.zip").write_bytes(b"")
    with process_that_holds_the_lock(tmp_path) as process:
        assert Cloud(tmp_path).stop() is True

        assert process.wait() == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_ignores_the_polite_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.resident.STOP_S", 0.1)
    with process_that_holds_the_lock(tmp_path, on_term="signal.SIG_IGN") as process:
        assert Cloud(tmp_path).stop() is True

        assert process.wait() == -signal.SIGKILL


def test_a_second_one_is_not_started_in_the_same_folder(tmp_path: Path) -> None:
    with (
        process_that_holds_the_lock(tmp_path) as process,
        pytest.raises(CloudStartError, match="running already: `make down` stops it"),
    ):
        Cloud(tmp_path).start(port=4999)
    assert process.returncode == -signal.SIGKILL  # by the test itself: the start left it alone


def test_one_that_ends_at_once_is_reported_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.cloud.PYTHON", Path(sys.executable))  # an interpreter without the embedded AWS

    with pytest.raises(CloudStartError, match="No module named ministack"):
        Cloud(tmp_path).start(port=NOBODY_LISTENS)

    assert until(lambda: Cloud(tmp_path).running() is None, "the lock to be free", timeout_s=60)
