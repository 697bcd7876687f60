"""Rate limits: how often a task may begin, in all workers together.

A delivery of a task with a rate takes the next free slot, a time. If that is yet to come, the message goes back into
its queue with the slot in it, and runs when it returns; nobody waits in a worker. The slots of a task are one number in
the table: all deliveries of it in a batch take theirs with one write.

A slot is good for a moment only, or an outage would end in a burst. Who misses it takes another one, and may be later
the next time, so that a task is run even where each message comes late.
Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.rate_limit
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celeriac import clock, log
from celeriac.exceptions import CeleriacError, ImproperlyConfigured

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.message import Message

__all__ = ["interval_of", "is_ahead", "paced"]

SLOT_LASTS_S = 5.0
SLOT_LASTS_INTERVALS = 2
"""How late a message may be for its slot; the longer of the two, and twice that with each slot that it missed."""
MOST_DOUBLINGS = 30
EARLY_S = 0.5
"""What has its slot this soon is run: SQS delays by whole seconds."""
_UNITS_S = {"s": 1, "m": 60, "h": 3600}


def interval_of(rate: Any) -> timedelta | None:
    """The time between two slots of a rate such as `"10/m"` (`/s`, `/h`) or 10, which is a second; None for no limit.

    Raises ImproperlyConfigured for what is no rate.
    """
    number, _, unit = rate.partition("/") if isinstance(rate, str) else (rate, "", "s")
    try:
        a_second = float(number or 0) / _UNITS_S[unit or "s"]
        return timedelta(seconds=1 / a_second) if a_second > 0 else None
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ImproperlyConfigured(f"a rate is a number of tasks, or such as '10/m', not {rate!r:.100}") from None


def paced(app: Celeriac, messages: Iterable[Message]) -> tuple[list[Message], list[Message]]:
    """Of messages that could run now those whose task has a rate, each with its slot; and those that got none from AWS.

    One write for each such task that has messages without a slot.
    """
    waiting: dict[str, list[Message]] = defaultdict(list)
    slotted: list[Message] = []
    stuck: list[Message] = []
    for message in messages:
        interval = _interval(app, message.task)
        if interval and not _is_good(message, interval):
            waiting[message.task].append(message)
    for task, those in waiting.items():
        try:
            slotted += _reserved(app, task, those)
        except CeleriacError:
            log.logger.exception("%s tasks %s got no slot, and will be delivered again", len(those), task)
            stuck += those
    return slotted, stuck


def is_ahead(message: Message) -> bool:
    """Whether a message has a slot that is yet to come."""
    return message.slot is not None and (message.slot - clock.now()).total_seconds() > EARLY_S


def _reserved(app: Celeriac, task: str, messages: list[Message]) -> Iterator[Message]:
    interval = _interval(app, task) or timedelta(0)
    first = app.services.backend.reserve(f"rate#{task}", len(messages), interval)
    for number, message in enumerate(messages):
        missed = message.missed + (message.slot is not None)
        yield message.replace(slot=first + number * interval, missed=missed)


def _interval(app: Celeriac, name: str) -> timedelta | None:
    """What stands for a task: what was ordered since the deploy, or else its own rate."""
    orders, task = app.services.board.orders, app.known(name)
    if task is None or app.conf.worker_disable_rate_limits:
        return None
    return interval_of(orders.rate_limits.get(name, task.rate_limit))


def _is_good(message: Message, interval: timedelta) -> bool:
    """Whether a message has a slot that is yet to come, or has come just now."""
    if message.slot is None:
        return False
    lasts_s = max(SLOT_LASTS_S, SLOT_LASTS_INTERVALS * interval.total_seconds())
    late_s = (clock.now() - message.slot).total_seconds()
    return late_s <= math.ldexp(lasts_s, min(message.missed, MOST_DOUBLINGS))
