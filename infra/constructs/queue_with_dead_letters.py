"""A queue and the queue for what could not be worked on."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

__all__ = ["QueueWithDeadLetters"]

RETENTION = Duration.days(14)  # SQS's longest: a dead letter waits for a person


class QueueWithDeadLetters(Construct):
    """An encrypted queue that speaks TLS only; after `max_receives` a message moves to its dead-letter queue."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, dead_name: str, visibility: Duration, max_receives: int
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=dead_name,
            retention_period=RETENTION,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=name,
            visibility_timeout=visibility,
            retention_period=RETENTION,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=max_receives),
        )
