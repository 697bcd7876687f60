"""What a schedule puts into a queue: a message with a `firing`, which is resolved when a worker opens it.

The Scheduler writes the scheduled time into the message. From it come the task's id, so that a firing that is delivered
twice is one task, and all times that count from it (`expires`, `countdown`). A firing that ticks is not the task but
`celery.tick`, which sends the task for each run until the next tick, under ids that are made in the same way.
Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from celeriac import clock
from celeriac.beat import spec
from celeriac.exceptions import DecodeError
from celeriac.message import PERIODIC, VERSION, Message

__all__ = ["TICK", "body_of", "fired", "opened", "runs_of"]

SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
TICK = "celery.tick"
_MARK = "\x00scheduled-time\x00"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def body_of(key: str, message: Message, firing: Mapping[str, Any]) -> str:
    """What a schedule is to send: the message, with the scheduled time where the Scheduler knows it.

    What looks like one of the Scheduler's own words in the arguments stays as it is.
    """
    fields = json.loads(message.dumps())
    headers = {**fields.get("headers", {}), PERIODIC: True}
    told = {**fields, "id": f"{key}@{_MARK}", "headers": headers, "firing": {**firing, "key": key, "at": _MARK}}
    text = json.dumps(told).replace("<aws.scheduler.", "\\u003caws.scheduler.")
    return text.replace(json.dumps(_MARK)[1:-1], SCHEDULED_TIME)


def fired(body: str, moment: datetime) -> str:
    """The body as the Scheduler sends it at a moment."""
    return body.replace(SCHEDULED_TIME, f"{moment.astimezone(UTC):{_TIME}}")


def opened(fields: Mapping[str, Any], message_id: str) -> dict[str, Any]:
    """The fields of the message that a firing stands for; raises DecodeError for one that cannot be.

    An emulator that leaves the Scheduler's word standing has fired just now; its id is then that of the SQS message.
    """
    firing, rest = fields["firing"], {name: value for name, value in fields.items() if name != "firing"}
    try:
        at = _scheduled(firing["at"])
        if firing.get("window_s"):
            return _tick(rest, firing, at)
        if SCHEDULED_TIME in str(rest.get("id", SCHEDULED_TIME)):
            rest["id"] = message_id
        return _timed(rest, firing, at)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise DecodeError(f"{firing!r:.200} is no firing of a schedule: {error!r}") from error


def runs_of(message: Mapping[str, Any], firing: Mapping[str, Any], at: str) -> list[Message]:
    """The messages of the runs that a tick stands for, each due at its second."""
    when = spec.read(firing["schedule"], firing["timezone"])
    return [
        Message.from_fields(_timed({**message, "id": _id(firing["key"], moment)}, firing, moment, is_late=False))
        for moment in when.runs(datetime.fromisoformat(at), firing["window_s"])
    ]


def _tick(message: dict[str, Any], firing: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    inner = {name: value for name, value in message.items() if name != "id"}
    return {
        "v": VERSION,
        "id": f"{firing['key']}~{at:{_TIME}}",
        "task": TICK,
        "queue": message.get("queue", ""),
        "args": [inner, dict(firing), at.isoformat()],
        "ignore_result": True,
    }


def _timed(
    message: dict[str, Any], firing: Mapping[str, Any], moment: datetime, is_late: bool = True
) -> dict[str, Any]:
    """The message with the times that count from a moment; before it nothing runs, unless the moment is over anyway."""
    eta = moment + timedelta(seconds=firing.get("countdown_s", 0))
    times = {} if is_late and eta == moment else {"eta": eta.isoformat()}
    if "expires_s" in firing:
        times["expires"] = (moment + timedelta(seconds=firing["expires_s"])).isoformat()
    return {**message, **times}


def _scheduled(text: str) -> datetime:
    if SCHEDULED_TIME in text:
        return clock.now().replace(second=0, microsecond=0)
    return datetime.fromisoformat(text).astimezone(UTC)


def _id(key: str, moment: datetime) -> str:
    return f"{key}@{moment.astimezone(UTC):{_TIME}}"
