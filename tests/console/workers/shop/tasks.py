"""A worker of the console's tests: tasks that end well, badly, late, and only when they are let."""

from __future__ import annotations

import threading

from celeriac import Celeriac, Task

app = Celeriac("shop", set_as_current=False)
held = threading.Event()
"""What `hold` waits for."""


@app.task
def add(x: int, y: int = 0) -> int:
    """End well."""
    return x + y


@app.task
def total(numbers: list[int]) -> int:
    """Be the body of a chord."""
    return sum(numbers)


@app.task
def fail(reason: str = "no paper") -> None:
    """End badly."""
    raise ValueError(reason)


@app.task(track_started=True)
def hold() -> str:
    """Run until the test lets it end."""
    held.wait(600)
    return "let go"


@app.task(bind=True, default_retry_delay=0, max_retries=2)
def again(self: Task) -> int:
    """Need three attempts."""
    if self.request.retries < 2:
        raise self.retry(exc=ValueError("not yet"))
    return int(self.request.retries)
