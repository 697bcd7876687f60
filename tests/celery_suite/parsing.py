"""Parsing Python in several threads: pytest and the worker both do it, to print tracebacks.

CPython counts the depth of a syntax tree for the whole interpreter (until 3.13), so that two threads at a time now and
then end in "SystemError: AST constructor recursion depth mismatch", and pytest with them.
"""

from __future__ import annotations

import ast
import functools
import threading
from typing import Any

__all__ = ["take_turns"]


def take_turns() -> None:
    """Let one thread parse at a time."""
    parse, lock = ast.parse, threading.RLock()

    @functools.wraps(parse)
    def one_at_a_time(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return parse(*args, **kwargs)

    ast.parse = one_at_a_time
