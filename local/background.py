"""The follower of a deployment, as a process that `make up` leaves behind."""

import sys
from pathlib import Path

from local.cloud import ROOT
from local.endpoint import Endpoint
from local.resident import Resident, Running


class Background:
    """The follower of what is deployed from a folder; its file and its log are in there."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._process = folder, Resident(folder / "follower.json")
        self.log = folder / "follower.log"

    def running(self) -> Running | None:
        """The process, or None when there is none."""
        return self._process.running()

    def start(self, endpoint: Endpoint) -> None:
        """Start it; one that runs, perhaps of an older version or at a port of yesterday, makes way."""
        self._process.stop()
        command = [sys.executable, "-m", "local", "follow", "--endpoint", endpoint.url]
        self._process.start(command, endpoint.url, ROOT, endpoint.environment(), self.log)

    def stop(self) -> bool:
        """Stop it; False when none ran."""
        return self._process.stop()
