"""Somebody at a terminal, with credentials of their own: many commands in one process, for to start one takes longest.

Run as a program, it types the commands that come in, a JSON array a line, and tells of each how it ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.system import System

__all__ = ["Typist", "at_terminal"]


@dataclass
class Typist:
    """Who types commands of `celeriac`."""

    process: subprocess.Popen[str]

    def types(self, *words: str) -> Any:
        """How a command ended: its code, and what it printed as `out` and as `err`."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(words), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def prints(self, *words: str) -> str:
        """What a command printed that went well."""
        told = self.types(*words)
        assert told["code"] == 0, (words, told)
        return str(told["out"]).strip()

    def tells(self, *words: str) -> Any:
        """What it told as JSON."""
        return json.loads(self.prints(*words, "--json"))


@contextmanager
def at_terminal(system: System, credentials: Mapping[str, str] | None = None) -> Iterator[Typist]:
    """Somebody who operates a system, with the emulator's own credentials or with these."""
    pipe, environment = subprocess.PIPE, system.environment() | dict(credentials or {})
    command = [sys.executable, __file__]
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Typist(process)
        finally:
            process.terminate()


def main() -> None:
    """Type until nothing more comes."""
    from typer.testing import CliRunner

    from celeriac.cli.program import program

    for line in sys.stdin:
        ended = CliRunner().invoke(program, json.loads(line))
        told = {"code": ended.exit_code, "out": ended.stdout, "err": ended.stderr}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, ".")
    main()
