"""Signals: be told when a task is published, begins, ends.

>>> from celeriac.signals import task_failure
>>> @task_failure.connect
... def page_somebody(sender=None, task_id=None, exception=None, **kwargs): ...

Receivers get `sender` (the task, or its name where it is published) and the signal's arguments by name; take
`**kwargs`, for more may come. What a receiver raises is logged and goes no further, as in Celery.
Source: https://docs.celeryq.dev/en/stable/userguide/signals.html
"""

from __future__ import annotations

import logging
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from celeriac.exceptions import CeleryWarning

__all__ = [
    "Signal",
    "after_setup_logger",
    "after_setup_task_logger",
    "after_task_publish",
    "beat_embedded_init",
    "beat_init",
    "before_task_publish",
    "celeryd_after_setup",
    "celeryd_init",
    "heartbeat_sent",
    "setup_logging",
    "task_failure",
    "task_internal_error",
    "task_postrun",
    "task_prerun",
    "task_received",
    "task_rejected",
    "task_retry",
    "task_revoked",
    "task_success",
    "task_unknown",
    "worker_before_create_process",
    "worker_init",
    "worker_process_init",
    "worker_process_shutdown",
    "worker_ready",
    "worker_shutdown",
    "worker_shutting_down",
]

Receiver = Callable[..., Any]
_logger = logging.getLogger("celeriac")


class Signal:
    """Something that happens, and who wants to be told."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.name, self.arguments = name, arguments
        self._receivers: list[tuple[object, Any, Callable[[], Receiver | None]]] = []
        self._changing = threading.Lock()

    def connect(
        self, *args: Any, sender: Any = None, weak: bool = True, dispatch_uid: Any = None, **_ignored: Any
    ) -> Any:
        """Call a function when this happens, for every sender or for one; also a decorator.

        A weak receiver is forgotten with the function; one whose `dispatch_uid` is connected already is not added.
        """
        if not args:
            return lambda fun: self.connect(fun, sender=sender, weak=weak, dispatch_uid=dispatch_uid)
        receiver = args[0]
        key = dispatch_uid or _identity(receiver)
        with self._changing:
            self._add(key, sender, _reference(receiver) if weak else lambda: receiver)
        return receiver

    def _add(self, key: object, sender: Any, reference: Callable[[], Receiver | None]) -> None:
        # Without those that are gone: another object may have the place in memory by which one of them was known.
        self._receivers = [item for item in self._receivers if item[2]() is not None]
        if not any(known == key and wanted == sender for known, wanted, _ in self._receivers):
            self._receivers.append((key, sender, reference))

    def disconnect(self, receiver: Receiver | None = None, sender: Any = None, dispatch_uid: Any = None) -> bool:
        """Call it no more; says whether it was connected."""
        key = dispatch_uid or _identity(receiver)
        with self._changing:
            before = len(self._receivers)
            self._receivers = [item for item in self._receivers if not (item[0] == key and item[1] == sender)]
            return len(self._receivers) < before

    def send(self, sender: Any, **arguments: Any) -> list[tuple[Receiver, Any]]:
        """Tell the receivers; returns each with what it returned or raised."""
        return [(receiver, self._told(receiver, sender, arguments)) for receiver in self._listening(sender)]

    send_robust = send

    def has_listeners(self, sender: Any = None) -> bool:
        """Whether anybody would be told."""
        return any(True for _ in self._listening(sender))

    @property
    def receivers(self) -> list[Any]:
        """Who is connected."""
        return list(self._receivers)

    def _told(self, receiver: Receiver, sender: Any, arguments: dict[str, Any]) -> Any:
        try:
            return receiver(signal=self, sender=sender, **arguments)
        except Exception as error:
            _logger.exception("a receiver of %s raised", self.name)
            return error

    def _listening(self, sender: Any) -> Iterator[Receiver]:
        for _, wanted, reference in list(self._receivers):
            receiver = reference()
            if receiver is not None and (wanted is None or wanted == sender or wanted is sender):
                yield receiver

    def __repr__(self) -> str:
        return f"<Signal: {self.name}>"


class NeverSent(Signal):
    """A signal of a process that stays, as none does here: to connect to it warns, and nothing is ever told."""

    def connect(self, *args: Any, **options: Any) -> Any:
        """Warn that the receiver will never be called, and keep it."""
        if args:
            reason = f"{self.name} is never sent here: workers are Lambda functions, schedules are EventBridge's"
            warnings.warn(reason, CeleryWarning, stacklevel=2)
        return super().connect(*args, **options)


def _identity(receiver: Any) -> object:
    """What a receiver is known by; not itself, for that would keep it alive."""
    return (id(receiver.__self__), id(receiver.__func__)) if hasattr(receiver, "__self__") else id(receiver)


def _reference(receiver: Receiver) -> Callable[[], Receiver | None]:
    return weakref.WeakMethod(receiver) if hasattr(receiver, "__self__") else weakref.ref(receiver)


before_task_publish = Signal(
    "before_task_publish", "body", "exchange", "routing_key", "headers", "properties", "declare", "retry_policy"
)
"""Sent with the `headers` that the message will have; what a receiver adds there travels with the task."""
after_task_publish = Signal("after_task_publish", "headers", "body", "exchange", "routing_key")
task_received = Signal("task_received", "request")
task_prerun = Signal("task_prerun", "task_id", "task", "args", "kwargs")
task_postrun = Signal("task_postrun", "task_id", "task", "args", "kwargs", "retval", "state")
task_retry = Signal("task_retry", "request", "reason", "einfo")
task_success = Signal("task_success", "result", "runtime")
"""`runtime` is in seconds."""
task_failure = Signal("task_failure", "task_id", "exception", "args", "kwargs", "traceback", "einfo")
task_internal_error = Signal(
    "task_internal_error", "task_id", "args", "kwargs", "request", "exception", "traceback", "einfo"
)
"""Sent when it is not the task that went wrong but what is around it: AWS, for one. The message is delivered again."""
task_revoked = Signal("task_revoked", "request", "terminated", "signum", "expired")
task_unknown = Signal("task_unknown", "name", "id", "message", "exc")
"""Sent by the app for a message whose task it does not have; the task's outcome is a FAILURE."""
task_rejected = Signal("task_rejected", "message", "exc")
"""Sent by the app for a message that cannot be read, as SQS delivered it; it goes to the dead letters."""
setup_logging = Signal("setup_logging", "loglevel", "logfile", "format", "colorize")
"""Sent at a worker function's cold start; where somebody listens, logging is theirs."""
after_setup_logger = Signal("after_setup_logger", "logger", "loglevel", "logfile", "format", "colorize")
after_setup_task_logger = Signal("after_setup_task_logger", "logger", "loglevel", "logfile", "format", "colorize")
worker_init = Signal("worker_init")
worker_process_init = Signal("worker_process_init")
worker_ready = Signal("worker_ready")
"""Sent once a process, in this order, at a worker function's cold start."""
worker_shutting_down = Signal("worker_shutting_down", "sig", "how", "exitcode")
worker_process_shutdown = Signal("worker_process_shutdown", "pid", "exitcode")
worker_shutdown = Signal("worker_shutdown")
"""Sent when Lambda ends a process; the receivers have half a second in all. Python 3.12 and later."""
celeryd_init = NeverSent("celeryd_init")
celeryd_after_setup = NeverSent("celeryd_after_setup")
worker_before_create_process = NeverSent("worker_before_create_process")
heartbeat_sent = NeverSent("heartbeat_sent")
beat_init = NeverSent("beat_init")
beat_embedded_init = NeverSent("beat_embedded_init")
"""What Celery's resident workers and beat send."""
