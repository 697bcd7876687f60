"""The event loop that all `async def` tasks of a process share; imported only where one runs.

It has a thread of its own, and lives as long as the process, so that what a task opens on it (an HTTP client, a pool of
connections) serves the next task, too. Time limits are raised where a coroutine awaits; one that blocks the loop blocks
every other, as in any asyncio program.
Source: https://docs.python.org/3/library/asyncio-task.html
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import threading
import time
import types
from collections.abc import Coroutine, Generator
from typing import Any

from celeriac.exceptions import SoftTimeLimitExceeded
from celeriac.timelimits import GRACE_S, HardLimit, Limits, exceeded

__all__ = ["run"]


class _SoftCancelled(SoftTimeLimitExceeded, asyncio.CancelledError):
    """The soft limit as a coroutine meets it: what tidies up when cancelled, as a TaskGroup does, does so here."""


class _HardCancelled(HardLimit, asyncio.CancelledError):
    """The hard limit as a coroutine meets it."""


_AS_CANCELLED: dict[type[BaseException], type[BaseException]] = {
    SoftTimeLimitExceeded: _SoftCancelled,
    HardLimit: _HardCancelled,
}


def run(coroutine: Coroutine[Any, Any, Any], limits: Limits) -> Any:
    """Run a coroutine on the shared loop and wait for it; raises what it raises, or TimeLimitExceeded.

    From the loop's own thread, where waiting would stop the loop for good, it runs on a loop of its own.
    """
    if threading.current_thread() is _shared.thread:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            return pool.submit(contextvars.copy_context().run, asyncio.run, coroutine).result()
    try:
        return _Running(coroutine, _shared.running()).until(limits)
    except HardLimit:
        raise exceeded(limits) from None


class _Shared:
    """The loop and its thread, begun when they are first needed, and anew in a forked process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.thread: threading.Thread | None = None

    def running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self.thread is None or not self.thread.is_alive():
                self._loop = asyncio.new_event_loop()
                self.thread = threading.Thread(target=self._loop.run_forever, name="celeriac-event-loop", daemon=True)
                self.thread.start()
            return self._loop


_shared = _Shared()


class _Running:
    """A coroutine on the loop, and the thread that waits for it."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop) -> None:
        self._coroutine, self._loop = coroutine, loop
        self._outcome: concurrent.futures.Future[Any] = concurrent.futures.Future()
        self._limit: type[BaseException] | None = None

    def until(self, limits: Limits) -> Any:
        began_s = time.monotonic()
        self._loop.call_soon_threadsafe(self._start)
        for after_s, kind in limits:
            concurrent.futures.wait([self._outcome], max(0.0, began_s + after_s - time.monotonic()))
            if self._outcome.done():
                break
            self._loop.call_soon_threadsafe(self._interrupt, kind)
            if kind is HardLimit:
                concurrent.futures.wait([self._outcome], GRACE_S)
                raise HardLimit
        return self._outcome.result()

    def _start(self) -> None:
        self._task = self._loop.create_task(self._drive())
        self._task.add_done_callback(self._ended)

    async def _drive(self) -> None:
        try:
            self._outcome.set_result(await self._steps())
        except SoftTimeLimitExceeded as error:
            self._outcome.set_exception(SoftTimeLimitExceeded(*error.args).with_traceback(error.__traceback__))
        except asyncio.CancelledError as error:
            self._outcome.set_exception(concurrent.futures.CancelledError(*error.args))
        except BaseException as error:  # noqa: BLE001 - raised again where the task waits; here it would end the loop
            self._outcome.set_exception(error)

    @types.coroutine
    def _steps(self) -> Generator[Any, Any, Any]:
        """Go through the coroutine step by step; where a limit has cancelled it, raise the limit in there."""
        step, value = self._coroutine.send, None
        while True:
            try:
                awaited = step(value)
            except StopIteration as stop:
                return stop.value
            try:
                step, value = self._coroutine.send, (yield awaited)
            except BaseException as error:  # noqa: BLE001 - the coroutine's own affair
                step, value = self._coroutine.throw, self._instead_of(error)

    def _interrupt(self, kind: type[BaseException]) -> None:
        if not self._task.done():
            self._limit = kind
            self._task.cancel()

    def _instead_of(self, error: BaseException) -> BaseException:
        if self._limit is None or not isinstance(error, asyncio.CancelledError):
            return error
        limit, self._limit = _AS_CANCELLED[self._limit](), None
        self._task.uncancel()
        return limit

    def _ended(self, _task: asyncio.Task[None]) -> None:
        """Close what was interrupted before its first step."""
        self._coroutine.close()
        if not self._outcome.done():
            self._outcome.set_exception((self._limit or concurrent.futures.CancelledError)())
