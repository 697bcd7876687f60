"""A program and all that it starts: run to its end, or ended together."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path


def run(command: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path) -> int:
    """Its exit code; what it prints goes to `log`. If we are interrupted, neither it nor its children live on."""
    with (
        log.open("wb") as file,
        subprocess.Popen(  # noqa: S603 - the caller's own list
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            return process.wait()
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
