"""Schedules that an operator makes over HTTP; each has a book into which the probe writes its runs.

They fire into a lane of their own, for other tests count what is in the probe's queue.
"""

import time
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from local import web
from local.system import System

LANE = "fast"


@dataclass(frozen=True)
class Timetable:
    """The schedules of one test, all with the same crontab and the same beginning of their names."""

    system: System
    folder: Path
    crontab: str
    _prefix: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex[:12]}")

    def create(self, name: str) -> None:
        """Have a task write into the book whenever the crontab says."""
        call = {
            "name": self.full(name),
            "task": "probe.note",
            "schedule": self.crontab,
            "args": [str(self._book(name)), name, 0, False],
            "options": {"queue": f"probe.{LANE}"},
        }
        _check(self.system.api.post_json("/schedules", call))

    def change(self, name: str, action: str) -> None:
        """`pause` or `resume` a schedule."""
        _check(self.system.api.call("POST", f"/schedules/{self.full(name)}/{action}"))

    def delete(self, name: str) -> None:
        """Take a schedule away."""
        _check(self.system.api.call("DELETE", f"/schedules/{self.full(name)}"))

    def runs(self, name: str) -> int:
        """How often its task has run."""
        book = self._book(name)
        return len(book.read_text().splitlines()) if book.exists() else 0

    def full(self, name: str) -> str:
        """The schedule's name in the deployment."""
        return f"{self._prefix}-{name}"

    def _book(self, name: str) -> Path:
        return self.folder / self.full(name)


def made_within_a_minute(system: System, folder: Path) -> Timetable:
    """One of each that fires each minute, paused or deleted before a minute has passed since it was made."""
    while True:
        timetable, minute = Timetable(system, folder, "* * * * *"), _minute()
        make_one_of_each(timetable)
        if _minute() == minute:
            return timetable
        for name in ("steady", "paused", "resumed"):
            timetable.delete(name)


def _minute() -> int:
    return int(time.time() // 60)


def make_one_of_each(timetable: Timetable) -> None:
    """One that goes on, and one each that is paused, paused and resumed, and deleted before its first run."""
    for name in ("steady", "paused", "resumed", "deleted"):
        timetable.create(name)
    for name, action in (("paused", "pause"), ("resumed", "pause"), ("resumed", "resume")):
        timetable.change(name, action)
    timetable.delete("deleted")


def _check(answer: web.Answer) -> None:
    assert answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}, answer.body.decode()
