"""What the emulator runs functions with, so that their wheels fit."""

import platform
import sys
from dataclasses import dataclass

MACHINES = {"arm64": "arm64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Runtime:
    """A Python version and a processor, as the CDK app's context names them."""

    python: str
    architecture: str

    @classmethod
    def of(cls, python: str | None = None, architecture: str | None = None) -> "Runtime":
        """This interpreter on this host, as in the embedded AWS, where nothing (None or "") else is asked for."""
        here = f"3.{sys.version_info.minor}"
        usual = "host" if (python or here) == here else MACHINES.get(platform.machine().lower(), "x86_64")
        return cls(python or here, architecture or usual)
