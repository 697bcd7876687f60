"""`app.control`: orders to all workers.

Source: https://docs.celeryq.dev/en/stable/reference/celery.app.control.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from celeriac import clock, marks
from celeriac.control.inspection import Inspect
from celeriac.control.nodes import chosen, nodes_of, queues_of
from celeriac.control.not_here import NOT_HERE
from celeriac.exceptions import ImproperlyConfigured, NotSupported
from celeriac.noticeboard import NOTICES_LIVE
from celeriac.orders import KEY, STAMPS_LIVE, Orders
from celeriac.ratelimit import interval_of

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Control"]

COMMANDS = frozenset({"ping", "rate_limit", "revoke", "revoke_by_stamped_headers", "terminate", "time_limit"})
Replies = list[dict[str, Any]] | None


class Control:
    """Orders to the workers of this process' deployment.

    Where Celery's workers answer, the answer is made here, of what the order has done: with `reply=True` each of the
    workers (`destination` names some) stands in it as `{worker: {"ok": …}}`.
    """

    def __init__(self, app: Celeriac) -> None:
        self.app = app

    def revoke(
        self,
        task_id: str | Iterable[str],
        destination: Sequence[str] | str | None = None,
        terminate: bool = False,
        signal: str = "SIGTERM",  # noqa: ARG002 - Celery's argument
        reply: bool = False,
        **_ignored: Any,
    ) -> Replies:
        """Have tasks not begin, retries included; an id that nobody sent yet is no error.

        A task that runs goes on. With `terminate` it is ended when it next calls `update_state`, by a Terminated that
        is raised there, or when it looks at `is_aborted`; a process in Lambda cannot be signalled, so `signal` has no
        meaning. One or two DynamoDB writes for each task.
        Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#revoke-revoking-tasks
        """
        ids = [task_id] if isinstance(task_id, str) else list(task_id)
        for item in ids:
            self.app.services.backend.mark(item, marks.TERMINATE if terminate else marks.REVOKE)
        told = f"terminate: {', '.join(ids)}" if terminate else f"tasks {set(ids) or {}} flagged as revoked"
        return self._replies(reply, destination, told)

    def terminate(
        self, task_id: str | Iterable[str], destination: Sequence[str] | str | None = None, **options: Any
    ) -> Replies:
        """As `revoke(task_id, terminate=True)`."""
        return self.revoke(task_id, destination, terminate=True, **options)

    def revoke_by_stamped_headers(
        self,
        headers: Mapping[str, Any] | Sequence[str],
        destination: Sequence[str] | str | None = None,
        terminate: bool = False,
        signal: str = "SIGTERM",  # noqa: ARG002 - Celery's argument
        reply: bool = False,
        **_ignored: Any,
    ) -> Replies:
        """Have no task begin one of whose stamps has one of these values: `{"name": value or [values]}`.

        Workers hear of it within a second, and go by it for 14 days. With `terminate`, tasks that run are ended when
        they next call `update_state`.
        Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#revoke-by-stamped-headers-revoking-tasks-by-their-stamped-headers
        """
        if not isinstance(headers, Mapping):
            headers = dict(item.split("=", 1) for item in headers)
        until = int((clock.now() + STAMPS_LIVE).timestamp())
        self._order(lambda orders: orders.revoking(headers, until, terminate=terminate))
        told = f"headers {dict(headers)} " + ("revoked" if terminate else "flagged as revoked, but not terminated")
        return self._replies(reply, destination, told)

    def forget_stamps(self, name: str | None = None, reply: bool = False) -> Replies:
        """Revoke no value of a stamp any more, or of no stamp; what was revoked by it already stays so."""
        self._order(lambda orders: orders.without(name))
        return self._replies(reply, None, f"nothing is revoked by {f'stamp {name!r}' if name else 'stamps'} any more")

    def forget_limits(self, task_name: str | None = None, reply: bool = False) -> Replies:
        """Have a task, or all, go by the rate and the time limits of its code again."""
        self._order(lambda orders: orders.without_limits(task_name))
        whose = repr(task_name) if task_name else "any task"
        return self._replies(reply, None, f"no rate and no time limits of {whose} are ordered any more")

    def standing(self) -> Orders:
        """The orders that stand now."""
        _, texts = self.app.services.backend.read([], [KEY], consistent=True)
        return Orders.loads(texts.get(KEY))

    def time_limit(
        self,
        task_name: str,
        soft: float | None = None,
        hard: float | None = None,
        destination: Sequence[str] | str | None = None,
        reply: bool = False,
        **_ignored: Any,
    ) -> Replies:
        """Give a task other time limits, in seconds, until they are set again; they win over those of a call.

        0 or None is no limit; raises ImproperlyConfigured for what no limit can be.
        Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#changing-time-limits-at-run-time
        """
        if soft and hard and soft > hard:
            raise ImproperlyConfigured(f"{task_name}: soft_time_limit must be less than or equal to time_limit")
        if not all(0 <= (limit or 0) < math.inf for limit in (soft, hard)):
            raise ImproperlyConfigured(f"{task_name}: a time limit is a number of seconds, not {soft!r}, {hard!r}")
        self._order(lambda orders: orders.with_time_limits(task_name, soft or None, hard or None))
        return self._replies(reply, destination, "time limits set successfully")

    def rate_limit(
        self,
        task_name: str,
        rate_limit: float | str | None,
        destination: Sequence[str] | str | None = None,
        reply: bool = False,
        **_ignored: Any,
    ) -> Replies:
        """Give a task another rate, such as `"5/m"`; 0 or None is no limit. It stands until it is set again.

        It is that of all workers together. Messages that have their slot already keep it.
        Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#changing-rate-limits-at-run-time
        """
        interval = interval_of(rate_limit)
        self._order(lambda orders: orders.with_rate_limit(task_name, rate_limit))
        told = "new rate limit set successfully" if interval else "rate limit disabled successfully"
        return self._replies(reply, destination, told)

    def purge(self, connection: Any = None, queues: Iterable[str] | None = None) -> int:  # noqa: ARG002 - Celery's
        """Delete what waits in this app's queues, or in those that are named; returns about how many messages that was.

        SQS counts nothing as it purges, so the number is what it said just before. Messages that a worker has in hand
        go, too, if they would have come back; a chord that loses a member this way never ends. A queue can be purged
        once a minute; sooner raises OperationalError. Takes `sqs:PurgeQueue` and `sqs:GetQueueAttributes`.
        Source: https://docs.celeryq.dev/en/stable/reference/celery.app.control.html#celery.app.control.Control.purge
        """
        broker, number = self.app.services.broker, 0
        for queue in queues_of(self.app, self.app.main) if queues is None else queues:
            depth = broker.depth(queue)
            broker.purge(queue)
            number += depth.waiting + depth.delayed
        return number

    discard_all = purge

    def ping(
        self, destination: Sequence[str] | str | None = None, timeout: float = 1.0, **_ignored: Any
    ) -> list[dict[str, Any]]:
        """`[{worker: {"ok": "pong"}}]` for each worker whose queue is there; Lambda starts what is needed to run it."""
        answer = self.inspect(list(chosen(nodes_of(self.app), destination)), timeout=timeout).ping() or {}
        return [{node: told} for node, told in answer.items()]

    def inspect(self, *args: Any, **options: Any) -> Inspect:
        """Questions to the workers: `app.control.inspect().active()`.

        Source: https://docs.celeryq.dev/en/stable/userguide/workers.html#inspecting-workers
        """
        return Inspect(self.app, *args, **options)

    def broadcast(
        self,
        command: str,
        arguments: Mapping[str, Any] | None = None,
        destination: Sequence[str] | str | None = None,
        reply: bool = False,
        **options: Any,
    ) -> Any:
        """Give a command by its name, one of those that this class has as methods."""
        if command in COMMANDS:
            told = {"reply": reply} if command != "ping" else {}
            return getattr(self, command)(**{**(arguments or {}), **told, **options}, destination=destination)
        raise NotSupported(f"{command}: {NOT_HERE.get(command, 'no worker stays that could know commands of its own')}")

    def _order(self, change: Callable[[Orders], Orders]) -> None:
        """Change the orders to all workers; those in this process hear of it at once."""
        services = self.app.services
        text = services.backend.revise(KEY, lambda text: change(Orders.loads(text)).dumps(), NOTICES_LIVE)
        services.board.take(Orders.loads(text))

    def _replies(self, reply: bool, destination: Sequence[str] | str | None, told: str) -> Replies:
        return [{node: {"ok": told}} for node in chosen(nodes_of(self.app), destination)] if reply else None

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        if name not in NOT_HERE:
            raise AttributeError(f"app.control has no {name!r}")

        def refuse(*_args: Any, **_options: Any) -> NoReturn:
            raise NotSupported(f"{name}: {NOT_HERE[name]}")

        return refuse
