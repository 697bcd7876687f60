"""What a worker printed last, from CloudWatch Logs, for people."""

import json
from collections.abc import Iterable
from typing import Any

from local.endpoint import Endpoint

LEFT_OUT = ("INIT_START ", "START RequestId:", "END RequestId:", "REPORT RequestId:", '{"_aws":')


def tail(endpoint: Endpoint, function: str, lines: int = 30) -> list[str]:
    """The last lines of a function's log, oldest first; none if it never ran."""
    logs: Any = endpoint.client("logs")
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
        events = [event for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
    events.sort(key=lambda event: event["timestamp"])
    return readable(line for event in events for line in event["message"].splitlines())[-lines:]


def readable(lines: Iterable[str]) -> list[str]:
    """The lines without Lambda's own and figures, JSON ones as a sentence and, where there is one, a traceback."""
    return [said for line in lines if line and not line.startswith(LEFT_OUT) for said in _said(line)]


def _said(line: str) -> list[str]:
    try:
        record = json.loads(line)
        sentence = f"{record['time']} {record['level']} {record['message']} {record.get('task', '')}".rstrip()
    except (ValueError, TypeError, KeyError):
        return [line]
    return [sentence, *(f"  {part}" for part in _traceback(record).splitlines())]


def _traceback(record: dict[str, Any]) -> str:
    try:
        return str(json.loads(record["error"])["traceback"])
    except (ValueError, TypeError, KeyError):
        return str(record.get("traceback", ""))
