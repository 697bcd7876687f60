"""Some minutes of a small shop's work: photos and PDFs, most of them good, mails, schedules, a queue that got stuck."""

import itertools
import random
import tempfile
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local.demo import PDF, PHOTO
from local.screen import Screen
from local.seed import ADA
from local.system import System
from local.uploads import UploadError, send, send_by_form

__all__ = ["run", "stick"]

EVERY_S = 2.0
STUCK = "process_pdf"
SCHEDULES: tuple[dict[str, Any], ...] = (
    {
        "name": "morning greeting",
        "task": "notify.send_email",
        "schedule": "30 7 * * mon-fri",
        "timezone": "America/New_York",
        "args": [ADA.user_id, "Good morning"],
    },
    {
        "name": "thumbnails of the logo",
        "task": "thumbnail.generate_thumbnail",
        "schedule": "rate(6 hours)",
        "args": ["images/logo.png"],
        "enabled": False,
    },
)


def run(system: System, screen: Screen, minutes: float) -> None:
    """Send something every two seconds or so, for so long; the same in every run."""
    for schedule in SCHEDULES:
        system.api.post_json("/schedules", schedule)
    deadline, chance = time.monotonic() + 60 * minutes, random.Random(1)  # noqa: S311 - nothing secret
    with tempfile.TemporaryDirectory() as folder, screen.step(f"{minutes:g} minutes of traffic"):
        broken = [_cut(PHOTO, Path(folder)), _cut(PDF, Path(folder))]
        for number in itertools.count():
            if time.monotonic() > deadline:
                return
            _send(system, chance, broken, number)
            time.sleep(chance.uniform(0, 2 * EVERY_S))


def stick(system: System, screen: Screen) -> None:
    """Leave a queue paused, with messages in it."""
    with screen.step(f"pausing {STUCK}"):
        system.api.call("POST", f"/queues/{STUCK}/pause")
        for _ in range(9):
            send(system, PDF, ADA.user_id)


def failures(system: System) -> Iterator[dict[str, Any]]:
    """What has failed, newest first."""
    answer = system.api.get("/tasks", state="FAILURE")
    if answer.status == HTTPStatus.OK:
        yield from answer.json["tasks"]


def _send(system: System, chance: random.Random, broken: list[Path], number: int) -> None:
    wants = chance.choices(["photo", "form", "pdf", "broken", "mail", "stranger"], [9, 2, 4, 1, 5, 0.6])[0]
    try:
        if wants in {"photo", "pdf"}:
            send(system, PHOTO if wants == "photo" else PDF, ADA.user_id)
        elif wants == "form":
            send_by_form(system, PHOTO, ADA.user_id)
        elif wants == "broken":
            send(system, chance.choice(broken), ADA.user_id)
        else:
            to = ADA.user_id if wants == "mail" else f"visitor-{number}"
            system.api.post_json("/tasks", {"task": "notify.send_email", "args": [to, "Your order is on its way"]})
    except UploadError:
        return  # what the API refuses becomes no task


def _cut(file: Path, folder: Path) -> Path:
    """A file that ended half-way through its upload."""
    half = folder / file.name
    content = file.read_bytes()
    half.write_bytes(content[: len(content) // 2])
    return half
