"""What an emulator lacks, done from outside for as long as it answers: CloudWatch's figures, the Scheduler's clock."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Thread

from botocore.exceptions import BotoCoreError, ClientError

from local.clock import Clock
from local.endpoint import Endpoint
from local.figures import Figure
from local.logged import Logged
from local.queues import Queues
from local.wait import WaitedTooLongError, until

LOOK_S = 5.0
GONE_S = 60.0
"""How long an emulator may be silent before it counts as gone."""
DATA_A_REQUEST = 500
"""AWS takes 1,000: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""
COUNTED_THERE = frozenset({("AWS/Lambda", "Invocations"), ("AWS/SQS", "NumberOfMessagesSent")})
"""What LocalStack tells its CloudWatch itself."""


class Follower:
    """Follows a deployment on an emulator, and puts the figures that AWS would have into the emulator's CloudWatch.

    The schedules are fired from here where the emulator does not fire them.
    """

    def __init__(self, endpoint: Endpoint, deployment: str) -> None:
        now = datetime.now(UTC)
        self._endpoint, self._cloudwatch = endpoint, endpoint.client("cloudwatch")
        self._logged, self._queues = Logged(endpoint, deployment, since=now), Queues(endpoint, deployment)
        self._given_there = COUNTED_THERE if endpoint.counts_calls() else frozenset()
        self._clock = None if endpoint.fires_schedules() else Clock(endpoint, deployment)
        self._fired_until = now

    def run(self, left: Event) -> None:
        """Look every five seconds, until that event is set or the emulator is gone."""
        while not left.wait(LOOK_S) and self._is_there():
            try:
                self.look(datetime.now(UTC))
            except (BotoCoreError, ClientError, OSError) as error:
                print(f"{datetime.now(UTC):%H:%M:%S} {error}", flush=True)

    def look(self, now: datetime) -> None:
        """Put the figures of what has happened since the last look, and fire what has come due."""
        found = [*self._queues.figures(now), *self._logged.figures(now)]
        found += [sent for figure in found for sent in _sent(figure)]
        self._put([figure for figure in found if (figure.namespace, figure.name) not in self._given_there])
        if self._clock:
            self._clock.fire(self._fired_until, now)
            self._fired_until = now

    def _put(self, figures: Sequence[Figure]) -> None:
        for namespace in sorted({figure.namespace for figure in figures}):
            data = [figure.datum() for figure in figures if figure.namespace == namespace]
            for start in range(0, len(data), DATA_A_REQUEST):
                self._cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + DATA_A_REQUEST])

    def _is_there(self) -> bool:
        try:
            return until(self._endpoint.answers, "the emulator", GONE_S, pause_s=1)
        except WaitedTooLongError:
            return False


@contextmanager
def following(endpoint: Endpoint, deployment: str) -> Iterator[Follower]:
    """A follower on a thread, as long as the block lasts."""
    follower, left = Follower(endpoint, deployment), Event()
    thread = Thread(target=follower.run, args=[left], daemon=True)
    thread.start()
    try:
        yield follower
    finally:
        left.set()
        thread.join()


def _sent(figure: Figure) -> Iterator[Figure]:
    """That a worker has received a message says that it was sent, to a lane or not: nobody else counts that."""
    if figure.name == "Received" and set(figure.dimensions) == {"worker"}:
        queue = f"{figure.namespace}-{figure.dimensions['worker']}"
        yield replace(figure, namespace="AWS/SQS", name="NumberOfMessagesSent", dimensions={"QueueName": queue})
