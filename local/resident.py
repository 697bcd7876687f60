"""A process that outlives the command that started it: found again, and stopped, by a file that it keeps locked."""

import fcntl
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from local.process import begin
from local.wait import WaitedTooLongError, until

STOP_S = 30.0


class AlreadyRunsError(RuntimeError):
    """Raised when a process holds the lock on the file."""


@dataclass(frozen=True)
class Running:
    """A process that was found alive, and the URL that it is about."""

    pid: int
    url: str


class Resident:
    """One process, by its file.

    The process inherits the lock on the file. While it lives the lock is held; once it is gone, however it went, the
    lock is free. So a process id that was given to another program since is never taken for ours.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._child: subprocess.Popen[bytes] | None = None

    def running(self) -> Running | None:
        """The process, or None when there is none; one that is being started says nothing yet."""
        told = self._file.read_text() if self._is_locked() else ""
        return Running(**json.loads(told)) if told else None

    def start(
        self, command: Sequence[str], url: str, cwd: Path, environment: Mapping[str, str], log: Path
    ) -> "subprocess.Popen[bytes]":
        """Start it in a process group of its own; what it prints goes to `log`. Raises AlreadyRunsError."""
        with self._file.open("a+") as file:
            _lock(file)
            file.truncate(0)
            self._child = begin(command, cwd, environment, log, inherits=[file.fileno()])
            json.dump(asdict(Running(self._child.pid, url)), file)
        return self._child

    def stop(self) -> bool:
        """Stop it and its children; False when nothing ran."""
        found = self.running()
        if found:
            self._end(found.pid)
        if self._child:
            self._child.wait()
        self._file.unlink(missing_ok=True)
        return found is not None

    def _end(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGTERM)
        with suppress(WaitedTooLongError):
            until(lambda: not self._is_locked(), "the process to end", STOP_S)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    def _is_locked(self) -> bool:
        with suppress(FileNotFoundError), self._file.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def _lock(file: IO[str]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunsError(file.name) from None
