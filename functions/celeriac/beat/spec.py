"""Schedules as JSON, and from what people write: crontabs as text, seconds, AWS's expressions, moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from celeriac.exceptions import ImproperlyConfigured
from celeriac.schedules import BaseSchedule, ParseException, crontab, maybe_schedule, schedule, solar
from celeriac.schedules.expression import Expression, zone_of

__all__ = ["as_schedule", "read", "written"]


def as_schedule(value: Any, app: Any = None, timezone: str | None = None, relative: bool = False) -> BaseSchedule:
    """The schedule that a value means: a schedule, seconds, a timedelta, a moment, or text.

    Text is a crontab of five fields, or one of AWS's expressions. Its times are in `timezone`, or else in its own or
    the app's. Raises ImproperlyConfigured, with the reason.
    """
    try:
        return _made(value, app, timezone, relative)
    except (OverflowError, ValueError, TypeError, ParseException) as error:
        raise ImproperlyConfigured(f"{value!r:.200} is no schedule: {error}") from error


def _made(value: Any, app: Any, timezone: str | None, relative: bool) -> BaseSchedule:
    zone = timezone or str(getattr(app, "timezone", UTC))
    if isinstance(value, Expression):
        return Expression(value.text, timezone or value.timezone, app=app)
    if isinstance(value, str) and "(" in value:
        return Expression(value, zone, app=app)
    if isinstance(value, datetime):
        return _once(value, zone, app)
    found = crontab.from_string(value) if isinstance(value, str) else value
    found = maybe_schedule(found, relative, app)
    if not isinstance(found, BaseSchedule):
        raise TypeError("give a crontab, seconds, a timedelta, a datetime or text such as '30 7 * * mon-fri'")
    return found.in_zone(zone_of(timezone)) if timezone else found


def _once(moment: datetime, zone: str, app: Any) -> Expression:
    """The moment, to the second: a naive one is in the zone."""
    wall, zone = (moment, zone) if moment.tzinfo is None else (moment.astimezone(UTC), "UTC")
    return Expression(f"at({wall:%Y-%m-%dT%H:%M:%S})", zone, app=app)


def written(when: BaseSchedule) -> dict[str, Any]:
    """The schedule as JSON; its time zone is not in it."""
    if isinstance(when, crontab):
        return {"crontab": when.fields}
    if isinstance(when, solar):
        return {"solar": [when.event, when.lat, when.lon]}
    if isinstance(when, schedule):
        return {"every_s": when.run_every.total_seconds(), **({"relative": True} if when.relative else {})}
    if isinstance(when, Expression):
        return {"expression": when.text}
    raise ImproperlyConfigured(f"{when!r}: there is no beat that could ask a schedule of one's own whether it is due")


def read(spec: Mapping[str, Any], timezone: str) -> BaseSchedule:
    """The schedule that `written` wrote; raises ValueError, TypeError or KeyError for what it did not."""
    if "crontab" in spec:
        return crontab.from_string(spec["crontab"]).in_zone(zone_of(timezone))
    if "solar" in spec:
        return solar.listed(*spec["solar"])
    if "every_s" in spec:
        return schedule(spec["every_s"], bool(spec.get("relative"))).in_zone(zone_of(timezone))
    return Expression.listed(spec["expression"], timezone)
