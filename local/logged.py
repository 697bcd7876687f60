"""What a deployment's functions have written into their logs, as the figures that CloudWatch would make of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from local.endpoint import Endpoint
from local.figures import Figure, embedded, reported

GROUPS = "/aws/lambda/"
PATTERNS = ("_aws", "REPORT")
"""What is looked for, a request each: no emulator finds the one or the other."""
COMES_WITHIN = timedelta(seconds=30)
"""How late an emulator may be with a line."""


class Logged:
    """The logs of the functions whose names begin with a deployment's, each line read once."""

    def __init__(self, endpoint: Endpoint, deployment: str, since: datetime) -> None:
        self._logs, self._prefix, self._since = endpoint.client("logs"), f"{GROUPS}{deployment}-", since
        self._seen: dict[tuple[Any, ...], datetime] = {}

    def figures(self, now: datetime) -> Iterator[Figure]:
        """The figures of what was written since the last time."""
        start, self._since = self._since, max(self._since, now - COMES_WITHIN)
        self._seen = {key: at for key, at in self._seen.items() if at >= start}
        for group in self._groups():
            for event in self._events(group, start):
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                key = (group, event["logStreamName"], event.get("eventId"), event["timestamp"], event["message"])
                if key not in self._seen:
                    self._seen[key] = at
                    yield from _of(event["message"], group.removeprefix(GROUPS), at)

    def _groups(self) -> list[str]:
        pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=self._prefix)
        return [group["logGroupName"] for page in pages for group in page["logGroups"]]

    def _events(self, group: str, start: datetime) -> Iterator[dict[str, Any]]:
        for pattern in PATTERNS:
            pages = self._logs.get_paginator("filter_log_events").paginate(
                logGroupName=group, startTime=int(start.timestamp() * 1000), filterPattern=pattern
            )
            for page in pages:
                yield from page["events"]


def _of(message: str, function: str, at: datetime) -> Iterator[Figure]:
    for line in message.splitlines():
        yield from embedded(line)
        yield from reported(line, function, at)
