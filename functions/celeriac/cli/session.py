"""One run of the command line: its app, found when it is first needed, and how it speaks."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from celeriac.cli import finding
from celeriac.cli.text import as_json, plain

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import typer
    from rich.console import Console

    from celeriac.app import Celeriac

__all__ = ["Session"]

WIDE = 200
"""Columns where nobody looks: tables in a pipe are not cut."""


@dataclass
class Session:
    """The app that was named, or a bare one on CELERIAC_DEPLOYMENT, and what the options say."""

    named: str | None = None
    given: Celeriac | None = None
    as_json: bool = False
    quiet: bool = False
    debug: bool = False
    no_color: bool = False

    @staticmethod
    def of(context: typer.Context) -> Session:
        """The session of a command."""
        session = context.ensure_object(Session)
        assert isinstance(session, Session)
        return session

    @functools.cached_property
    def app(self) -> Celeriac:
        """The app; raises ImproperlyConfigured where there is none of that name."""
        return self.given or finding.app_named(self.named)

    @property
    def is_seen(self) -> bool:
        """Whether somebody looks at a terminal."""
        return sys.stderr.isatty() and not self.quiet and not self.as_json

    def say(self, text: object) -> None:
        """Print what was asked for."""
        print(plain(str(text)))

    def mention(self, text: object) -> None:
        """Print what is good to know, unless `--quiet` or `--json` was given."""
        if not self.quiet and not self.as_json:
            self.say(text)

    def answer(self, value: Any) -> None:
        """Print a value as JSON."""
        print(as_json(value))

    def complain(self, text: object) -> None:
        """Print an error."""
        print(f"celeriac: {plain(str(text))}", file=sys.stderr)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
        """Print a table; numbers stand at the right, None is a hyphen."""
        from rich.table import Table
        from rich.text import Text

        rows = [list(row) for row in rows]
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for index, column in enumerate(columns):
            is_number = any(isinstance(row[index], int | float) for row in rows)
            table.add_column(column, justify="right" if is_number else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text("-" if cell is None else plain(str(cell))) for cell in row))
        self.console.print(table)

    @property
    def console(self) -> Console:
        """Where tables go."""
        from rich.console import Console

        width = None if sys.stdout.isatty() else WIDE
        return Console(no_color=self.no_color or None, highlight=False, width=width)

    def progress(self, what: str, total: int | None = None) -> AbstractContextManager[Any]:
        """A progress bar on a terminal: `with session.progress("…", 10) as advance: advance(moved)`."""
        from celeriac.cli.progress import bar

        return bar(what, total, shown=self.is_seen)
