"""Names that Celery's tests need to be imported at all, used only as long as Celeriac has none of its own."""

from __future__ import annotations

import multiprocessing
import uuid
from collections.abc import Callable
from typing import Any

import celeriac
from celeriac.app import current_app
from tests.celery_suite.placeholders import NotYet
from tests.celery_suite.processes import number, worker_of

__all__ = ["STAND_INS", "THIRD_PARTY", "shared_task"]

_NOT_ATTRIBUTES = {"name", "bind", "base"}


def shared_task(*args: Any, **options: Any) -> Any:
    """Celeriac's, except for a task with an option that Celeriac does not have: to run that one fails."""
    lacking = [option for option in options if option not in _NOT_ATTRIBUTES and not hasattr(celeriac.Task, option)]
    if not lacking:
        return celeriac.shared_task(*args, **options)
    return lambda fun: celeriac.shared_task(_without(fun, lacking))


def _without(fun: Callable[..., Any], lacking: list[str]) -> Callable[..., Any]:
    def body(*_args: Any, **_kwargs: Any) -> Any:
        raise NotYet(f"task option {', '.join(lacking)}")

    body.__name__, body.__qualname__, body.__module__ = fun.__name__, fun.__qualname__, fun.__module__
    return body


def _control_command(*_args: Any, **_options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Commands to a resident worker: none of the tests that run here gives one."""
    return lambda fun: fun


class RevokedStamps:
    """The stamps that are revoked, of which the tests only want to be rid."""

    def clear(self) -> None:
        current_app().control.forget_stamps()


STAND_INS: dict[str, Any] = {
    "celery.utils.nodenames.anon_nodename": lambda: worker_of(number()),
    "celery.uuid": lambda: str(uuid.uuid4()),
    "celery.worker.control.control_command": _control_command,
    "celery.worker.control.inspect_command": _control_command,
    "celery.worker.state.revoked_stamps": RevokedStamps(),
}
"""By the full name."""

THIRD_PARTY = {"billiard": multiprocessing}
"""Modules that are imported by tests which Celery itself skips."""
