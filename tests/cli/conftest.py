"""The command line on a twin in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from celeriac import Celeriac, context
from celeriac.cli.program import program
from celeriac.cli.session import Session
from celeriac.exceptions import OperationalError
from celeriac.testing import Crash, Twin

desk = Celeriac("desk", set_as_current=False)
press = Celeriac("press", set_as_current=False)


@desk.task(name="desk.add", track_started=True)
def add(x: int, y: int = 0) -> int:
    return x + y


@desk.task(name="desk.fail")
def fail(reason: str) -> None:
    raise ValueError(reason)


@desk.task(name="desk.die")
def die() -> None:
    raise Crash


@press.task(name="press.printed", rate_limit="5/m")
def printed() -> str:
    return "printed"


@dataclass
class Told:
    """What a run of the command line printed, and its code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Desk:
    """A deployment in memory and somebody at the keyboard, who has no app of their own."""

    twin: Twin
    app: Celeriac

    def types(self, *words: str, answers: str | None = None) -> Told:
        """Run `celeriac` with these words."""
        ended = CliRunner().invoke(program, list(words), obj=Session(given=self.app), input=answers)
        assert ended.exception is None or isinstance(ended.exception, SystemExit), repr(ended.exception)
        return Told(ended.exit_code, ended.stdout, ended.stderr)

    def works(self) -> None:
        self.twin.run()

    def breaks(self) -> None:
        """Have AWS refuse everything from now on."""

        def refuse(what: str) -> None:
            raise OperationalError(f"{what}: AccessDenied")

        self.twin.fault = refuse


@pytest.fixture
def desktop() -> Iterator[Desk]:
    with Twin(desk, press, lanes={"desk.bulk": {}}) as twin:
        bare = Celeriac("celeriac", set_as_current=False)
        bare.connect(twin.services)
        assert context.innermost() is None
        yield Desk(twin, bare)
