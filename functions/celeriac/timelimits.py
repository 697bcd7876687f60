"""Soft and hard time limits of a running task.

On the main thread a timer signal interrupts even a sleeping task; on another thread the exception arrives at the next
Python bytecode, so a task that hangs in C is ended by the function's own timeout, and its message comes back.
Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#time-limits
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

from celeriac.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded

__all__ = ["limited"]


class _HardLimit(BaseException):
    """Not an Exception, so that a task's `except Exception` does not outlive its hard limit."""


@contextmanager
def limited(soft_s: float | None, hard_s: float | None) -> Iterator[None]:
    """Raise SoftTimeLimitExceeded in here after `soft_s`, and end in TimeLimitExceeded after `hard_s`."""
    if not soft_s and not hard_s:
        yield
        return
    alarm = _SignalAlarm() if threading.current_thread() is threading.main_thread() else _ThreadAlarm()
    try:
        with ExitStack() as stack:
            stack.callback(alarm.cancel)
            alarm.set(
                [
                    (after_s, kind)
                    for after_s, kind in ((soft_s, SoftTimeLimitExceeded), (hard_s, _HardLimit))
                    if after_s
                ]
            )
            yield
    except _HardLimit:
        raise TimeLimitExceeded(f"the task ran longer than its time limit of {hard_s} s") from None


_Limits = list[tuple[float, type[BaseException]]]


class _SignalAlarm:
    """Raises in the main thread, by SIGALRM."""

    def set(self, limits: _Limits) -> None:
        self._limits, self._elapsed_s, self._armed = limits, 0.0, True
        self._before = signal.signal(signal.SIGALRM, self._ring)
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
    """Raises in the calling thread, by its id, from timer threads."""

    def set(self, limits: _Limits) -> None:
        self._thread_id, self._armed, self._lock = threading.get_ident(), True, threading.Lock()
        self._timers = [self._timer(after_s, kind) for after_s, kind in limits]

    def cancel(self) -> None:
        with self._lock:
            self._armed = False
            _raise_in(self._thread_id, None)
        for timer in self._timers:
            timer.cancel()

    def _timer(self, after_s: float, kind: type[BaseException]) -> threading.Timer:
        timer = threading.Timer(after_s, self._ring, [kind])
        timer.daemon = True
        timer.start()
        return timer

    def _ring(self, kind: type[BaseException]) -> None:
        with self._lock:
            if self._armed:
                _raise_in(self._thread_id, kind)


def _raise_in(thread_id: int, kind: Callable[[], BaseException] | None) -> None:
    """Raise in a thread at its next bytecode; None withdraws what is not raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), ctypes.py_object(kind) if kind else None)
