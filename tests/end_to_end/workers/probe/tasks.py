"""Tasks that show from outside what a worker does with them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from celeriac import Celeriac

app = Celeriac("probe")


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


@app.task
def die() -> None:
    """End the worker's process, each time."""
    os._exit(3)
