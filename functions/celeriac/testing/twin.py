"""The twin: queues that feed the real worker, time that passes when nothing is left to do, and crashes on demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from celeriac import clock
from celeriac.dead_letters import DEAD, DeadLetters
from celeriac.lanes import Lane
from celeriac.services import Services
from celeriac.testing.calls import MemoryScheduler
from celeriac.testing.memory import MemoryBroker, MemoryBucket, QueuedMessage
from celeriac.testing.operations import MemoryOperations
from celeriac.testing.table import MemoryBackend
from celeriac.worker import Worker

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Crash", "Twin"]

MOST_INVOCATIONS = 100_000
"""More than any test needs; a task that sends itself for ever ends here."""


class Crash(BaseException):
    """The death of a worker process: raised by a fault, caught by nothing but the twin."""


class Twin:
    """An AWS in memory for some apps; within `with`, they send to it, and `run` works their queues off.

    `fault` is called with a word about each step (a read, a write, a send, a delete) before it happens, and may raise
    Crash. Time is the twin's own: `run` skips to the next due message, so that a retry in an hour takes no time.
    `lanes` are the apps' further queues, with the words of worker.toml: `{"thumbnail.bulk": {"priority": 0}}`.
    """

    def __init__(
        self,
        *apps: Celeriac,
        fault: Callable[[str], None] | None = None,
        concurrency: int = 1,
        batch_size: int = 10,
        timeout_s: float = 60,
        max_receives: int = 5,
        lanes: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    ) -> None:
        self.apps = {app.main: app for app in apps}
        self.fault, self.steps = fault, list[str]()
        self.batch_size, self.timeout_s, self.max_receives = batch_size, timeout_s, max_receives
        self.payloads = MemoryBucket(self._step)
        particular, fifo = _read(lanes)
        queues = [*self.apps, *lanes]
        self.scheduler = MemoryScheduler(self._step)
        self.broker = MemoryBroker(
            self.payloads, queues, step=self._step, lanes=particular, fifo=fifo, scheduler=self.scheduler
        )
        self.backend = MemoryBackend(self.payloads, step=self._step)
        self.operations = MemoryOperations(self.broker, self.backend)
        self.services = Services(
            self.broker,
            self.backend,
            concurrency,
            max_receives,
            operations=self.operations,
            scheduler=self.scheduler,
            figures=self.operations.told.take,
        )
        self.dead_letters: dict[str, list[QueuedMessage]] = defaultdict(list)
        self.now = datetime.now(UTC)
        self._processes: dict[str, Worker] = {}
        self._undertaker = DeadLetters.of(self.services)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(clock.running_on(lambda: self.now))
        self._connect()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def _connect(self) -> None:
        for app in self.apps.values():
            self._stack.callback(app.connect, app.connected)
            app.connect(self.services)

    def run(self, until: datetime | None = None) -> None:
        """Deliver messages until none is left, or none before `until`; time moves on to each.

        With `until`, schedules fire, too: those of `app.schedules`, and those that the apps' code declares.
        """
        if until is not None:
            self._declare()
        for _ in range(MOST_INVOCATIONS):
            at, queue = self._next(with_rules=until is not None) or (None, None)
            if at is None and self._tell_of_the_dead():
                continue
            if at is None or (until is not None and at > until):
                return
            self.now = max(self.now, at)
            self._turn(queue, with_rules=until is not None)
        raise RuntimeError(f"the queues are not empty after {MOST_INVOCATIONS} invocations")

    def invoke(self, queue: str) -> None:
        """Invoke a worker once with what is due in its queue, as SQS and Lambda do."""
        batch = self.broker.receive(queue, self.batch_size, visibility_s=6 * self.timeout_s)
        event = {"Records": [_record(message, self._arn(queue)) for message in batch]}
        try:
            response = self._process(queue)(event, _Invocation(self.timeout_s))
            failed = {item["itemIdentifier"] for item in response["batchItemFailures"]}
            for message in batch:
                if message.message_id not in failed:
                    self.broker.acknowledge(queue, [message.message_id])
        except Crash:
            del self._processes[queue]  # what comes next is a new process
        self._bury(queue)

    def _process(self, queue: str) -> Worker:
        if queue not in self._processes:
            self._processes[queue] = Worker(self.apps[queue.partition(".")[0]])
        return self._processes[queue]

    def _bury(self, queue: str) -> None:
        """Move what was received too often to the dead letters."""
        most = self.broker.lanes.get(queue, Lane()).max_receives or self.max_receives
        for message in [item for item in self.broker.messages[queue] if item.receives >= most]:
            self.broker.messages[queue].remove(message)
            self.dead_letters[queue].append(message)
            self.operations.letters.append((queue, message))
        self._tell_of_the_dead()

    def _tell_of_the_dead(self) -> bool:
        """Have the dead letters recorded, as the function on their queues does; says whether one was.

        What fails there is tried again with the next, and when nothing else is left to do.
        """
        letters = self.operations.letters
        untold = letters[:]
        for queue, message in untold:
            event = {"Records": [_record(message, self._arn(queue, DEAD))]}
            try:
                failed = self._undertaker(event)["batchItemFailures"]
            except Crash:
                failed = [{"itemIdentifier": message.message_id}]
            if not failed:
                letters.remove((queue, message))
        return len(letters) < len(untold)

    def _arn(self, queue: str, ending: str = "") -> str:
        name, dot, fifo = self.broker.queues[queue].rpartition("/")[2].partition(".fifo")
        return f"arn:aws:sqs:us-east-1:000000000000:{name}{ending}{dot}{fifo}"

    def _declare(self) -> None:
        """Deploy what the apps' code declares, as a deployment does."""
        from celeriac.beat.declared import declare  # which only a test of schedules needs

        for app in self.apps.values():
            declare(app)

    def _next(self, with_rules: bool = False) -> tuple[datetime, str | None] | None:
        """What happens next, and where; a schedule fires nowhere."""
        queues = self.broker.messages.items()
        read = [(queue, waiting) for queue, waiting in queues if self.operations.is_read(queue)]
        due = [(self.broker.due_at(queue, message), queue) for queue, waiting in read for message in waiting]
        calls = [(at, None) for at in self.scheduler.next_at(with_rules)]
        return min([*calls, *due], key=lambda item: item[0], default=None)

    def _turn(self, queue: str | None, with_rules: bool = False) -> None:
        """Let happen what `_next` told of."""
        if queue is not None:
            self.invoke(queue)
            return
        for call in self.scheduler.fire(clock.now(), with_rules):
            self.broker.put(call.queue, call.body)

    def _step(self, what: str) -> None:
        self.steps.append(what)
        if self.fault:
            self.fault(what)


class _Invocation:
    """Lambda's context, with all of its time left."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s

    def get_remaining_time_in_millis(self) -> int:
        return int(self.timeout_s * 1000)


def _record(message: QueuedMessage, arn: str) -> dict[str, Any]:
    group = {"MessageGroupId": message.group} if message.group else {}
    return {
        "messageId": message.message_id,
        "receiptHandle": message.message_id,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
            **group,
            **({"AWSTraceHeader": message.trace} if message.trace else {}),
        },
        "eventSourceARN": arn,
    }


def _read(lanes: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Lane], set[str]]:
    """What is particular about lanes, and which of them are FIFO."""
    told = {name: {key: value for key, value in lane.items() if key != "fifo"} for name, lane in lanes.items()}
    return {name: Lane(**lane) for name, lane in told.items()}, {name for name in lanes if lanes[name].get("fifo")}
