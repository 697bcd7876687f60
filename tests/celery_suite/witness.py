"""A Redis, only as a witness: Celery's tasks note there what they did, and its tests look it up."""

from __future__ import annotations

import importlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

__all__ = ["connection", "knowing", "running"]

PATIENCE = 0.2
"""How much of a long wait is enough where nobody knows whether more is to come: the tests allow for a broker across a
network, and wait a minute for what comes or ten seconds for what should not."""
SHORTEST_WAIT_S = 1.0
LATECOMER_S = 5.0
LOOK_EVERY_S = 0.02

Idle = Callable[[], bool]
"""Whether nothing waits and nothing runs, so that nothing more is to come."""

_idle: list[Idle] = []


@contextmanager
def running(port: int = 0) -> Iterator[None]:
    """A Redis in memory on a port of this machine, named in the environment as Celery's tasks expect it."""
    listens = {"allow_reuse_address": True, "request_queue_size": 64, "daemon_threads": True}
    kind: Any = type("Redis", (importlib.import_module("fakeredis").TcpFakeServer,), listens)
    server = kind(("127.0.0.1", port), server_type="redis")
    threading.Thread(target=server.serve_forever, name="redis", daemon=True).start()
    os.environ["REDIS_HOST"], os.environ["REDIS_PORT"] = "127.0.0.1", str(server.server_address[1])
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def knowing(idle: Idle) -> Iterator[None]:
    """Let what is waited for be missed as soon as nothing is to come, and no sooner."""
    _idle.append(idle)
    try:
        yield
    finally:
        _idle.remove(idle)


def connection() -> Any:
    """A connection to the witness, for a test."""
    redis: Any = importlib.import_module("redis")
    made = redis.StrictRedis(host=os.environ["REDIS_HOST"], port=int(os.environ["REDIS_PORT"]), socket_timeout=None)
    wait, look = made.blpop, made.get
    made.get = lambda key: _looked_again(look, key)
    made.blpop = partial(_until_idle, made.lpop) if _idle else partial(_patiently, wait)
    return made


def _patiently(wait: Callable[[str, float], Any], key: str, timeout: float) -> Any:
    return wait(key, min(timeout, max(SHORTEST_WAIT_S, timeout * PATIENCE)))


def _until_idle(take: Callable[[str], Any], key: str, timeout: float) -> Any:
    """The key and the first of its list."""
    found = _watched(lambda: take(key), timeout)
    return None if found is None else (key.encode(), found)


def _looked_again(look: Callable[[str], Any], key: str) -> Any:
    """What is there a little later: of many things to come, a test waits for the first and wants to see all."""
    return _watched(lambda: look(key), LATECOMER_S)


def _watched(look: Callable[[], Any], timeout: float) -> Any:
    """What is there in time; nothing, too, once nothing is to come."""
    deadline = time.monotonic() + timeout
    while True:
        is_over = any(idle() for idle in _idle) or time.monotonic() > deadline  # first: else it may come in between
        if (found := look()) is not None or is_over:
            return found
        time.sleep(LOOK_EVERY_S)
