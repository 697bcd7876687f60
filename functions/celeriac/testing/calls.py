"""The scheduler in memory: calls that wait for their time, each put into its queue once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from celeriac import clock
from celeriac.beat.firing import fired
from celeriac.message import Message
from celeriac.rule import Rule
from celeriac.scheduler import AlreadyScheduled, Call, Pending, Scheduler

__all__ = ["MemoryScheduler"]


class MemoryScheduler(Scheduler):
    """A scheduler whose schedules are a dictionary; it knows no delay but the minute's that AWS may take."""

    def __init__(self, step: Callable[[str], None] = lambda _what: None) -> None:
        self.calls: dict[str, Call] = {}
        self._rules: dict[str, tuple[Rule, datetime]] = {}
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

    def put(self, rule: Rule, is_new: bool) -> None:
        self._step(f"put schedule {rule.name}")
        if is_new and rule.name in self._rules:
            raise AlreadyScheduled(f"there is a schedule {rule.name!r} already")
        self._rules[rule.name] = (replace(rule, start=rule.starts, created=clock.now()), clock.now())

    def rule(self, name: str) -> Rule | None:
        return self._rules[name][0] if name in self._rules else None

    def rules(self) -> Iterator[Rule]:
        return iter([rule for rule, _ in self._rules.values()])

    def drop(self, name: str) -> None:
        self._step(f"drop schedule {name}")
        self._rules.pop(name, None)

    def next_at(self, with_rules: bool = False) -> list[datetime]:
        """When the next call is due, or nothing; rules are due for ever."""
        firings = [at for at, _ in self._firings()] if with_rules else []
        return sorted([*(call.at for call in self.calls.values()), *firings])[:1]

    def fire(self, now: datetime, with_rules: bool = False) -> list[Call]:
        """Take out the calls that are due."""
        due = [call for call in self.calls.values() if call.at <= now]
        for call in due:
            del self.calls[call.name]
        for at, rule in [firing for firing in self._firings() if firing[0] <= now] if with_rules else []:
            due.append(Call(rule.name, at, rule.queue, fired(rule.body, at)))
            self._rules[rule.name] = (rule, at)
            if rule.expression.startswith("at"):
                del self._rules[rule.name]
        return due

    def _firings(self) -> list[tuple[datetime, Rule]]:
        found = [(rule.when.following(since), rule) for rule, since in self._rules.values() if rule.is_enabled]
        return [(at, rule) for at, rule in found if at is not None]
