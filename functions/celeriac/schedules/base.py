"""What all schedules have: an app, whose time zone is theirs, and the question whether they are due."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from celeriac import clock

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["BaseSchedule", "schedstate"]


class schedstate(NamedTuple):  # noqa: N801 - Celery's name
    """Whether a schedule is due, and the seconds after which to ask again."""

    is_due: bool
    next: float


class BaseSchedule:
    """A schedule; `nowfun` takes the place of the clock, `app` says the time zone.

    Source: https://docs.celeryq.dev/en/stable/reference/celery.schedules.html
    """

    def __init__(self, nowfun: Callable[[], datetime] | None = None, app: Celeriac | None = None) -> None:
        self.nowfun, self._app = nowfun, app
        self._zone: tzinfo | None = None

    @property
    def app(self) -> Any:
        """The app whose schedule it is, else the current one."""
        from celeriac.app import current_app  # which imports this package

        return self._app or current_app()

    @app.setter
    def app(self, app: Celeriac | None) -> None:
        self._app = app

    @property
    def tz(self) -> tzinfo:
        """The time zone that its times are in: its own, or its app's; UTC where there is no app."""
        if self._zone is None and self._app is None and not _has_current_app():
            return UTC
        zone: tzinfo = self._zone or self.app.timezone
        return zone

    def with_app(self, app: Any) -> Self:
        """The same schedule of an app."""
        moved = copy.copy(self)
        moved._app = app
        return moved

    def in_zone(self, zone: tzinfo) -> Self:
        """The same schedule in a time zone of its own, whatever its app's is."""
        moved = copy.copy(self)
        moved._zone = zone
        return moved

    def now(self) -> datetime:
        """The present moment."""
        return (self.nowfun or clock.now)()

    def maybe_make_aware(self, dt: datetime, naive_as_utc: bool = True) -> datetime:
        """The moment in the schedule's time zone; a naive one is UTC, or else is in that zone already."""
        if dt.tzinfo is not None:
            return dt.astimezone(self.tz)
        return dt.replace(tzinfo=UTC).astimezone(self.tz) if naive_as_utc else dt.replace(tzinfo=self.tz)

    def next_after(self, moment: datetime) -> datetime:
        """The next run after an aware moment, in UTC."""
        raise NotImplementedError(f"{type(self).__name__} does not say when it runs")

    def runs(self, at: datetime, seconds: float) -> list[datetime]:
        """The runs in so many seconds from an aware moment on; what was run before does not matter."""
        raise NotImplementedError(f"{type(self).__name__} does not say when it runs")

    def idle_until(self, moment: datetime) -> datetime | None:
        """A time before which there is no run, from an aware moment on; None where none comes any more."""
        return moment

    def remaining_estimate(self, last_run_at: datetime) -> timedelta:
        """The time until the run that follows the one at `last_run_at`; it is negative where that is overdue."""
        return self.next_after(self.maybe_make_aware(last_run_at)) - self.maybe_make_aware(self.now()).astimezone(UTC)

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Whether it is time for the run that follows the one at `last_run_at`, and the seconds until the next."""
        left_s = max(self.remaining_estimate(last_run_at).total_seconds(), 0)
        if left_s:
            return schedstate(is_due=False, next=left_s)
        return schedstate(is_due=True, next=max(self.remaining_estimate(self.now()).total_seconds(), 0))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, BaseSchedule):
            return self.nowfun == other.nowfun
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as in Celery: schedules can be changed


def _has_current_app() -> bool:
    from celeriac.app import current_app  # as above
    from celeriac.exceptions import ImproperlyConfigured

    try:
        current_app()
    except ImproperlyConfigured:
        return False
    return True
