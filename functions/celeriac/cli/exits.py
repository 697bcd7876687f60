"""With which code a command ends, and what it says of an error. The numbers are those of sysexits.h, as with Celery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from celeriac.cli.session import Session
from celeriac.exceptions import CeleriacError, ImproperlyConfigured, OperationalError, TimeoutError
from celeriac.scheduler import AlreadyScheduled

__all__ = ["CONFIG", "FAILED", "LATER", "UNAVAILABLE", "told"]

FAILED = 1
"""The task failed, or what was asked for cannot be done."""
UNAVAILABLE = 69
"""AWS could not be reached or refused, or no worker answered."""
LATER = 75
"""The result is not there yet."""
CONFIG = 78
"""No deployment, or no app, could be found."""


@contextmanager
def told(session: Session) -> Iterator[None]:
    """End the process with a sentence for an error, and with its traceback only where `--debug` asks for it."""
    try:
        yield
    except (typer.Exit, typer.Abort, BrokenPipeError):  # the last: nobody reads on, and nothing is wrong
        raise
    except Exception as error:
        if session.debug or type(error).__module__.startswith("typer."):
            raise
        session.complain(_sentence(error))
        raise typer.Exit(_code(error, session)) from error


def _code(error: Exception, session: Session) -> int:
    if isinstance(error, ImproperlyConfigured):  # of a call, too: that is none of the deployment's
        return FAILED if session.is_connected else CONFIG
    kinds = {TimeoutError: LATER, AlreadyScheduled: FAILED, OperationalError: UNAVAILABLE}
    return next((code for kind, code in kinds.items() if isinstance(error, kind)), FAILED)


def _sentence(error: Exception) -> str:
    if isinstance(error, CeleriacError | ValueError | OSError):
        return str(error) or type(error).__name__
    return f"{type(error).__name__}: {error} (--debug shows where)"
