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
        """The app with its deployment; raises ImproperlyConfigured where there is none of that name."""
        app = self.given or finding.app_named(self.named)
        _ = app.services
        return app

    @property
    def is_connected(self) -> bool:
        """Whether the app and its deployment have been found."""
        return "app" in vars(self)

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

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table; numbers stand at the right, None is a hyphen."""
        from celeriac.cli.tables import show

        show(self.console, columns, list(rows))

    @property
    def console(self) -> Console:
        """Where tables go."""
        from rich.console import Console

        from celeriac.cli.tables import UNCUT

        width = None if sys.stdout.isatty() else UNCUT
        return Console(no_color=self.no_color or None, highlight=False, width=width)

    def progress(self, what: str, total: int | None = None) -> AbstractContextManager[Any]:
        """A progress bar on a terminal: `with session.progress("…", 10) as advance: advance(moved)`."""
        from celeriac.cli.progress import bar

        return bar(what, total, shown=self.is_seen)
