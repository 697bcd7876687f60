"""A program and all that it starts: begun, run to its end, or ended together."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path


def begin(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path, inherits: Sequence[int] = ()
) -> "subprocess.Popen[bytes]":
    """It in a process group of its own, with the descriptors that it inherits; what it prints goes to `log`."""
    with log.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - the caller's own list
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=inherits,
        )


def run(command: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path) -> int:
    """Its exit code; what it prints goes to `log`. If we are interrupted, neither it nor its children live on."""
    with begin(command, cwd, environment, log) as process:
        try:
            return process.wait()
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
