"""`solar`: at sunrise, sunset, noon and the three twilights of a place.

It asks the library ephem, which Celery asks, too; only a worker that has such a schedule needs it.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from celeriac.exceptions import ImproperlyConfigured
from celeriac.schedules.base import BaseSchedule

__all__ = ["EVENTS", "solar"]

EVENTS: dict[str, tuple[str, str, bool]] = {
    "dawn_astronomical": ("next_rising", "-18", True),
    "dawn_nautical": ("next_rising", "-12", True),
    "dawn_civil": ("next_rising", "-6", True),
    "sunrise": ("next_rising", "-0:34", False),
    "solar_noon": ("next_transit", "0", False),
    "sunset": ("next_setting", "-0:34", False),
    "dusk_civil": ("next_setting", "-6", True),
    "dusk_nautical": ("next_setting", "-12", True),
    "dusk_astronomical": ("next_setting", "-18", True),
}
"""What may happen: how ephem calls it, the sun's altitude in degrees, and whether its centre is meant or its edge."""
_SECOND = timedelta(seconds=1)
_LOOK_AGAIN = timedelta(minutes=10)
"""Before an event, to the minute: who looks from there finds the same second, wherever the search began."""


class solar(BaseSchedule):  # noqa: N801 - Celery's name
    """When the sun does something at a latitude and a longitude, in degrees; the events are `EVENTS`.

    It is of no time zone. On days on which the event does not happen, as in a polar night, it does not run. Raises
    ValueError for an unknown event or a place that is none, and ImproperlyConfigured where ephem is missing.

    Source: https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#solar-schedules
    """

    max_search_days = 366
    """How many days without the event are looked through for the next."""

    def __init__(
        self,
        event: str,
        lat: float,
        lon: float,
        nowfun: Callable[[], datetime] | None = None,
        app: Any = None,
    ) -> None:
        _ephem()
        self._begin(event, lat, lon, nowfun, app)

    @classmethod
    def listed(cls, event: str, lat: float, lon: float) -> Self:
        """The schedule where it is only told of: ephem may be missing, as where an operator lists what there is."""
        found = cls.__new__(cls)
        found._begin(event, lat, lon)
        return found

    def _begin(self, event: str, lat: float, lon: float, nowfun: Any = None, app: Any = None) -> None:
        super().__init__(nowfun, app)
        if event not in EVENTS:
            raise ValueError(f'Argument event "{event}" is invalid, must be one of {", ".join(sorted(EVENTS))}.')
        for name, value, most in (("latitude", lat, 90), ("longitude", lon, 180)):
            if not -most <= value <= most:
                raise ValueError(f"Argument {name} {value} is invalid, must be between {-most} and {most}.")
        self.event, self.lat, self.lon = event, lat, lon
        self.method, self.horizon, self.use_center = EVENTS[event]

    @functools.cached_property
    def ephem(self) -> Any:
        """The library; raises ImproperlyConfigured where it is missing."""
        return _ephem()

    @functools.cached_property
    def cal(self) -> Any:
        """The place, as ephem's observer."""
        found = self.ephem.Observer()
        found.lat, found.lon, found.horizon = str(self.lat), str(self.lon), self.horizon
        found.elev = found.pressure = 0
        return found

    def next_after(self, moment: datetime) -> datetime:
        """The next event after an aware moment, in UTC; where there is none in a year, when the search ended."""
        found, _ = self._searched(moment, self.max_search_days)
        return found if found > moment else self._searched(found + _SECOND, self.max_search_days)[0]

    def runs(self, at: datetime, seconds: float) -> list[datetime]:
        """The events in so many seconds, at most a day, from an aware moment on."""
        moment, is_event = self._searched(at - _SECOND, 1)
        return [moment] if is_event and at <= moment < at + timedelta(seconds=seconds) else []

    def idle_until(self, moment: datetime) -> datetime | None:
        """The next event, or None where there is none in a year."""
        found, is_event = self._searched(moment - _SECOND, self.max_search_days)
        return found if is_event else None

    def _searched(self, moment: datetime, days: int) -> tuple[datetime, bool]:
        """The next event within some days, and True; or when the search ended, and False."""
        start = moment
        for _ in range(days):
            if found := self._found(start):
                again = self._found(found.replace(second=0, microsecond=0) - _LOOK_AGAIN) or found
                return (again + _SECOND / 2).replace(microsecond=0), True
            start = self._moment(self.cal.next_antitransit(self.ephem.Sun(), start=self._date(start)))
        return start, False

    def _found(self, start: datetime) -> datetime | None:
        """What ephem finds; it differs by fractions of a second with where it begins to look."""
        centre = {"use_center": True} if self.use_center else {}
        try:
            return self._moment(getattr(self.cal, self.method)(self.ephem.Sun(), start=self._date(start), **centre))
        except self.ephem.CircumpolarError:  # not on this day
            return None

    def _date(self, moment: datetime) -> Any:
        return self.ephem.Date(moment.astimezone(UTC).replace(tzinfo=None))

    def _moment(self, date: Any) -> datetime:
        found: datetime = date.datetime()
        return found.replace(tzinfo=UTC)

    def __repr__(self) -> str:
        return f"<solar: {self.event} at latitude {self.lat}, longitude: {self.lon}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.event, self.lat, self.lon)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, solar):
            return NotImplemented
        return (self.event, self.lat, self.lon) == (other.event, other.lat, other.lon)

    __hash__ = None


def _ephem() -> Any:
    try:
        return importlib.import_module("ephem")  # which only a worker with such a schedule needs
    except ImportError as error:
        raise ImproperlyConfigured(
            "solar schedules need the library ephem: pip install celeriac[solar], and in a worker's folder a line "
            "ephem==… in requirements.txt"
        ) from error
