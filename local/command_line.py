"""The command `celeriac`, on what is deployed on this machine."""

import os
import subprocess
import sys
from typing import NoReturn

from local.system import System


def run(system: System, *words: str) -> int:
    """Run it on this terminal; its exit code."""
    return subprocess.run([*_COMMAND, *words], env=system.environment(), check=False).returncode  # noqa: S603 - ours


def begin(system: System, *words: str, stdout: int | None = None) -> "subprocess.Popen[str]":
    """Let it run beside this process, which ends it."""
    command = [*_COMMAND, *words]
    return subprocess.Popen(command, env=system.environment(), stdout=stdout, text=True)  # noqa: S603 - as above


def become(system: System, *words: str) -> NoReturn:
    """Let it take this process over, so that Ctrl-C and signals are its own."""
    os.execve(sys.executable, [*_COMMAND, *words], system.environment())  # noqa: S606 - as above


_COMMAND = (sys.executable, "-m", "celeriac")
