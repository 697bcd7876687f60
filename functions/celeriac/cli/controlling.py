"""`control`: `app.control` on the command line, an order to all workers.

Source: https://docs.celeryq.dev/en/stable/reference/cli.html#celery-control
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from celeriac.cli import values
from celeriac.cli.command import command
from celeriac.cli.remote import listing, name_of, refused, say_replies
from celeriac.cli.session import Session
from celeriac.control.nodes import nodes_of

if TYPE_CHECKING:
    from celeriac.control import Control

__all__ = ["ORDERS", "control", "group"]

group = typer.Typer()


@dataclass(frozen=True)
class Order:
    """A command: its arguments as Celery writes them, how many it takes, and what it does."""

    signature: str
    least: int
    most: int | None
    does: str
    give: Callable[[Control, Sequence[str]], Any]


def _limit_rate(control: Control, words: Sequence[str]) -> Any:
    return control.rate_limit(words[0], words[1], reply=True)


def _limit_time(control: Control, words: Sequence[str]) -> Any:
    soft, hard = (values.seconds(words[index]) if index < len(words) else None for index in (1, 2))
    return control.time_limit(words[0], soft, hard, reply=True)


def _revoke(control: Control, words: Sequence[str]) -> Any:
    return control.revoke([values.task_id(word) for word in words], reply=True)


def _terminate(control: Control, words: Sequence[str]) -> Any:
    """Celery wants a signal before the ids; here it may stand there, and means nothing."""
    ids = list(words[1:] if _is_signal(words[0]) else words)
    if not ids:
        raise typer.BadParameter(f"terminate takes {ORDERS['terminate'].signature}")
    return control.terminate([values.task_id(task_id) for task_id in ids], reply=True)


def _revoke_by_stamps(control: Control, words: Sequence[str]) -> Any:
    """Revoke by stamps; one that is named more than once has any of these values."""
    stamps: dict[str, list[str]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise typer.BadParameter(f"a stamp is name=value, not {word!r:.100}")
        stamps.setdefault(name, []).append(value)
    return control.revoke_by_stamped_headers(stamps, reply=True)


def _forget_stamps(control: Control, words: Sequence[str]) -> Any:
    return control.forget_stamps(words[0] if words else None, reply=True)


def _forget_limits(control: Control, words: Sequence[str]) -> Any:
    return control.forget_limits(words[0] if words else None, reply=True)


ORDERS: Mapping[str, Order] = {
    "forget_limits": Order(
        "[TASK]", 0, 1, "Let a task, or all, have its code's limits; not in Celery.", _forget_limits
    ),
    "forget_stamps": Order("[NAME]", 0, 1, "Revoke by this stamp no more, or by none; not in Celery.", _forget_stamps),
    "rate_limit": Order("TASK RATE", 2, 2, "Give a task another rate, such as 5/m; 0 is none.", _limit_rate),
    "revoke": Order("ID...", 1, None, "Have tasks not begin.", _revoke),
    "revoke_by_stamped_headers": Order(
        "NAME=VALUE...", 1, None, "Have no task with such a stamp begin.", _revoke_by_stamps
    ),
    "terminate": Order("[SIGNAL] ID...", 1, None, "Have tasks not begin, and end those that run.", _terminate),
    "time_limit": Order("TASK SOFT_S [HARD_S]", 2, 3, "Give a task other time limits, in seconds.", _limit_time),
}
"""The orders that have a meaning here, in alphabetical order."""
ABOUT_A_TASK = {"rate_limit", "time_limit"}


_TOLD = {f"{name} {order.signature}": order.does for name, order in ORDERS.items()}


@command(group)
def control(
    session: Session,
    name: Annotated[str, name_of(ORDERS)],
    arguments: Annotated[list[str] | None, typer.Argument(help="What the command takes; see --list.")] = None,
    destination: Annotated[str | None, typer.Option("--destination", "-d", hidden=True)] = None,
    _timeout: Annotated[float, typer.Option("--timeout", "-t", help="Celery's; nobody waits.", hidden=True)] = 1,
    _list: Annotated[bool, listing("control", _TOLD)] = False,
) -> None:
    """Give an order to all workers; it stands until it is given anew, over deploys, too."""
    order = ORDERS.get(name) or refused("control", name, ORDERS)
    words = arguments or []
    if len(words) < order.least or (order.most is not None and len(words) > order.most):
        raise typer.BadParameter(f"{name} takes {order.signature}")
    if destination:
        raise typer.BadParameter("-d: an order stands in the table that all workers read, and a task has one worker")
    replies = order.give(session.app.control, words)
    say_replies(session, {worker: told for reply in replies for worker, told in reply.items()})
    if name in ABOUT_A_TASK and _is_unknown(session.app.control, words[0]):
        session.complain(f"no worker that has run has a task {words[0]!r:.200}; the order stands all the same")


def _is_unknown(control: Control, task: str) -> bool:
    """Whether the worker of a task's name has told of its tasks, and not of this one; or nobody has, of any name."""
    cards = control.inspect().registered() or {}
    told = {worker: {name.partition(" ")[0] for name in names} for worker, names in cards.items()}
    worker = task.partition(".")[0]
    return not any(task in names for names in told.values()) and (worker in told or worker not in nodes_of(control.app))


def _is_signal(word: str) -> bool:
    names = {each.name for each in signal.Signals}
    return word in names or f"SIG{word}" in names
