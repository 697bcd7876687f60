"""The command line, `celeriac`: what `celery` is on the command line to Celery. It needs the extra `celeriac[cli]`.

Nothing else of the library imports it, and no worker has Typer or Rich.
Source: https://docs.celeryq.dev/en/stable/reference/cli.html
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line on this process' arguments."""
    try:
        from celeriac.cli.program import program
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"rich", "typer"}:
            raise
        sys.exit(f"celeriac: the command line needs {error.name}: pip install 'celeriac[cli]'")
    program(prog_name="celeriac")
