"""A rule: what EventBridge Scheduler is told of a schedule that fires again and again.

Source: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from celeriac import clock

if TYPE_CHECKING:
    from celeriac.schedules.expression import Expression

__all__ = ["Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A message to be put into a queue again and again: when AWS's `expression` says, in a time zone.

    A rate counts from `start`; where none was said, from when it was created. One that a worker.toml declares is
    CloudFormation's: its `target` stays as it is.
    """

    name: str
    expression: str
    timezone: str
    queue: str
    body: str
    is_enabled: bool = True
    start: datetime | None = None
    target: Mapping[str, Any] | None = None
    created: datetime | None = field(default=None, compare=False)

    @property
    def when(self) -> Expression:
        """The expression, as it counts."""
        from celeriac.schedules.expression import Expression  # which few workers need

        return Expression(self.expression, self.timezone, self.start or self.created)

    @property
    def starts(self) -> datetime | None:
        """When a rate that is put now fires first, for AWS takes no start that is over; None if nothing says it."""
        has_beginning = self.expression.startswith("rate") and (self.start or self.created)
        return self.when.next_after(clock.now()) if has_beginning else None

    def is_same(self, other: Rule) -> bool:
        """Whether both do the same, but for being paused and for where an interval begins."""
        mine = (self.expression, self.timezone, self.queue, self.body)
        return mine == (other.expression, other.timezone, other.queue, other.body)

    def in_step_with(self, before: Rule) -> Rule:
        """The rule in the place of another: the same interval goes on where that one is."""
        return replace(self, start=before.start or before.created) if self.expression == before.expression else self

    def switched(self, is_enabled: bool) -> Rule:
        """The same rule, paused or not."""
        return replace(self, is_enabled=is_enabled)
