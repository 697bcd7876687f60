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

    Text is a crontab of five fields, or one of AWS's expressions. Raises ImproperlyConfigured, with the reason.
    """
    try:
        return _in_zone(_made(value, app, timezone, relative), timezone)
    except (ValueError, TypeError, ParseException) as error:
        raise ImproperlyConfigured(f"{value!r:.200} is no schedule: {error}") from error


def _made(value: Any, app: Any, timezone: str | None, relative: bool) -> BaseSchedule:
    if isinstance(value, str) and "(" in value:
        return Expression(value, timezone or str(getattr(app, "timezone", UTC)), app=app)
    if isinstance(value, str):
        return crontab.from_string(value).with_app(app)
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return Expression(f"at({moment:%Y-%m-%dT%H:%M:%S})", app=app)
    found = maybe_schedule(value, relative, app)
    if not isinstance(found, BaseSchedule):
        raise TypeError("give a crontab, seconds, a timedelta, a datetime or text such as '30 7 * * mon-fri'")
    return found


def _in_zone(when: BaseSchedule, timezone: str | None) -> BaseSchedule:
    return when.in_zone(zone_of(timezone)) if timezone and not isinstance(when, Expression) else when


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
        return solar(*spec["solar"])
    if "every_s" in spec:
        return schedule(spec["every_s"], bool(spec.get("relative"))).in_zone(zone_of(timezone))
    return Expression(spec["expression"], timezone)
