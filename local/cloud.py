"""The embedded AWS: started, found again and stopped."""

import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from local.endpoint import KEY_ID, REGION, SECRET, Endpoint
from local.resident import AlreadyRunsError, Resident, Running
from local.wait import WaitedTooLongError, until

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-cloud/bin/python"
USUAL_PORT = 4566
START_S = 60.0


class CloudStartError(RuntimeError):
    """Raised when the embedded AWS cannot be started; says why."""


class Cloud:
    """One MiniStack process, and the folder that holds all it writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = Resident(folder / "process.json")
        self.log = folder / "ministack.log"

    def running(self) -> Running | None:
        """The process, or None when there is none."""
        return self._process.running()

    def start(self, port: int | None = None, environment: Mapping[str, str] | None = None) -> Endpoint:
        """Start it (on the usual port, or on a free one when that is taken) and return once it answers."""
        endpoint = Endpoint(f"http://127.0.0.1:{port or free_port(USUAL_PORT)}")
        (self._folder / "tmp").mkdir(parents=True, exist_ok=True)
        settings = self._environment(endpoint) | dict(environment or {})
        try:
            child = self._process.start(
                [str(PYTHON), "-m", "ministack"], endpoint.url, self._folder, settings, self.log
            )
        except AlreadyRunsError:
            raise CloudStartError(
                f"An embedded AWS of {self._folder} is running already: `make down` stops it."
            ) from None
        self._await(child, endpoint)
        return endpoint

    def stop(self) -> bool:
        """Stop it and its functions, and remove their scratch files; False when nothing ran."""
        found = self._process.stop()
        shutil.rmtree(self._folder / "tmp", ignore_errors=True)
        return found

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


def free_port(*preferred: int) -> int:
    """The first of the preferred ports that is free, or any that is."""
    for port in (*preferred, 0):
        with suppress(OSError), socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            return int(listener.getsockname()[1])
    raise CloudStartError("No port is free on 127.0.0.1.")
