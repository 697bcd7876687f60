"""The workers as Celery's nodes: each has the name of its folder, and one or more queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["chosen", "node_of", "nodes_of", "queues_of"]


def node_of(queue: str) -> str:
    """The worker that a queue belongs to."""
    return queue.partition(".")[0]


def nodes_of(app: Celeriac) -> list[str]:
    """The workers that this process knows of, in alphabetical order."""
    return sorted({node_of(queue) for queue in app.services.broker.queues})


def queues_of(app: Celeriac, node: str) -> list[str]:
    """The queues of a worker."""
    return [queue for queue in app.services.broker.queues if node_of(queue) == node]


def chosen(nodes: Sequence[str], destination: Sequence[str] | str | None) -> list[str]:
    """Those of the workers that are meant: all, unless some are named."""
    wanted = [destination] if isinstance(destination, str) else destination
    return [node for node in nodes if wanted is None or node in wanted]
