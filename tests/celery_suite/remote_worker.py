"""A worker in another process: the tests are only its producers, and know it by its queue."""

from __future__ import annotations

import json
import os
import time

from celeriac import aws, config
from tests.celery_suite import processes

__all__ = ["RemoteWorker"]

IDLE_WITHIN_S = 12
"""The longest task that a test leaves behind sleeps for 10 s."""
LOOK_EVERY_S = 0.02


class RemoteWorker:
    """This process's worker in MiniStack."""

    services = None
    """Those of the environment, as for any producer."""

    def __init__(self) -> None:
        name = processes.worker_of(processes.number())
        url = config.of_this_process().queues[name]
        os.environ["CELERIAC_QUEUES"] = json.dumps({name: url})  # the others are none of this process' business
        config.of_this_process.cache_clear()
        self._queue = {"QueueUrl": url}

    def wait_until_idle(self) -> None:
        """Drop what waits, and wait for the tasks that run; what is hidden after that would come again."""
        deadline = time.monotonic() + IDLE_WITHIN_S
        while self._counted("", "NotVisible") and time.monotonic() < deadline:
            self._drop_waiting()
            time.sleep(LOOK_EVERY_S)
        if self._counted("Delayed", "NotVisible"):
            aws.client("sqs").purge_queue(**self._queue)

    def _drop_waiting(self) -> None:
        """Not by a purge, which in MiniStack forgets what is in flight, too."""
        sqs = aws.client("sqs")
        for message in sqs.receive_message(**self._queue, MaxNumberOfMessages=10).get("Messages", ()):
            sqs.delete_message(**self._queue, ReceiptHandle=message["ReceiptHandle"])

    def _counted(self, *kinds: str) -> int:
        names = [f"ApproximateNumberOfMessages{kind}" for kind in kinds]
        answer = aws.client("sqs").get_queue_attributes(**self._queue, AttributeNames=names)
        return sum(int(count) for count in answer["Attributes"].values())
