"""Tasks that show from outside what a worker does with them."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from typing import Any

from celeriac import Celeriac
from celeriac.schedules import crontab

app = Celeriac("probe", timezone="Europe/Berlin")
app.conf.beat_schedule = {
    "yearly": {"task": "probe.add", "schedule": crontab(0, 0, day_of_month=1, month_of_year=1), "args": (1, 2)},
}


@app.task
def add(x: int, y: int) -> int:
    """Return the sum."""
    return x + y


@app.task
def fail(reason: str) -> None:
    """Fail with that reason."""
    raise ValueError(reason)


@app.task(bind=True)
def hold(self: Any, gate: str) -> int:
    """Tell the process id, then wait until the file `gate` is there; returns the process id that saw it."""
    self.update_state(state="PROGRESS", meta={"pid": os.getpid()})
    while not Path(gate).exists():
        time.sleep(0.02)
    return os.getpid()


@app.task(bind=True)
def wait(self: Any, gate: str) -> bool:
    """Wait for the file `gate`, up to two seconds at a time."""
    self.update_state(state="PROGRESS", meta={})
    end = time.monotonic() + 2
    while time.monotonic() < end:
        if Path(gate).exists():
            return True
        time.sleep(0.02)
    raise self.retry(countdown=0, max_retries=None)


@app.task(bind=True)
def note(self: Any, book: str, group: str, number: int, is_retried: bool) -> int:
    """Write a line into the file `book`; ask for another attempt if that is wanted."""
    with Path(book).open("a") as file:
        file.write(f'["{group}",{number},{self.request.retries}]\n')
    if is_retried and self.request.retries == 0:
        raise self.retry(countdown=1)
    return number


@app.task
def die() -> None:
    """End the worker's process, each time."""
    os._exit(3)


@app.task
def hang() -> None:
    """Take longer than the function may, each time."""
    time.sleep(60)


@app.task
def hog() -> None:
    """Ask for more memory than there is: an address space of which most is used already."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, hard))
    try:
        bytearray(1 << 34)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@app.task(time_limit=1)
def wait_in_c() -> None:
    """Take longer than its own limit."""
    time.sleep(30)
