"""How often a send is tried again: a call's `retry` and `retry_policy`, and the settings behind them.

What SQS refuses for a moment is sent again. Where AWS cannot be reached, botocore has tried often enough, unless the
call itself brings a policy. A worker's own sends (a retry, what follows from an outcome) go by the default policy.
Source: https://docs.celeryq.dev/en/stable/userguide/calling.html#message-sending-retry
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from celeriac.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Patience", "current", "patience_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """A policy with Celery's names: retries, None for no end, and the seconds between them, which grow by a step."""

    max_retries: float | None = 3
    interval_start: float = 0
    interval_step: float = 0.2
    interval_max: float = 1
    insists: bool = False
    """Whether to try again where AWS could not be reached, too."""

    def pauses(self) -> Iterator[float]:
        """The seconds to wait before each try; up to a half less than the policy says, so that many spread out."""
        yield 0
        for number in itertools.count():
            if self.max_retries is not None and number >= self.max_retries:
                return
            longest = min(self.interval_max, self.interval_start + number * self.interval_step)
            yield longest * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret


NAMES = ("max_retries", "interval_start", "interval_step", "interval_max")
DEFAULT, ONCE = Patience(), Patience(max_retries=0)
_patience: ContextVar[Patience] = ContextVar("celeriac_patience", default=DEFAULT)


def current() -> Patience:
    """The policy of the send that is going on here."""
    return _patience.get()


@contextmanager
def patience_of(app: Celeriac, options: Mapping[str, Any]) -> Iterator[None]:
    """Send in here as a call's options say; raises ImproperlyConfigured for a policy that is none."""
    retry, policy = options.get("retry"), options.get("retry_policy")
    is_retried = app.conf.task_publish_retry if retry is None else retry
    token = _patience.set(_read(app, policy) if is_retried else ONCE)
    try:
        yield
    finally:
        _patience.reset(token)


def _read(app: Celeriac, policy: Mapping[str, Any] | None) -> Patience:
    given = {**app.conf.task_publish_retry_policy, **(policy or {})}
    known = {name: given[name] for name in NAMES if name in given}
    wrong = [f"{name}={value!r:.100}" for name, value in known.items() if not _is_amount(name, value)]
    if wrong:
        raise ImproperlyConfigured(f"retry_policy: numbers of 0 or more are wanted, not {', '.join(wrong)}")
    return Patience(**known, insists=bool(policy))


def _is_amount(name: str, value: Any) -> bool:
    if value is None:
        return name == "max_retries"
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
