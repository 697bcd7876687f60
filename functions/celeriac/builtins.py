"""The tasks that every app has: what runs a map and a starmap, many calls in one message; and what runs schedules.

Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html#map-starmap
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from celeriac.canvas import maybe_signature
from celeriac.registry import shared_task

if TYPE_CHECKING:
    from celeriac.task import Task

__all__ = ["accumulate", "map_items", "starmap_items", "tick"]


@shared_task(name="celery.accumulate")
def accumulate(results: list[Any]) -> list[Any]:
    """Return what it is given: the body of a chord that is to end with its header's results."""
    return results


@shared_task(name="celery.map", bind=True)
def map_items(self: Task, task: dict[str, Any], it: Sequence[Any]) -> list[Any]:
    """Call a task with each item, one after the other."""
    body = maybe_signature(task, self.app).type
    return [body(item) for item in it]


@shared_task(name="celery.starmap", bind=True)
def starmap_items(self: Task, task: dict[str, Any], it: Sequence[Sequence[Any]]) -> list[Any]:
    """Call a task with the arguments that each item is, one after the other."""
    body = maybe_signature(task, self.app).type
    return [body(*item) for item in it]


@shared_task(name="celery.tick", bind=True)
def tick(self: Task, message: dict[str, Any], firing: dict[str, Any], at: str) -> None:
    """Send a schedule's task for each of its runs until the next tick, where no expression of AWS's says them."""
    from celeriac.beat.firing import runs_of  # which few workers need
    from celeriac.publish import publish

    publish(self.app, runs_of(message, firing, at))
