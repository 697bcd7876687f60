"""Where a queue is: all that a sender needs to know of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_sqs as sqs

from infra.lane import Lane
from infra.names import MAIN

__all__ = ["QueueAddress", "workers_of"]


@dataclass(frozen=True)
class QueueAddress:
    """A queue's URL and ARN, and what is particular about it."""

    url: str
    arn: str
    lane: Lane = MAIN

    @classmethod
    def of(cls, queue: sqs.IQueue, lane: Lane = MAIN) -> QueueAddress:
        """The address of a queue in the same stack."""
        return cls(queue.queue_url, queue.queue_arn, lane)

    @classmethod
    def by_name(cls, stack: Stack, name: str, lane: Lane = MAIN) -> QueueAddress:
        """The address of a queue in another stack, by its name.

        By name and not by reference, because a reference is a CloudFormation export, and an export in use cannot be
        deleted: a worker's folder could then be added but never be taken away again.
        """
        url = f"https://sqs.{stack.region}.{stack.url_suffix}/{stack.account}/{name}"
        return cls(url, stack.format_arn(service="sqs", resource=name), lane)

    @property
    def told(self) -> str | dict[str, str | int]:
        """What a process is told of it, as `celeriac.lanes` reads it: its URL, or an object where there is more."""
        particular = {"priority": self.lane.priority, "max_receives": self.lane.max_receives}
        more = {key: value for key, value in particular.items() if value is not None}
        return {"url": self.url, **more} if more else self.url


def workers_of(queues: Iterable[str]) -> tuple[str, ...]:
    """The workers whose queues these are, each once."""
    return tuple(dict.fromkeys(name.partition(".")[0] for name in queues))
