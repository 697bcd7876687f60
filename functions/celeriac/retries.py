"""When a task runs again: the delay between attempts, and retrying by itself for some exceptions.

Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#automatic-retry-for-known-exceptions
"""

from __future__ import annotations

import functools
import inspect
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from celeriac.exceptions import Ignore, Reject, Retry, Terminated

if TYPE_CHECKING:
    from celeriac.task import Task

__all__ = ["autoretry", "exponential_backoff_interval"]


_DOUBLINGS = 64
"""Past this many, every delay is at its maximum; a float ends at 1,023, a task that retries for ever does not."""


def exponential_backoff_interval(factor: float, retries: int, maximum: float, full_jitter: bool = False) -> float:
    """The seconds to wait after `retries` failures: `factor` doubled each time, capped; with jitter any part of it."""
    countdown = min(maximum, factor * 2 ** min(retries, _DOUBLINGS))
    return max(0, random.randrange(int(countdown) + 1) if full_jitter else countdown)  # noqa: S311 - not a secret


def autoretry(task: Task, run: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a task's body so that the exceptions in `autoretry_for` become retries."""

    @functools.wraps(run)
    def attempt(*args: Any, **kwargs: Any) -> Any:
        with _retrying(task):
            return run(*args, **kwargs)

    @functools.wraps(run)
    async def attempt_of_coroutine(*args: Any, **kwargs: Any) -> Any:
        with _retrying(task):
            return await run(*args, **kwargs)

    return attempt_of_coroutine if inspect.iscoroutinefunction(run) else attempt


@contextmanager
def _retrying(task: Task) -> Iterator[None]:
    try:
        yield
    except (Retry, Ignore, Reject, Terminated):
        raise
    except tuple(task.dont_autoretry_for):
        raise
    except tuple(task.autoretry_for) as error:
        raise task.retry(**_options(task, error), throw=False) from error


def _options(task: Task, error: Exception) -> dict[str, Any]:
    options: dict[str, Any] = {"exc": error, **task.retry_kwargs}
    if task.retry_backoff:
        options["countdown"] = exponential_backoff_interval(
            factor=int(max(1.0, task.retry_backoff)),  # whole seconds and at least one, as in Celery
            retries=task.request.retries,
            maximum=task.retry_backoff_max,
            full_jitter=task.retry_jitter,
        )
    return options
