"""Ports for programs that are told where to listen."""

from __future__ import annotations

import socket

__all__ = ["reserved_port"]

_reserved: list[socket.socket] = []


def reserved_port() -> int:
    """A port of 127.0.0.1 that no other program is given while this process lives.

    It is bound, and nobody listens at it: who asks for any free port gets another, and a server that takes an address
    again (SO_REUSEADDR, as they all do on POSIX) may listen there.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _reserved.append(holder)
    return int(holder.getsockname()[1])
