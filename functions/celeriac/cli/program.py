"""The command `celeriac`, put together of its groups of commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from celeriac import __version__
from celeriac.cli import (
    calling,
    console,
    controlling,
    failures,
    inspection,
    overview,
    planning,
    queues,
    revoking,
    scaffold,
    schedules,
)
from celeriac.cli.not_here import Commands, refused_with
from celeriac.cli.session import Session

__all__ = ["program"]

program = typer.Typer(
    cls=Commands,
    help="Send tasks, see what becomes of them, and operate the queues and workers of a deployment.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
for group in (calling, overview, inspection, controlling, queues, revoking, console, planning, scaffold):
    program.registered_commands += group.group.registered_commands
program.add_typer(failures.group, name="failures")
program.add_typer(schedules.group, name="schedules")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@program.callback()
def begin(
    context: typer.Context,
    app: Annotated[
        str | None,
        typer.Option(
            "--app", "-A", envvar="CELERY_APP", help="The app, as module:attribute. Without it: tasks by name."
        ),
    ] = None,
    workdir: Annotated[Path | None, typer.Option(help="The folder to work in.")] = None,
    no_color: Annotated[bool, typer.Option("--no-color", "-C", help="Print without colours.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but what was asked for.")] = False,
    as_json: Annotated[bool, typer.Option("--json", "-j", help="Print JSON.")] = False,
    _elsewhere: Annotated[
        str | None,
        typer.Option(
            *("--broker", "-b", "--result-backend", "--loader", "--config"),
            hidden=True,
            callback=refused_with("CELERIAC_DEPLOYMENT names the deployment, which has its queues and its table"),
        ),
    ] = None,
    _skip_checks: Annotated[
        bool, typer.Option("--skip-checks", help="Celery's; nothing is checked.", hidden=True)
    ] = False,
    _version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Note what is said before the command."""
    if workdir is not None:
        try:
            os.chdir(workdir)
        except OSError as error:
            raise typer.BadParameter(f"--workdir: {error}") from error
        sys.path.insert(0, str(workdir.resolve()))
    session = context.ensure_object(Session)
    session.named = app or session.named
    session.no_color, session.quiet, session.as_json = no_color, quiet, as_json
