"""What all commands have in common: `--json`, `--quiet`, `--debug`, and that an error is a sentence and a code."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from celeriac.cli.exits import told
from celeriac.cli.session import Session

__all__ = ["command"]

Function = TypeVar("Function", bound=Callable[..., Any])

_FLAGS = {
    "as_json": Annotated[bool, typer.Option("--json", "-j", help="Print JSON.")],
    "quiet": Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but what was asked for.")],
    "debug": Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")],
}


def command(group: typer.Typer, name: str | None = None) -> Callable[[Function], Function]:
    """Make a function a command of a group; its first argument is the session, the others are the command's."""

    def declare(function: Function) -> Function:
        @functools.wraps(function)
        def run(context: typer.Context, **given: Any) -> Any:
            session = Session.of(context)
            for flag in _FLAGS:
                setattr(session, flag, given.pop(flag) or getattr(session, flag))
            with told(session):
                return function(session, **given)

        hints = typing.get_type_hints(function, include_extras=True)
        _, *own = inspect.signature(function).parameters.values()
        one = inspect.Parameter.KEYWORD_ONLY
        parameters = [
            inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
            *(parameter.replace(kind=one, annotation=hints[parameter.name]) for parameter in own),
            *(inspect.Parameter(flag, one, default=False, annotation=kind) for flag, kind in _FLAGS.items()),
        ]
        del run.__wrapped__  # the signature is another
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        group.command(name)(run)
        return function

    return declare
