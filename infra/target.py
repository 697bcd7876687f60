"""What the functions run on: one switch sets the Lambda architecture, the runtime and the wheels alike."""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_

__all__ = ["Target"]

OLDEST_MINOR = 11
AMAZON_LINUX_2023_MINOR = 12  # from this Python on, Lambda's system has glibc 2.34
HOST_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
WHEEL_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Target:
    """A processor and a Python version; `host` means those of this machine, for a local cloud that runs here."""

    architecture: str
    python: str
    host: bool = False

    @classmethod
    def parse(cls, architecture: object, python: object) -> Target:
        """Read the `architecture` and `python` context values; ValueError says what is wrong with them."""
        version = re.fullmatch(r"3\.(\d{1,2})", str(python))
        if version is None or int(version[1]) < OLDEST_MINOR:
            raise ValueError(f'python: must be a version such as "3.13", 3.{OLDEST_MINOR} or later, not {python!r}')
        if architecture == "host":
            return cls._of_this_machine(str(python))
        if architecture not in WHEEL_MACHINES:
            raise ValueError(f'architecture: must be "arm64", "x86_64" or "host", not {architecture!r}')
        return cls(str(architecture), str(python))

    @classmethod
    def _of_this_machine(cls, python: str) -> Target:
        running = f"3.{sys.version_info.minor}"
        if python != running:
            raise ValueError(
                f"python: architecture=host takes the wheels of the running Python: pass -c python={running}"
            )
        machine = platform.machine()
        if machine.lower() not in HOST_MACHINES:
            raise ValueError(f"architecture: Lambda knows no {machine}: pass -c architecture=x86_64 or arm64")
        return cls(HOST_MACHINES[machine.lower()], python, host=True)

    @property
    def runtime(self) -> lambda_.Runtime:
        """The Lambda runtime, whether or not this release of aws-cdk-lib has a constant for it."""
        return lambda_.Runtime(f"python{self.python}", lambda_.RuntimeFamily.PYTHON)

    @property
    def lambda_architecture(self) -> lambda_.Architecture:
        """The architecture as Lambda names it."""
        return lambda_.Architecture.ARM_64 if self.architecture == "arm64" else lambda_.Architecture.X86_64

    @property
    def pip_options(self) -> list[str]:
        """The options that make pip take this target's wheels; none for the host, whose pip knows best."""
        if self.host:
            return []
        machine = WHEEL_MACHINES[self.architecture]
        # Both: a project may publish only the newer tag for its latest release, or only the older one.
        newer = [f"manylinux_2_28_{machine}"] if int(self.python.split(".")[1]) >= AMAZON_LINUX_2023_MINOR else []
        platforms = [*newer, f"manylinux2014_{machine}"]
        wheels_only = ["--only-binary=:all:", "--implementation", "cp", "--python-version", self.python]
        return wheels_only + [option for tag in platforms for option in ("--platform", tag)]
