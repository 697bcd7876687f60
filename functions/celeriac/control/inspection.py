"""`app.control.inspect()`: what the workers are and do, in the shapes of Celery's answers.

The queues say how much waits, the table what runs and what is revoked, and the card of each worker what it is. What
nobody knows here (the arguments of a message that waits, a process' id) is None.
Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#inspecting-workers
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from celeriac import conf, states
from celeriac.control.answers import Waiting, queue_info, report_of, stats_of, task_info, waiting_info
from celeriac.control.nodes import chosen, node_of, nodes_of, queues_of
from celeriac.control.not_here import NOT_HERE
from celeriac.exceptions import NotSupported, QueueNotFound
from celeriac.noticeboard import card_key
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.broker import Depth
    from celeriac.row import Row
    from celeriac.scheduler import Pending

__all__ = ["Inspect"]

_PLACES = {states.PENDING: "reserved", states.RECEIVED: "reserved", states.RETRY: "scheduled"}
"""Where a task is, as Celery says it; in any other state it is active."""


class Inspect:
    """Questions to all workers, to those named in `destination`, or to those whose names match `pattern`.

    Each answer is `{worker: …}`, or what a single worker says if `destination` is its name; None if there is none. An
    answer takes a request to AWS for each worker or two, and rights to `sqs:GetQueueAttributes` and `dynamodb:Query`.
    """

    def __init__(
        self,
        app: Celeriac,
        destination: Sequence[str] | str | None = None,
        timeout: float = 1.0,
        callback: Callable[[Any], Any] | None = None,
        connection: Any = None,  # noqa: ARG002 - Celery's argument
        limit: int | None = None,
        pattern: str | None = None,
        matcher: Any = None,  # noqa: ARG002 - Celery's argument
    ) -> None:
        self.app, self.destination, self.timeout = app, destination, timeout
        self.callback, self.limit, self.pattern = callback, limit, pattern

    def ping(self, destination: Sequence[str] | str | None = None) -> Any:
        """`{"ok": "pong"}` of each worker that has its queue."""
        return self._answers(lambda node: self._depths(node) and {"ok": "pong"}, destination)

    def registered(self, *taskinfoitems: str) -> Any:
        """The names of each worker's tasks, as they were when it last began; with some of their options, if named."""
        wanted = taskinfoitems or ("rate_limit",)
        return self._of_cards(lambda card: [_named(name, told, wanted) for name, told in card["tasks"].items()])

    registered_tasks = registered

    def conf(self, with_defaults: bool = False) -> Any:
        """The settings of each worker; passwords and keys are masked."""
        defaults = conf.CELERYS if with_defaults else {}
        return self._of_cards(lambda card: {**defaults, **card["conf"]})

    def stats(self) -> Any:
        """How large each worker is, and how much it has to do."""
        cards = self._cards()
        return self._answers(lambda node: stats_of(self.app, cards.get(node, {}), self._depths(node)))

    def report(self) -> Any:
        """What each worker runs on, in words."""
        return self._of_cards(lambda card: {"ok": report_of(card)})

    def active(self, safe: bool | None = None) -> Any:  # noqa: ARG002 - Celery's argument
        """The tasks that run, of those with `track_started`."""
        return self._answers(lambda node: [task_info(row) for row in self._running(node)])

    def reserved(self, safe: bool | None = None) -> Any:  # noqa: ARG002 - Celery's argument
        """The tasks that wait to be run: a list as long as the queue is deep. Their names are not known."""
        return self._answers(lambda node: Waiting(sum(depth.waiting for depth in self._depths(node))))

    def scheduled(self, safe: bool | None = None) -> Any:  # noqa: ARG002 - Celery's argument
        """The tasks that are not due yet, retries included.

        Those that EventBridge Scheduler keeps, being due in more than an hour, are told by id and time, at a request
        for each hundred and `scheduler:ListSchedules`; those that wait in a queue are so many, and their names are not
        known.
        """
        kept: dict[str, list[Pending]] = {}
        scheduler = self.app.services.broker.scheduler
        for task in scheduler.pending() if scheduler else ():
            kept.setdefault(node_of(task.queue), []).append(task)

        def tell(node: str) -> Waiting:
            soonest_first = sorted(kept.get(node, []), key=lambda task: (task.due, task.id))
            delayed = sum(depth.delayed for depth in self._depths(node))
            return Waiting(delayed, [waiting_info(task) for task in soonest_first])

        return self._answers(tell)

    def revoked(self) -> Any:
        """The ids that are revoked and have not come to a worker yet; the same for each worker."""
        ids = [row.id for row in self.app.services.backend.revoked()]
        return self._answers(lambda _node: list(ids))

    def query_task(self, *ids: Any) -> Any:
        """Where each of these tasks is, `{id: ["active", …]}`; one that has ended, or told nothing yet, is nowhere."""
        wanted = [item for each in ids for item in ([each] if isinstance(each, str) else each)]
        rows = [row for row in self.app.services.backend.get_many(wanted).values() if not row.seen.ready]
        return self._answers(
            lambda node: {
                row.id: [_PLACES.get(row.state, "active"), task_info(row)] for row in rows if _is_at(row, node)
            }
        )

    def active_queues(self) -> Any:
        """The queues of each worker."""
        urls = self.app.services.broker.queues
        return self._answers(lambda node: [queue_info(queue, urls[queue]) for queue in queues_of(self.app, node)])

    def _running(self, node: str) -> list[Row]:
        backend = self.app.services.backend
        return [row for queue in queues_of(self.app, node) for row in backend.listed(f"{states.STARTED}#{queue}")]

    def _depths(self, node: str) -> list[Depth]:
        return [self.app.services.broker.depth(queue) for queue in queues_of(self.app, node)]

    def _cards(self) -> dict[str, dict[str, Any]]:
        keys = {card_key(node): node for node in self._nodes(None)}
        _, texts = self.app.services.backend.read([], keys)
        return {keys[key]: loads(text) for key, text in texts.items()}

    def _of_cards(self, tell: Callable[[dict[str, Any]], Any]) -> Any:
        """What is told by the workers that have run since they were deployed."""
        cards = self._cards()
        return self._answers(lambda node: tell(cards[node]) if node in cards else None)

    def _nodes(self, destination: Sequence[str] | str | None) -> list[str]:
        nodes = chosen(nodes_of(self.app), destination or self.destination)
        return [node for node in nodes if not self.pattern or fnmatch.fnmatchcase(node, self.pattern)][: self.limit]

    def _answers(self, ask: Callable[[str], Any], destination: Sequence[str] | str | None = None) -> Any:
        answers = {node: answer for node in self._nodes(destination) if (answer := _asked(ask, node)) is not None}
        if self.callback:
            for node, answer in answers.items():
                self.callback({node: answer})
        named = destination or self.destination
        return answers.get(named) if isinstance(named, str) else answers or None

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        if name not in NOT_HERE:
            raise AttributeError(f"app.control.inspect() has no {name!r}")

        def refuse(*_args: Any, **_options: Any) -> NoReturn:
            raise NotSupported(f"{name}: {NOT_HERE[name]}")

        return refuse


def _asked(ask: Callable[[str], Any], node: str) -> Any:
    """A worker's answer; one whose queue somebody has deleted gives none, as a process that has died."""
    try:
        return ask(node)
    except QueueNotFound:
        return None


def _is_at(row: Row, node: str) -> bool:
    """Whether a worker would know of a task; one that was only revoked belongs to nobody yet."""
    return row.queue is not None and node_of(row.queue) == node


def _named(name: str, told: Mapping[str, Any], wanted: Sequence[str]) -> str:
    options = " ".join(f"{item}={told[item]}" for item in wanted if told.get(item) is not None)
    return f"{name} [{options}]" if options else name
