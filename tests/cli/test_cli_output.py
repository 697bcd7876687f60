"""Where `celeriac` prints to: a terminal of any width, a pipe, a reader that has gone, a person who presses Ctrl-C."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from rich.console import Console

from celeriac import clock
from celeriac.cli.tables import UNCUT, show
from celeriac.exceptions import OperationalError
from celeriac.operations import LogLine

TASK_ID = "ebae5c41-52dc-4b92-bd4c-9fe52f0ba6bc"
FAILURES = ("Id", "Task", "When", "Error")
FAILURE = (TASK_ID, "thumbnail.generate_thumbnail", "2026-11-23 02:46:24", f"InvalidKey: {'no picture ' * 12}")


def shown(width: int, columns: Any = FAILURES, rows: Any = (FAILURE,)) -> list[str]:
    """A table's lines where there are so many columns."""
    file = io.StringIO()
    show(Console(width=width, file=file), columns, rows)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [20, 60, 80, 100, 132])
def test_an_id_can_be_copied_from_a_terminal_of_any_width(width: int) -> None:
    lines = shown(width)
    assert sum(TASK_ID in line for line in lines) == 1
    assert sum("thumbnail.generate_thumbnail" in line for line in lines) == 1


def test_a_row_is_a_line_for_a_program_whatever_is_in_it() -> None:
    header, row = shown(UNCUT, rows=[(*FAILURE[:3], "ValueError: two\nlines" + 300 * "x")])
    assert header.split() == list(FAILURES)
    assert row.endswith("  ValueError: two lines" + 300 * "x")
    assert [line for line in shown(UNCUT) if line != line.rstrip()] == []


def test_queues_are_a_table_on_a_terminal_of_80_columns() -> None:
    columns = ("Queue", "Worker", "State", "Waiting", "In flight", "Delayed", "Dead", "Oldest", "Reading")
    lines = shown(80, columns, [("process_pdf", "process_pdf", "Active", 12_345, 0, 0, 0, None, "paused")])
    assert len(lines) == 2
    assert max(map(len, lines)) <= 80


def test_the_timetable_is_a_table_on_a_terminal_of_80_columns_and_tells_the_zone(desktop: Any) -> None:
    words = ["daily_report", "press.printed", "0 23 * * *", "--timezone", "Europe/Berlin"]
    assert desktop.types("schedules", "create", *words, "-j").json["created"]["timezone"] == "Europe/Berlin"
    lines = [line.split("  ") for line in desktop.types("schedules", "list").out.splitlines()]
    columns, row = ([cell.strip() for cell in line if cell] for line in lines)
    assert row[2].endswith(" Europe/Berlin")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:00Z", row[3])
    on_a_terminal = shown(80, columns, [[row[0], "notify.daily_report", *row[2:]]])
    assert on_a_terminal[0].split() == " ".join(columns).split()
    assert max(map(len, on_a_terminal)) <= 80


def test_events_pass_through_a_pipe_as_they_happen(desktop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"message": "task success", "task": "desk.add", "task_id": "it"}
    desktop.twin.operations.lines = [
        LogLine(id="line", at=clock.now() - timedelta(seconds=5), worker="desk", fields=fields)
    ]
    arrived = []

    def wait(_seconds: float) -> NoReturn:
        pipe: Any = sys.stdout.buffer  # the runner's
        arrived.append(pipe.getvalue())
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", wait)
    assert desktop.types("events", "--follow").code == 130
    assert b"desk.add" in arrived[0]


def test_who_follows_events_goes_on_after_an_outage_and_misses_nothing(
    desktop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"message": "task success", "task": "desk.add", "task_id": "meanwhile"}
    lines, looks = desktop.twin.operations.lines, iter(range(9))

    def refused(_worker: str, _since: datetime) -> NoReturn:
        raise OperationalError("reading the log of desk: the network is gone")

    def wait(_seconds: float) -> None:
        match next(looks):
            case 0:
                monkeypatch.setattr(desktop.twin.operations, "log", refused)
            case 2:
                monkeypatch.undo()
                monkeypatch.setattr("time.sleep", wait)
                lines.append(LogLine(id="line", at=clock.now() - timedelta(seconds=5), worker="desk", fields=fields))
            case 3:
                raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", wait)
    told = desktop.types("events", "--follow")
    assert (told.code, told.err.count("the network is gone; trying on"), told.out.count("meanwhile")) == (130, 1, 1)


def test_who_stops_waiting_for_a_task_is_told_its_id(desktop: Any) -> None:
    def interrupt(what: str) -> None:
        if what.startswith("read"):
            raise KeyboardInterrupt

    desktop.twin.fault = interrupt
    told = desktop.types("call", "desk.add", "-a", "[1]", "--task-id", "it", "--wait")
    assert told.code == 130
    assert "task it goes on" in told.err


def test_ctrl_c_before_a_command_has_begun_is_no_error() -> None:
    program = (
        "import sys, celeriac.cli\n"
        "class Pressed:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed()); celeriac.cli.main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("words", [["--version"], ["control", "--list"], ["cost", "--tasks", "1M"], ["--help"]])
def test_a_reader_that_has_gone_is_no_error_and_a_full_disk_is_told(words: list[str]) -> None:
    command = [sys.executable, "-m", "celeriac", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ended:
        assert ended.stdout
        assert ended.stderr
        ended.stdout.close()
        assert ended.stderr.read() == ""
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (told.returncode, told.stderr) == (1, "celeriac: [Errno 28] No space left on device\n")
