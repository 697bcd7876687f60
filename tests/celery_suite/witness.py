"""A Redis, only as a witness: Celery's tasks note there what they did, and its tests look it up."""

from __future__ import annotations

import importlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

__all__ = ["connection", "free_ports", "running"]

PATIENCE = 0.2
"""How much of a long wait is enough: the tests allow for a broker across a network, and wait a minute for what comes or
ten seconds for what should not; the twin is there in milliseconds."""
SHORTEST_WAIT_S = 1.0
LATECOMER_S = 5.0


def free_ports(count: int) -> list[int]:
    """Different ports of this machine that nobody uses."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(listener.getsockname()[1]) for listener in listeners]


@contextmanager
def running(port: int = 0) -> Iterator[None]:
    """A Redis in memory on a port of this machine, named in the environment as Celery's tasks expect it."""
    server: Any = importlib.import_module("fakeredis").TcpFakeServer(("127.0.0.1", port), server_type="redis")
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="redis", daemon=True).start()
    os.environ["REDIS_HOST"], os.environ["REDIS_PORT"] = "127.0.0.1", str(server.server_address[1])
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def connection() -> Any:
    """A connection to the witness, for a test."""
    redis: Any = importlib.import_module("redis")
    made = redis.StrictRedis(host=os.environ["REDIS_HOST"], port=int(os.environ["REDIS_PORT"]), socket_timeout=None)
    wait, look = made.blpop, made.get
    made.get = lambda key: _looked_again(look, key)
    made.blpop = lambda keys, timeout: wait(keys, min(timeout, max(SHORTEST_WAIT_S, timeout * PATIENCE)))
    return made


def _looked_again(look: Callable[[str], Any], key: str) -> Any:
    """What is there a little later: of many things to come, a test waits for the first and wants to see all."""
    deadline = time.monotonic() + LATECOMER_S
    while (found := look(key)) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return found
