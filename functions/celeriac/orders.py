"""Orders for all workers: stamps that are revoked, and limits that were set since the last deploy.

They are one small item of the table. A worker reads it with the rows of a batch when its copy is older than a second,
so orders cost half a read unit a second at the most, and nothing while there is nothing to do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from celeriac import clock
from celeriac.exceptions import ImproperlyConfigured
from celeriac.message import Message
from celeriac.serialization import dumps, loads

__all__ = ["KEY", "STAMPS_LIVE", "Orders"]

KEY = "control#"
STAMPS_LIVE = timedelta(days=14)
"""A message waits no longer in a queue. Celery's workers forget what is revoked after three hours."""
Stamps = Mapping[str, Mapping[str, int]]
LONGEST = 64 * 1024
"""Characters of all orders together: more would make each look at them dear."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What stands now; `stamps` has for each name the values, as JSON, with the second until which they are revoked.

    Those in `terminated` end tasks that run, too. Time limits are pairs, the soft one first.
    """

    stamps: Stamps = field(default_factory=dict)
    terminated: Stamps = field(default_factory=dict)
    rate_limits: Mapping[str, Any] = field(default_factory=dict)
    time_limits: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def loads(cls, text: str | None) -> Self:
        """Read what `dumps` wrote; no text is no orders."""
        return cls(**loads(text)) if text else cls()

    def dumps(self) -> str:
        """The orders as JSON text; raises ImproperlyConfigured if they have become too many."""
        text = dumps(dataclasses.asdict(self))
        if len(text) > LONGEST:
            raise ImproperlyConfigured(
                f"orders to the workers may have {LONGEST:,} characters; revoke fewer stamps, or by the tasks' ids"
            )
        return text

    def revoking(self, headers: Mapping[str, Any], until: int, *, terminate: bool = False) -> Self:
        """With these values of stamps revoked; what is past its time is dropped."""
        terminated = _with(self.terminated, headers if terminate else {}, until)
        return dataclasses.replace(self, stamps=_with(self.stamps, headers, until), terminated=terminated)

    def without(self, name: str | None = None) -> Self:
        """With no value of a stamp revoked any more, or of any stamp."""
        stamps, terminated = (
            {key: kept for key, kept in each.items() if name is not None and key != name}
            for each in (self.stamps, self.terminated)
        )
        return dataclasses.replace(self, stamps=stamps, terminated=terminated)

    def with_rate_limit(self, task: str, rate: Any) -> Self:
        """With another rate for a task."""
        return dataclasses.replace(self, rate_limits={**self.rate_limits, task: rate})

    def with_time_limits(self, task: str, soft: float | None, hard: float | None) -> Self:
        """With other time limits for a task."""
        return dataclasses.replace(self, time_limits={**self.time_limits, task: [soft, hard]})

    def without_limits(self, task: str | None = None) -> Self:
        """With the rate and the time limits that a task's own code gives it, or each task's."""
        rates, times = (
            {name: limit for name, limit in each.items() if task is not None and name != task}
            for each in (self.rate_limits, self.time_limits)
        )
        return dataclasses.replace(self, rate_limits=rates, time_limits=times)

    @property
    def words(self) -> list[str]:
        """What stands, as the commands of `control` that would order it: "rate_limit desk.add 5/m"."""
        now = clock.now().timestamp()
        return [
            *(f"rate_limit {task} {rate or 0}" for task, rate in self.rate_limits.items()),
            *(f"time_limit {task} {soft or 0:g} {hard or 0:g}" for task, (soft, hard) in self.time_limits.items()),
            *(
                f"revoke_by_stamped_headers {name}={loads(value)}"
                for name, values in self.stamps.items()
                for value, until in values.items()
                if until > now
            ),
        ]

    def revoke(self, message: Message) -> bool:
        """Whether one of the message's stamps is revoked, and still so."""
        return _meet(self.stamps, message)

    def terminate(self, message: Message) -> bool:
        """Whether one of its stamps is revoked for tasks that run, too."""
        return _meet(self.terminated, message)

    def applied_to(self, message: Message) -> Message:
        """The message with the time limits that were set for its task: whoever operates it has the last word."""
        if message.task not in self.time_limits:
            return message
        soft, hard = self.time_limits[message.task]
        return message.replace(soft_time_limit=soft, time_limit=hard)


def _with(stamps: Stamps, headers: Mapping[str, Any], until: int) -> dict[str, dict[str, int]]:
    now = int(clock.now().timestamp())
    kept = {name: {value: end for value, end in values.items() if end > now} for name, values in stamps.items()}
    for name, values in headers.items():
        kept[name] = {**kept.get(name, {}), **dict.fromkeys(map(dumps, _listed(values)), until)}
    return {name: values for name, values in kept.items() if values}


def _meet(stamps: Stamps, message: Message) -> bool:
    now, names = clock.now().timestamp(), message.stamps.keys() & stamps.keys()
    return any(stamps[name].get(dumps(value), 0) > now for name in names for value in _listed(message.stamps[name]))


def _listed(values: Any) -> Iterable[Any]:
    if values is None:
        return ()
    return values if isinstance(values, list | tuple | set | frozenset) else (values,)
