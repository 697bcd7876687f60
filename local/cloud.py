"""The embedded AWS: started, found again and stopped, by one file that its process keeps locked."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from local.endpoint import KEY_ID, REGION, SECRET, Endpoint
from local.wait import WaitedTooLongError, until

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-cloud/bin/python"
USUAL_PORT = 4566
START_S = 20.0
STOP_S = 5.0


class CloudStartError(RuntimeError):
    """Raised when the embedded AWS cannot be started; says why."""


@dataclass(frozen=True)
class Running:
    """A process that was found alive."""

    pid: int
    url: str


class Cloud:
    """One MiniStack process, and the folder that holds all it writes.

    The process inherits the lock on `<folder>/process.json`. While it lives the lock is held; once it is gone, however
    it went, the lock is free. So a process id that was given to another program since is never taken for ours.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "process.json"
        self._child: subprocess.Popen[bytes] | None = None
        self.log = folder / "ministack.log"

    def running(self) -> Running | None:
        """The process, or None when there is none."""
        return Running(**json.loads(self._file.read_text())) if self._is_locked() else None

    def start(self, port: int | None = None, environment: Mapping[str, str] | None = None) -> Endpoint:
        """Start it (on the usual port, or on a free one when that is taken) and return once it answers."""
        endpoint = Endpoint(f"http://127.0.0.1:{port or free_port(USUAL_PORT)}")
        (self._folder / "tmp").mkdir(parents=True, exist_ok=True)
        with self._file.open("a+") as file:
            _lock(file, self._folder)
            self._child = self._spawn(endpoint, environment or {}, file)
            file.truncate(0)
            json.dump(asdict(Running(self._child.pid, endpoint.url)), file)
        self._await(self._child, endpoint)
        return endpoint

    def stop(self) -> bool:
        """Stop it and its functions, and remove their scratch files; False when nothing ran."""
        found = self.running()
        if found:
            self._end(found.pid)
        if self._child:
            self._child.wait()
        shutil.rmtree(self._folder / "tmp", ignore_errors=True)
        self._file.unlink(missing_ok=True)
        return found is not None

    def _spawn(self, endpoint: Endpoint, environment: Mapping[str, str], lock: IO[str]) -> "subprocess.Popen[bytes]":
        with self.log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own interpreter and nothing from outside
                [str(PYTHON), "-m", "ministack"],
                cwd=self._folder,
                env=self._environment(endpoint) | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )

    def _environment(self, endpoint: Endpoint) -> dict[str, str]:
        # The functions inherit this, so it starts from nothing: a laptop's own settings never leak into them.
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "TMPDIR": str(self._folder / "tmp"),
            "LANG": "C.UTF-8",
            "GATEWAY_PORT": endpoint.url.rpartition(":")[2],
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
        }

    def _await(self, child: "subprocess.Popen[bytes]", endpoint: Endpoint) -> None:
        try:
            until(lambda: child.poll() is not None or endpoint.answers(), "the embedded AWS to answer", START_S)
        except WaitedTooLongError:
            self.stop()
            raise
        if child.poll() is not None:
            raise CloudStartError(
                f"The embedded AWS ended at once. {self.log} ends in:\n{self.log.read_text()[-2000:]}"
            )

    def _end(self, pid: int) -> None:
        """The whole process group: its functions are children of the embedded AWS."""
        os.killpg(pid, signal.SIGTERM)
        with suppress(WaitedTooLongError):
            until(lambda: not self._is_locked(), "the embedded AWS to end", STOP_S)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    def _is_locked(self) -> bool:
        with suppress(FileNotFoundError), self._file.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def free_port(*preferred: int) -> int:
    """The first of the preferred ports that is free, or any that is."""
    for port in (*preferred, 0):
        with suppress(OSError), socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            return int(listener.getsockname()[1])
    raise CloudStartError("No port is free on 127.0.0.1.")


def _lock(file: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CloudStartError(f"An embedded AWS of {folder} is running already: `make down` stops it.") from None
