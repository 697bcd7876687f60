"""Soft and hard time limits of a running task.

On the main thread a timer signal interrupts even a sleeping task. On another thread the call gets a thread of its own,
where the exception arrives at the next Python bytecode; one that hangs in C past its hard limit is left behind, so that
its batch goes on without it. What hangs in C on the main thread is ended by the function's own timeout.
Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#time-limits
"""

from __future__ import annotations

import contextvars
import ctypes
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from celeriac.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded

__all__ = ["GRACE_S", "HardLimit", "Limits", "exceeded", "limits_of", "within"]

Limits = list[tuple[float, type[BaseException]]]
"""Seconds after the beginning, and what is then raised; the sooner first."""

LONGEST_S = 24 * 3600
"""No function runs for as long; a limit beyond it never rings, and needs no timer."""
GRACE_S = 1.0
"""How long a task that was told of its hard limit may take to end before it is left behind."""


class HardLimit(BaseException):
    """Not an Exception, so that a task's `except Exception` does not outlive its hard limit."""


def limits_of(soft_s: float | None, hard_s: float | None) -> Limits:
    """The limits that may be reached, in their order."""
    wanted = ((soft_s, SoftTimeLimitExceeded), (hard_s, HardLimit))
    limits: Limits = [(after_s, kind) for after_s, kind in wanted if after_s and after_s < LONGEST_S]
    return sorted(limits, key=lambda limit: limit[0])


def within(limits: Limits, call: Callable[[], Any]) -> Any:
    """Call, and raise SoftTimeLimitExceeded in there at the soft limit; ends in TimeLimitExceeded at the hard one."""
    if not limits:
        return call()
    here = threading.current_thread() is threading.main_thread()
    try:
        return _Alarm().around(limits, call) if here else _Watched(call).until(limits)
    except HardLimit:
        raise exceeded(limits) from None


def exceeded(limits: Limits) -> TimeLimitExceeded:
    """What a task ends in that has come to its hard limit."""
    hard_s = next(after_s for after_s, kind in limits if kind is HardLimit)
    return TimeLimitExceeded(f"the task ran longer than its time limit of {hard_s} s")


class _Alarm:
    """Raises in the main thread, by SIGALRM."""

    def __init__(self) -> None:
        self._armed, self._before = True, signal.getsignal(signal.SIGALRM)

    def around(self, limits: Limits, call: Callable[[], Any]) -> Any:
        try:
            self._set(limits)
            return call()
        finally:
            try:
                self._cancel()
            finally:
                self._cancel()  # again, for a limit may have come just then and ended the first call

    def _set(self, limits: Limits) -> None:
        self._limits, self._elapsed_s = [*limits], 0.0
        signal.signal(signal.SIGALRM, self._ring)
        self._wind()

    def _cancel(self) -> None:
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


class _Watched:
    """A call in a thread of its own, which its caller watches, interrupts, and may leave behind."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = contextvars.copy_context().run, call
        self._lock, self._is_over = threading.Lock(), False
        self._value: Any = None
        self._error: BaseException | None = None

    def until(self, limits: Limits) -> Any:
        thread, began_s = threading.Thread(target=self._run, daemon=True), time.monotonic()
        thread.start()
        for after_s, kind in limits:
            thread.join(max(0.0, began_s + after_s - time.monotonic()))
            self._interrupt(thread, kind)
            if kind is HardLimit:
                thread.join(GRACE_S)
                if thread.is_alive():
                    raise HardLimit
        thread.join()
        if self._error is not None:
            raise self._error
        return self._value

    def _run(self) -> None:
        run_in_context, call = self._call
        try:
            try:
                self._value = run_in_context(call)
            finally:
                self._end()
        except BaseException as error:  # noqa: BLE001 - raised again where the thread was started
            self._end()  # again, for a limit may have come just then and ended the first call
            self._error = error

    def _end(self) -> None:
        with self._lock:
            self._is_over = True

    def _interrupt(self, thread: threading.Thread, kind: type[BaseException]) -> None:
        """Raise in the thread at its next bytecode, unless its call is over.

        It cannot be withdrawn: that leaves Python 3.11 and 3.12 on the look-out for ever, slow, and hung in a debugger.
        """
        with self._lock:
            if not self._is_over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(kind))
