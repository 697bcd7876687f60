"""The command line, `celeriac`: what `celery` is on the command line to Celery. It needs the extra `celeriac[cli]`.

Nothing else of the library imports it, and no worker has Typer or Rich.
Source: https://docs.celeryq.dev/en/stable/reference/cli.html
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

__all__ = ["main"]

INTERRUPTED = 130
"""What a shell says of a process that Ctrl-C ended."""


def main() -> None:
    """Run the command line on this process' arguments."""
    try:
        _begun()(prog_name="celeriac")
    except KeyboardInterrupt:  # before there was a command that would tell of it
        sys.exit(INTERRUPTED)
    except OSError as error:  # what could not be printed, by what prints beside the commands
        sys.exit(f"celeriac: {error}")
    finally:
        _print_the_rest()


def _begun() -> Callable[..., object]:
    """The command, or the end of the process where what it needs is not installed."""
    try:
        from celeriac.cli.program import program
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"rich", "typer"}:
            raise
        sys.exit(f"celeriac: the command line needs {error.name}: pip install 'celeriac[cli]'")
    return program


def _print_the_rest() -> None:
    """Print what is left now, for at its end Python would tell of a reader that has gone with a traceback's head."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(f"celeriac: {error}")
