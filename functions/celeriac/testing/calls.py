"""The scheduler in memory: calls that wait for their time, each put into its queue once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from celeriac.message import Message
from celeriac.scheduler import AlreadyScheduled, Call, Pending, Scheduler

__all__ = ["MemoryScheduler"]


class MemoryScheduler(Scheduler):
    """A scheduler whose schedules are a dictionary; it knows no delay but the minute's that AWS may take."""

    def __init__(self, step: Callable[[str], None] = lambda _what: None) -> None:
        self.calls: dict[str, Call] = {}
        self._step = step

    def create(self, call: Call) -> None:
        self._step(f"schedule {call.name}")
        if call.name in self.calls:
            raise AlreadyScheduled(call.name)
        self.calls[call.name] = call

    def pending(self) -> Iterator[Pending]:
        for call in list(self.calls.values()):
            message = Message.loads(call.body)
            yield Pending(message.id, (message.due or call.at).replace(microsecond=0), call.queue)

    def next_at(self) -> list[datetime]:
        """When the next call is due, or nothing."""
        return sorted(call.at for call in self.calls.values())[:1]

    def fire(self, now: datetime) -> list[Call]:
        """Take out the calls that are due."""
        due = [call for call in self.calls.values() if call.at <= now]
        for call in due:
            del self.calls[call.name]
        return due
