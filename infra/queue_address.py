"""Where a queue is: all that a sender needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_sqs as sqs

__all__ = ["QueueAddress"]


@dataclass(frozen=True)
class QueueAddress:
    """A queue's URL and ARN."""

    url: str
    arn: str

    @classmethod
    def of(cls, queue: sqs.IQueue) -> QueueAddress:
        """The address of a queue in the same stack."""
        return cls(queue.queue_url, queue.queue_arn)

    @classmethod
    def by_name(cls, stack: Stack, name: str) -> QueueAddress:
        """The address of a queue in another stack, by its name.

        By name and not by reference, because a reference is a CloudFormation export, and an export in use cannot be
        deleted: a worker's folder could then be added but never be taken away again.
        """
        url = f"https://sqs.{stack.region}.{stack.url_suffix}/{stack.account}/{name}"
        return cls(url, stack.format_arn(service="sqs", resource=name))
