"""A connection whose request must have come by a time, however slowly its bytes drip in."""

from __future__ import annotations

import io
import socket
import time
from typing import Any

__all__ = ["ReadByDeadline"]


class ReadByDeadline(io.RawIOBase):
    """The reading side of a socket; `timeout_s` is for all reads together, after which they raise TimeoutError."""

    def __init__(self, connection: socket.socket, timeout_s: float) -> None:
        self._connection, self._deadline = connection, time.monotonic() + timeout_s

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there, or wait for it."""
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the request did not come in time")
        self._connection.settimeout(left_s)
        return self._connection.recv_into(buffer)
