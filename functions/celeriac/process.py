"""The life of a worker's process: the signals at its beginning and its end.

It begins with the cold start. Of the end Lambda tells, by SIGTERM and half a second before it, only a function that has
an extension; so one is registered, in this process, where a receiver waits for it.
Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from types import FrameType
from typing import Any

from celeriac import log, signals

__all__ = ["begin"]

_API = "/2020-01-01/extension"
_NAME = "celeriac-shutdown"
_REGISTER_S = 2


def begin(worker: Any, environ: Mapping[str, str]) -> None:
    """Tell that a worker's process has begun, and see to it that its end is told, too."""
    signals.worker_init.send(worker)
    signals.worker_process_init.send(worker)
    if signals.worker_process_shutdown.has_listeners(worker) or signals.worker_shutdown.has_listeners(worker):
        _await_end(worker, environ)
    signals.worker_ready.send(worker)


def _await_end(worker: Any, environ: Mapping[str, str]) -> None:
    if "AWS_LAMBDA_RUNTIME_API" not in environ:
        return

    def end(signum: int, _frame: FrameType | None) -> None:
        signals.worker_shutting_down.send(worker, sig=signal.Signals(signum).name, how="Warm", exitcode=0)
        signals.worker_process_shutdown.send(worker, pid=os.getpid(), exitcode=0)
        signals.worker_shutdown.send(worker)
        raise SystemExit(0)

    try:
        _register(environ["AWS_LAMBDA_RUNTIME_API"])
    except OSError:
        log.logger.exception("this process will not be told of its end: no extension could be registered")
    else:
        signal.signal(signal.SIGTERM, end)


def _register(host: str) -> None:
    """Register an internal extension, which is told of nothing, and wait for ever, as an extension must."""
    import http.client  # which only a worker needs that wants to be told

    connection = http.client.HTTPConnection(host, timeout=_REGISTER_S)
    connection.request("POST", f"{_API}/register", '{"events": []}', {"Lambda-Extension-Name": _NAME})
    answer = connection.getresponse()
    answer.read()
    if answer.status >= http.client.BAD_REQUEST:
        raise OSError(f"the Extensions API answers {answer.status}")
    identifier = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}

    def wait() -> None:
        waiting = http.client.HTTPConnection(host)
        waiting.request("GET", f"{_API}/event/next", headers=identifier)
        waiting.getresponse()

    threading.Thread(target=wait, name=_NAME, daemon=True).start()
