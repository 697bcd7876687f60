"""A queue and the queue for what could not be worked on."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.lane import Lane
from infra.names import MAIN, Names

__all__ = ["DEAD_LETTERS_TIMEOUT_S", "QueueWithDeadLetters"]

RETENTION_DAYS = 14  # SQS's longest: a dead letter waits for a person
# AWS's rule: while the mapping tries a throttled function again, its messages must stay hidden.
VISIBILITY_FACTOR = 6
DEAD_LETTERS_TIMEOUT_S = 60


class QueueWithDeadLetters(Construct):
    """The queue of a function that runs for up to `timeout_s`; after `max_receives` a message is a dead letter.

    Both queues are encrypted and speak TLS only.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        function: str,
        timeout_s: int,
        max_receives: int = 5,
        lane: Lane = MAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=names.dead_letters(function, lane),
            visibility_timeout=Duration.seconds(VISIBILITY_FACTOR * DEAD_LETTERS_TIMEOUT_S),
            retention_period=Duration.days(RETENTION_DAYS),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            fifo=lane.fifo or None,
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=names.queue(function, lane),
            visibility_timeout=Duration.seconds(VISIBILITY_FACTOR * timeout_s + lane.batch_window_s),
            retention_period=Duration.days(RETENTION_DAYS),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=lane.max_receives or max_receives
            ),
            fifo=lane.fifo or None,
            # One group does not wait for another's sends, and the same message may be sent to two groups.
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if lane.fifo else None,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if lane.fifo else None,
        )
