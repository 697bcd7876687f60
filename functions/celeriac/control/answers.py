"""The shapes of Celery's answers, filled with what is known here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from celeriac.control.nodes import node_of

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.broker import Depth
    from celeriac.row import Row

__all__ = ["Unnamed", "queue_info", "report_of", "stats_of", "task_info"]


class Unnamed(Sequence[dict[str, Any]]):
    """So many tasks, of which a queue tells nothing but the number; each is a task's info without content."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __len__(self) -> int:
        return self.number

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> Unnamed: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Unnamed(len(range(self.number)[index]))
        range(self.number)[index]  # an IndexError where there is none
        return {"id": None, "name": None, "eta": None, "request": None}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"<{self.number} unnamed tasks>"


def task_info(row: Row) -> dict[str, Any]:
    """A task of which there is a row."""
    return {
        "id": row.id,
        "name": row.name,
        "args": None,
        "kwargs": None,
        "type": row.name,
        "hostname": node_of(row.queue or ""),
        "time_start": row.started_at.timestamp() if row.started_at else None,
        "acknowledged": False,
        "delivery_info": {"exchange": "", "routing_key": row.queue, "priority": None, "redelivered": None},
        "worker_pid": None,
    }


def stats_of(app: Celeriac, card: Mapping[str, Any], depths: Sequence[Depth]) -> dict[str, Any]:
    """A worker's size and its work; `pool` speaks of one Lambda environment, of which there are as many as needed."""
    return {
        "broker": {"transport": "sqs", "hostname": None, "virtual_host": None},
        "clock": None,
        "pid": None,
        "uptime": None,
        "total": {},
        "rusage": None,
        "prefetch_count": None,
        "pool": {
            "implementation": "AWS Lambda",
            "max-concurrency": card.get("concurrency", app.services.concurrency),
            "memory-mb": card.get("memory_mb"),
            "processes": [],
        },
        "queue": {
            "waiting": sum(depth.waiting for depth in depths),
            "in_flight": sum(depth.in_flight for depth in depths),
            "delayed": sum(depth.delayed for depth in depths),
        },
    }


def queue_info(name: str, url: str) -> dict[str, Any]:
    """A queue as kombu describes one, with its URL."""
    exchange = {"name": "", "type": "direct", "durable": True, "auto_delete": False, "arguments": None}
    return {
        "name": name,
        "url": url,
        "exchange": exchange,
        "routing_key": name,
        "durable": True,
        "exclusive": False,
        "auto_delete": False,
        "no_ack": False,
        "bindings": [],
    }


def report_of(card: Mapping[str, Any]) -> str:
    """What a worker runs on, and its settings, as text."""
    settings = "".join(f"\n{name}: {value!r}" for name, value in card["conf"].items())
    return (
        f"\nsoftware -> celeriac:{card['library']} py:{card['python']}"
        f"\nplatform -> AWS Lambda memory_mb:{card['memory_mb']} concurrency:{card['concurrency']}"
        f"\ntransport:sqs results:dynamodb\n{settings}\n"
    )
