"""What a worker printed last, from CloudWatch Logs."""

from typing import Any

from local.endpoint import Endpoint


def tail(endpoint: Endpoint, function: str, lines: int = 30) -> list[str]:
    """The last lines of a function's log, oldest first; none if it never ran."""
    logs: Any = endpoint.client("logs")
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
        events = [event for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
    events.sort(key=lambda event: event["timestamp"])
    return [line for event in events for line in event["message"].rstrip().splitlines()][-lines:]
