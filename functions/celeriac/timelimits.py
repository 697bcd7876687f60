"""Soft and hard time limits of a running task.

On the main thread a timer signal interrupts even a sleeping task; on another thread the exception arrives at the next
Python bytecode, so a task that hangs in C is ended by the function's own timeout, and its message comes back.
Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#time-limits
"""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from celeriac.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded

__all__ = ["limited"]


class _HardLimit(BaseException):
    """Not an Exception, so that a task's `except Exception` does not outlive its hard limit."""


_Limits = list[tuple[float, type[BaseException]]]

LONGEST_S = 24 * 3600
"""No function runs for as long; a limit beyond it never rings, and needs no timer."""


@contextmanager
def limited(soft_s: float | None, hard_s: float | None) -> Iterator[None]:
    """Raise SoftTimeLimitExceeded in here after `soft_s`, and end in TimeLimitExceeded after `hard_s`."""
    wanted = ((soft_s, SoftTimeLimitExceeded), (hard_s, _HardLimit))
    limits: _Limits = [(after_s, kind) for after_s, kind in wanted if after_s and after_s < LONGEST_S]
    if not limits:
        yield
        return
    alarm = _SignalAlarm() if threading.current_thread() is threading.main_thread() else _ThreadAlarm()
    try:
        try:
            alarm.set(sorted(limits, key=lambda limit: limit[0]))
            yield
        finally:
            try:
                alarm.cancel()
            finally:
                alarm.cancel()  # again, for a limit may have come just then and ended the first call
    except _HardLimit:
        raise TimeLimitExceeded(f"the task ran longer than its time limit of {hard_s} s") from None


class _SignalAlarm:
    """Raises in the main thread, by SIGALRM."""

    def __init__(self) -> None:
        self._armed, self._before = True, signal.getsignal(signal.SIGALRM)

    def set(self, limits: _Limits) -> None:
        self._limits, self._elapsed_s = limits, 0.0
        signal.signal(signal.SIGALRM, self._ring)
        self._wind()

    def cancel(self) -> None:
        self._armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)

    def _wind(self) -> None:
        if self._limits:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, self._limits[0][0] - self._elapsed_s))

    def _ring(self, _signum: int, _frame: FrameType | None) -> None:
        if self._armed and self._limits:
            self._elapsed_s, kind = self._limits.pop(0)
            self._wind()
            raise kind()


class _ThreadAlarm:
    """Raises in the calling thread, by its id, from a thread that watches it.

    One thread for both limits: where Python 3.11 raises in a thread that is starting another, it hits the new one.
    """

    def __init__(self) -> None:
        self._thread_id, self._armed, self._lock = threading.get_ident(), True, threading.Lock()
        self._begun, self._over = threading.Event(), threading.Event()

    def set(self, limits: _Limits) -> None:
        threading.Thread(target=self._watch, args=[limits], daemon=True).start()
        self._begun.set()  # not earlier: start() is no place to raise in

    def cancel(self) -> None:
        with self._lock:
            self._armed = False
        self._over.set()  # what was raised before comes in this call at the latest, and ends it
        self._begun.set()

    def _watch(self, limits: _Limits) -> None:
        self._begun.wait()
        began_s = time.monotonic()
        for after_s, kind in limits:
            self._over.wait(began_s + after_s - time.monotonic())
            with self._lock:
                if not self._armed:
                    return
                _raise_in(self._thread_id, kind)


def _raise_in(thread_id: int, kind: type[BaseException]) -> None:
    """Raise in a thread at its next bytecode.

    It cannot be withdrawn: that leaves Python 3.11 and 3.12 on the look-out for ever, slow, and hung in a debugger.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), ctypes.py_object(kind))
