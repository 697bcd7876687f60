"""The shapes of Celery's answers, filled with what is known here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from celeriac.control.nodes import node_of
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.broker import Depth
    from celeriac.row import Row
    from celeriac.scheduler import Pending

__all__ = ["Waiting", "queue_info", "report_of", "stats_of", "task_info", "waiting_info"]


class Waiting(Sequence[dict[str, Any]]):
    """The tasks that are `known`, and so many more, of which a queue tells nothing but the number.

    Each of the others is a task's info without content. They are made when they are looked at, for there may be many.
    """

    def __init__(self, number: int, known: Sequence[dict[str, Any]] = ()) -> None:
        self.number, self.known = number, known

    def __len__(self) -> int:
        return len(self.known) + self.number

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[each] for each in range(len(self))[index]]
        place = range(len(self))[index]  # an IndexError where there is none
        return self.known[place] if place < len(self.known) else {**_UNKNOWN}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(len(self))

    def __repr__(self) -> str:
        return f"<{len(self)} tasks, {self.number} of them unnamed>"


_UNKNOWN = {"id": None, "name": None, "eta": None, "priority": None, "request": None}


def waiting_info(task: Pending) -> dict[str, Any]:
    """A task that the Scheduler will bring when it is due; its name and arguments are in a message not to be opened."""
    request = {**_INFO, "id": task.id, "hostname": node_of(task.queue), "delivery_info": _delivery(task.queue)}
    return {**_UNKNOWN, "id": task.id, "eta": task.due.isoformat(), "request": request}


def task_info(row: Row) -> dict[str, Any]:
    """A task of which there is a row; its arguments are known where the row has its message, and not in S3."""
    message = loads(row.message) if row.message and row.message.startswith("{") else None
    return {
        **_INFO,
        **({"args": message.get("args", []), "kwargs": message.get("kwargs", {})} if message else {}),
        "id": row.id,
        "name": row.name,
        "type": row.name,
        "hostname": node_of(row.queue or ""),
        "time_start": row.started_at.timestamp() if row.started_at else None,
        "delivery_info": _delivery(row.queue),
    }


_INFO = dict.fromkeys(("id", "name", "args", "kwargs", "type", "hostname", "time_start"), None) | {
    "acknowledged": False,
    "delivery_info": None,
    "worker_pid": None,
}


def _delivery(queue: str | None) -> dict[str, Any]:
    return {"exchange": "", "routing_key": queue, "priority": None, "redelivered": None}


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
