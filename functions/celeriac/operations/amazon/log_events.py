"""CloudWatch Logs: the lines that a worker wrote about tasks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from celeriac import aws
from celeriac.exceptions import DecodeError, OperationalError
from celeriac.operations.status import LogLine
from celeriac.serialization import loads

__all__ = ["NothingThere", "log_lines"]


class NothingThere(OperationalError):
    """Raised where a worker has no function, or no log yet."""


def log_lines(
    worker: str,
    group: str,
    since: datetime,
    *,
    until: datetime | None = None,
    task_id: str | None = None,
    within_s: float | None = None,
) -> Iterator[LogLine]:
    """The lines in a worker's log group, as `Operations.log` promises them; raises NothingThere if there is no group.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
    """
    asked = {
        "logGroupName": group,
        "startTime": _milliseconds(since),
        **({"endTime": _milliseconds(until)} if until else {}),
        **({"filterPattern": _pattern(task_id)} if task_id is not None else {}),
    }
    for event in _events(worker, asked, within_s):
        # Asked again here: a star in a pattern matches anything, and an emulator may not know patterns.
        yield from (line for line in _lines(worker, event) if line.is_about(task_id))


def _events(worker: str, asked: Mapping[str, Any], within_s: float | None) -> Iterator[dict[str, Any]]:
    began = time.monotonic()
    with aws.translated(f"reading the log of {worker}", {"ResourceNotFoundException": NothingThere}):
        for page in aws.client("logs").get_paginator("filter_log_events").paginate(**asked):
            yield from page["events"]
            if within_s is not None and time.monotonic() - began > within_s:
                return


def _pattern(task_id: str) -> str:
    """The filter for the lines about a task.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """
    text = task_id.replace("\\", "\\\\").replace('"', '\\"')
    return f'{{ $.task_id = "{text}" }}'


def _milliseconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp() * 1000))  # CloudWatch knows no time before 1970


def _lines(worker: str, event: Mapping[str, Any]) -> Iterator[LogLine]:
    """The library's lines about tasks in an event of the log, which in an emulator is all that an invocation wrote."""
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    for number, text in enumerate(event["message"].splitlines()):
        try:
            fields = loads(text)
        except DecodeError:
            continue
        if isinstance(fields, dict) and "task_id" in fields:
            # An emulator gives its events no ids.
            event_id = event.get("eventId") or f"{event.get('logStreamName')} {text}"
            yield LogLine(id=f"{event_id}/{number}", at=at, worker=worker, fields=fields)
