"""Lanes: further queues of a worker, each with a mapping, a concurrency and perhaps an order of its own.

A queue is told by its URL alone; a lane that has more to say is an object, `{"url": …, "priority": 5}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from celeriac.exceptions import ImproperlyConfigured

__all__ = ["Lane", "is_called", "is_fifo", "read", "source_of"]

HIGHEST_PRIORITY = 9
MOST_RECEIVES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What is particular about a lane: it takes calls of this priority and above; it gives up after so many receives.

    None means that the lane is not chosen by priority, and gives up when its worker does.
    """

    priority: int | None = None
    max_receives: int | None = None


def is_fifo(url: str) -> bool:
    """Whether this is a FIFO queue, which SQS has the name say."""
    return url.endswith(".fifo")


def is_called(queue: str | None, word: str) -> bool:
    """Whether a word means this queue: its name, or for a lane what a call of its worker's tasks says."""
    return queue is not None and word in {queue, queue.partition(".")[2] or queue}


def read(queues: Any, source: str) -> tuple[dict[str, str], dict[str, Lane]]:
    """The URLs of queues, and what is particular about lanes, from a deployment's JSON.

    Raises ImproperlyConfigured that names `source` and what is wrong there.
    """
    if not isinstance(queues, dict):
        raise ImproperlyConfigured(
            f'{source} must be a JSON object of worker names and queue URLs, {{"thumbnail": "https://…"}}'
        )
    told = {name: {"url": value} if isinstance(value, str) else value for name, value in queues.items()}
    if wrong := [problem for name, value in told.items() if (problem := _problem(name, value))]:
        raise ImproperlyConfigured(f"{source}: {'; '.join(wrong)}")
    lanes = {name: _lane(value) for name, value in told.items() if len(value) > 1}
    return {name: value["url"] for name, value in told.items()}, lanes


def source_of(arn: str, queues: Mapping[str, str], otherwise: str) -> str:
    """The name of the queue that Lambda's `eventSourceARN` means: ARN and URL end in the same physical name."""
    physical = arn.rpartition(":")[2]
    return next((name for name, url in queues.items() if url.rpartition("/")[2] == physical), otherwise)


def _lane(value: Mapping[str, Any]) -> Lane:
    return Lane(priority=value.get("priority"), max_receives=value.get("max_receives"))


def _problem(name: str, value: Any) -> str | None:
    """What is wrong with a queue, or None."""
    if not isinstance(value, dict) or not isinstance(value.get("url"), str):
        return f'{name!r} must be a queue\'s URL or an object with its "url", not {value!r:.100}'
    if unknown := value.keys() - {"url", "priority", "max_receives"}:
        return f"{name!r} has unknown keys: {', '.join(sorted(unknown))}"
    if not _is_number(value.get("priority", 0), 0, HIGHEST_PRIORITY):
        return f"{name!r}: priority must be a whole number from 0 to {HIGHEST_PRIORITY}"
    if not _is_number(value.get("max_receives", 1), 1, MOST_RECEIVES):
        return f"{name!r}: max_receives must be a whole number from 1 to {MOST_RECEIVES}"
    return None


def _is_number(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high
