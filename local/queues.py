"""What SQS would tell CloudWatch of a deployment's queues, looked up: how much waits, and since when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from local import web
from local.endpoint import Endpoint
from local.figures import Figure

WAITING = "ApproximateNumberOfMessages"
NUMBERS = (WAITING, f"{WAITING}NotVisible", f"{WAITING}Delayed")
EMPTY_TOLD_EVERY = timedelta(minutes=1)
PEEKED_AT_MOST = 5_000
"""An emulator shows all of a queue's messages at once, with their bodies."""
RECEIVES_COUNTED = 2
"""SQS leaves out of the age what was received more often and is there still."""


class Queues:
    """The queues whose names begin with a deployment's; of one that is empty it tells once a minute."""

    def __init__(self, endpoint: Endpoint, deployment: str) -> None:
        self._endpoint, self._sqs, self._prefix = endpoint, endpoint.client("sqs"), f"{deployment}-"
        self._filled_at: dict[str, datetime] = {}
        self._told_at: dict[str, datetime] = {}

    def figures(self, now: datetime) -> Iterator[Figure]:
        """What waits in each queue at this moment, and how old the oldest message is."""
        for page in self._sqs.get_paginator("list_queues").paginate(QueueNamePrefix=self._prefix):
            for url in page.get("QueueUrls", ()):
                yield from self._of(url, now)

    def _of(self, url: str, now: datetime) -> Iterator[Figure]:
        told = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(NUMBERS))["Attributes"]
        messages = sum(int(told[name]) for name in NUMBERS)
        if not messages and url in self._told_at and now - self._told_at[url] < EMPTY_TOLD_EVERY:
            return
        self._told_at[url] = now
        about = {"QueueName": url.rpartition("/")[2]}
        age_s = (now - self._oldest(url, messages, now)).total_seconds()
        yield Figure("AWS/SQS", f"{WAITING}Visible", about, "Count", now, (float(told[WAITING]),))
        yield Figure("AWS/SQS", "ApproximateAgeOfOldestMessage", about, "Seconds", now, (max(0.0, age_s),))

    def _oldest(self, url: str, messages: int, now: datetime) -> datetime:
        """When the oldest message was sent; where nobody can say, since when the queue has not been empty."""
        if not messages:
            self._filled_at.pop(url, None)
            return now
        since = self._filled_at.setdefault(url, now)
        peeked = self._peeked(url) if messages <= PEEKED_AT_MOST else []
        return min((_sent_at(message) for message in peeked), default=since)

    def _peeked(self, url: str) -> list[dict[str, Any]]:
        """The messages of a queue whose age counts, as MiniStack shows them; none elsewhere."""
        answer = web.request("GET", f"{self._endpoint.url}/_ministack/sqs/messages?QueueUrl={quote(url, safe='')}")
        if answer.status != HTTPStatus.OK:
            return []
        queues = [queue for regions in answer.json["messages"].values() for queue in regions.values()]
        messages = [message for queue in queues for found in queue.values() for message in found]
        return [message for message in messages if message["ReceiveCount"] <= RECEIVES_COUNTED]


def _sent_at(message: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
