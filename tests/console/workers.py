"""Two small workers with tasks of every kind that a console has to show."""

from __future__ import annotations

import threading
from typing import Any

from celeriac import Celeriac, Task

__all__ = ["HELD", "WORKERS", "press", "shop"]

shop = Celeriac("shop", set_as_current=False)
press = Celeriac("press", set_as_current=False)
WORKERS = (shop, press)
HELD = threading.Event()
"""What `shop.hold` waits for."""


@shop.task(name="shop.add")
def add(x: int, y: int = 0) -> int:
    """End well."""
    return x + y


@shop.task(name="shop.total")
def total(numbers: list[int]) -> int:
    """Be the body of a chord."""
    return sum(numbers)


@shop.task(name="shop.fail")
def fail(reason: str = "no paper") -> None:
    """End badly."""
    raise ValueError(reason)


@shop.task(name="shop.hold", track_started=True)
def hold() -> str:
    """Run until the test lets it end."""
    HELD.wait(10)
    return "let go"


@shop.task(name="shop.again", bind=True, default_retry_delay=0, max_retries=2)
def again(self: Task) -> int:
    """Need three attempts."""
    if self.request.retries < 2:
        raise self.retry(exc=ValueError("not yet"))
    return int(self.request.retries)


@press.task(name="press.print_all", bind=True)
def print_all(self: Task, pages: int) -> list[Any]:
    """Have children of its own."""
    return [printed.delay(page).id for page in range(pages)]


@press.task(name="press.printed")
def printed(page: int) -> str:
    """Be a child."""
    return f"page {page}"
