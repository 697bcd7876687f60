"""A handle on several results, which are waited for and looked at together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from celeriac import limits
from celeriac.exceptions import TimeoutError
from celeriac.result.async_result import look_together
from celeriac.result.base import ResultBase
from celeriac.result.waiting import assert_will_not_block

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["ResultSet"]


class ResultSet(ResultBase):
    """Several results, in an order, each once.

    Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html#celery.result.ResultSet
    """

    def __init__(self, results: Iterable[Any], app: Celeriac | None = None) -> None:
        from celeriac.app import current_app  # an app imports the results

        self.results: list[Any] = list(results)
        self.app = app or (self.results[0].app if self.results else current_app())
        self.parent: Any = None

    def add(self, result: Any) -> None:
        """Add a result, unless it is there already."""
        if result not in self.results:
            self.results.append(result)

    def remove(self, result: Any) -> None:
        """Remove a result, or the one of that id; raises KeyError if it is not there."""
        found = self.app.AsyncResult(result) if isinstance(result, str) else result
        try:
            self.results.remove(found)
        except ValueError:
            raise KeyError(result) from None

    def discard(self, result: Any) -> None:
        """Remove a result if it is there."""
        if result in self.results:
            self.results.remove(result)

    def update(self, results: Iterable[Any]) -> None:
        """Add results."""
        for result in results:
            self.add(result)

    def clear(self) -> None:
        """Remove all results."""
        self.results.clear()

    @property
    def is_known_ready(self) -> bool:
        return all(result.is_known_ready for result in self.results)

    def ready(self) -> bool:
        """Whether all are finished."""
        is_ready = all(result.ready() for result in self._looked_at())
        self._call_back()
        return is_ready

    def waiting(self) -> bool:
        """Whether any is unfinished."""
        return not self.ready()

    def successful(self) -> bool:
        """Whether all have succeeded."""
        return all(result.successful() for result in self._looked_at())

    def failed(self) -> bool:
        """Whether any has failed."""
        return any(result.failed() for result in self._looked_at())

    def completed_count(self) -> int:
        """How many tasks have succeeded, those of groups within counted one by one."""
        counts = (r.completed_count() if isinstance(r, ResultSet) else r.successful() for r in self._looked_at())
        return sum(map(int, counts))

    def _looked_at(self) -> Iterator[Any]:
        """The results; those that are not known to be finished are looked at a hundred in a request."""
        for start in range(0, len(self.results), limits.DYNAMODB_BATCH_GET_ITEMS):
            part = self.results[start : start + limits.DYNAMODB_BATCH_GET_ITEMS]
            look_together(part)
            yield from part

    def maybe_throw(self, callback: Callable[[str, Any], Any] | None = None, propagate: bool = True) -> None:
        """Raise the first exception among the results."""
        for result in self.results:
            result.maybe_throw(propagate=propagate, callback=callback)

    maybe_reraise = maybe_throw

    def get(
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        callback: Callable[[str, Any], Any] | None = None,
        no_ack: bool = True,
        on_message: Any = None,
        disable_sync_subtasks: bool = True,
        on_interval: Callable[[], Any] | None = None,
    ) -> list[Any]:
        """Wait for all results; returns them in their order. As `join`."""
        return self.join(timeout, propagate, interval, callback, no_ack, on_message, disable_sync_subtasks, on_interval)

    def join(
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        callback: Callable[[str, Any], Any] | None = None,
        no_ack: bool = True,  # noqa: ARG002 - of AMQP
        on_message: Any = None,  # noqa: ARG002 - of AMQP
        disable_sync_subtasks: bool = True,
        on_interval: Callable[[], Any] | None = None,
    ) -> list[Any]:
        """Wait for all results, `timeout` seconds at the most in all; `callback(id, value)` is called for each.

        `on_interval()` is called before each pause. Raises the exception of the first that has failed, unless
        `propagate` is False, and TimeoutError.
        """
        if disable_sync_subtasks:
            assert_will_not_block()
        deadline = None if timeout is None else time.monotonic() + timeout
        values = []
        for index, result in enumerate(self.results):
            if not result.is_known_ready:
                look_together(self.results[index : index + limits.DYNAMODB_BATCH_GET_ITEMS])
            left = None if deadline is None else max(0, deadline - time.monotonic())
            how = {"interval": interval, "on_interval": on_interval, "disable_sync_subtasks": False}
            value = result.get(left, propagate=propagate, **how)
            if callback:
                callback(result.id, value)
            values.append(value)
        self._call_back()
        return values

    join_native = join
    supports_native_join = False

    def iter_native(self, timeout: float | None = None, interval: float = 0.5, **_ignored: Any) -> Iterator[Any]:
        """The ids and metas of the tasks, each as soon as it is finished."""
        deadline = None if timeout is None else time.monotonic() + timeout
        waiting = list(self.results)
        while waiting:
            look_together(waiting)
            for result in [item for item in waiting if item.ready()]:
                waiting.remove(result)
                yield result.id, {"task_id": result.id, "status": result.state, "result": result.result}
            if waiting and deadline is not None and time.monotonic() > deadline:
                raise TimeoutError("The operation timed out")
            if waiting:
                time.sleep(interval)

    def forget(self) -> None:
        """Delete the results."""
        for result in self.results:
            result.forget()

    def revoke(self, terminate: bool = False, wait: bool = False, timeout: float | None = None, **options: Any) -> None:
        """Have none of the tasks begin, those of groups within included; the arguments are those of a single one."""
        for result in self.results:
            result.revoke(terminate=terminate, **options)
        if wait:
            self.join(timeout, propagate=False, disable_sync_subtasks=False)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __getitem__(self, index: int) -> Any:
        return self.results[index]

    def __contains__(self, result: object) -> bool:
        return result in self.results

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResultSet) and other.results == self.results

    def __hash__(self) -> int:
        return hash(tuple(result.id for result in self.results))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: [{', '.join(result.id for result in self.results)}]>"
