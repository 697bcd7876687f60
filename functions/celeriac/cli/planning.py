"""`cost`: what a plan would cost, and what the last days did."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any

import typer

from celeriac.cli import values
from celeriac.cli.command import command
from celeriac.cli.session import Session
from celeriac.operations.plan import Plan, dollars_of

__all__ = ["cost", "group"]

group = typer.Typer()

MOST = 1e12
"""Tasks a month: more than anybody has, and less than a column of the table holds."""
_FACTORS = {"k": 1_000, "M": 1_000_000, "G": 1_000_000_000}


def _number(text: str) -> float:
    """A number, such as 250000, 250k or 1.5M."""
    factor = _FACTORS.get(text[-1:], 1)
    try:
        number = float(text[:-1] if factor > 1 else text) * factor
    except ValueError:
        number = math.nan
    if not 0 <= number <= MOST:
        raise typer.BadParameter(f"must be a number such as 250000, 250k or 1.5M, up to 1000G, not {text!r:.100}")
    return number


@command(group)
def cost(
    session: Session,
    tasks: Annotated[
        Any, typer.Option(parser=_number, metavar="NUMBER", help="Tasks a month, such as 250k or 3M.")
    ] = None,
    last: Annotated[
        Any, typer.Option(parser=values.ago, metavar="AGO", help="What was used since then, such as 30d, instead.")
    ] = None,
    duration: Annotated[float, typer.Option(min=0.001, max=900, metavar="SECONDS", help="How long one runs.")] = 0.1,
    memory: Annotated[int, typer.Option(min=128, max=10240, metavar="MB", help="1769 MB are one processor.")] = 1769,
    concurrency: Annotated[int, typer.Option(min=1, max=1000, help="Tasks side by side; for those that wait.")] = 1,
    peak: Annotated[float, typer.Option(min=1, max=1000, help="The busiest hour's rate over the average.")] = 1.0,
    ignore_result: Annotated[bool, typer.Option("--ignore-result", help="Nobody wants the results.")] = False,
    alone: Annotated[bool, typer.Option("--alone", help="Tasks are sent one at a time, not ten.")] = False,
) -> None:
    """Show what so many tasks cost a month, beside Celery on Fargate; or what the last days cost. List prices."""
    if (tasks is None) == (last is None):
        raise typer.BadParameter("say --tasks, for a plan, or --last, for what was used")
    if last is not None:
        _show(session, {f"since {last:%Y-%m-%d %H:%M}": _used(session, last)})
        return
    plan = Plan(
        tasks=tasks,
        duration_s=duration,
        memory_mb=memory,
        concurrency=concurrency,
        peak=peak,
        ignore_result=ignore_result,
        alone=alone,
    )
    _show(session, {"Celeriac": plan.on_lambda(), "Celery on Fargate": plan.on_fargate()})


def _used(session: Session, since: datetime) -> dict[str, float]:
    usage = session.app.operations.usage(since)
    if usage is None:
        raise ValueError("CloudWatch has no figures of that time; a local cloud has some only where `make up` keeps it")
    return dollars_of(usage)


def _show(session: Session, sides: dict[str, dict[str, float]]) -> None:
    if session.as_json:
        session.answer({name: {**parts, "total": sum(parts.values())} for name, parts in sides.items()})
        return
    rows = [
        row
        for name, parts in sides.items()
        for row in [(name, "in all", _dollars(sum(parts.values()))), *(("", *_part(part)) for part in parts.items())]
    ]
    session.table(("", "for", f"{'$':>12}"), rows)


def _part(part: tuple[str, float]) -> tuple[str, str]:
    return part[0], _dollars(part[1])


def _dollars(amount: float) -> str:
    return f"{amount:>12,.2f}"
