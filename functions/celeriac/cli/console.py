"""`console`: the operators' page, for the browser of this machine."""

from __future__ import annotations

import errno
import sys
import webbrowser
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from celeriac.cli.command import command
from celeriac.cli.session import Session

if TYPE_CHECKING:
    from celeriac.console.server import ConsoleServer
    from celeriac.console.upstream import Upstream

__all__ = ["console", "group"]

group = typer.Typer()

PORT = 5555
"""That of Flower."""


@command(group)
def console(
    session: Session,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="The port on 127.0.0.1.")] = PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address and open nothing.")] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="Let the page look, and change nothing.")] = False,
    api: Annotated[
        str | None, typer.Option(metavar="URL", help="The HTTP API, instead of the deployment's own.")
    ] = None,
) -> None:
    """Serve the console on 127.0.0.1 until Ctrl-C; its calls are signed with your AWS credentials."""
    from celeriac.console.address import ApiAddress  # which no other command needs
    from celeriac.console.upstream import Upstream

    upstream = Upstream(ApiAddress.find(api))
    with _listening(upstream, port, read_only=read_only) as server:
        _tell(session, server)
        if not no_browser:
            webbrowser.open(server.url)
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def _listening(upstream: Upstream, port: int, *, read_only: bool) -> ConsoleServer:
    from celeriac.console.server import ConsoleServer

    try:
        return ConsoleServer(upstream, port=port, read_only=read_only)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise ValueError(
            f"port {port} is taken, perhaps by another console: end that, or choose one, such as --port {port + 1}"
        ) from error


def _tell(session: Session, server: ConsoleServer) -> None:
    if session.as_json:
        session.answer({"url": server.url})
    else:
        session.mention("The console is open at this address, to whoever has it, until Ctrl-C:")
        session.say(server.url)
    sys.stdout.flush()  # somebody waits for it, and what is in a pipe may wait longer
