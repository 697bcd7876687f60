"""Packing what one function needs, and nothing else: its sources, its wheels and their byte code, without Docker."""

from __future__ import annotations

import functools
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from infra.names import API
from infra.target import Target

__all__ = ["Bundle", "BundleError", "bundle_of_console", "bundle_of_library", "bundle_of_producer", "bundle_of_worker"]

LAYOUT = "1"  # change it when `build` puts things differently: the digest then changes for the same sources
LIBRARY = "celeriac"
NOT_PACKED = ("__pycache__", "*.pyc", ".*", "worker.toml", "requirements.txt")
FOR_PEOPLE = ("celeriac/cli", "celeriac/console")
LAMBDA_ROOT = "/var/task"


class BundleError(RuntimeError):
    """Raised when a function's package cannot be built; the message ends with what pip or the compiler said."""


@dataclass(frozen=True)
class Bundle:
    """A function's package: folders under `functions`, and the wheels of one of them."""

    functions: Path
    packages: tuple[str, ...]
    requirements: Path
    target: Target
    for_people: tuple[str, ...] = FOR_PEOPLE
    """What of it all is left out, for it runs on an operator's own machine."""

    def digest(self) -> str:
        """Name the bundle by its sources: what pip and the compiler make of them does not change it."""
        digest = hashlib.sha256("\0".join([LAYOUT, repr(self.target), *self.packages]).encode())
        for file in [*self._sources(), *([self.requirements] if self.requirements.is_file() else [])]:
            content = file.read_bytes()
            digest.update(f"\0{file.relative_to(self.functions).as_posix()}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    def build(self, output: Path) -> None:
        """Write the package into `output`, an existing empty folder."""
        if self.requirements.is_file():
            self._install_wheels(output)
        for package in self.packages:
            self._copy(package, output / package)
        self._compile(output)

    def _copy(self, package: str, destination: Path) -> None:
        if not (self.functions / package).is_dir():
            raise BundleError(f"there is no folder {self.functions / package}")
        if destination.exists():
            raise BundleError(f"functions/{package} would hide the package that {self.requirements} installs")
        shutil.copytree(self.functions / package, destination, ignore=self._left_out_of)

    def _left_out_of(self, folder: str, names: list[str]) -> list[str]:
        return [name for name in names if self._is_left_out(Path(folder, name))]

    def _sources(self) -> Iterator[Path]:
        for package in self.packages:
            files = sorted(path for path in (self.functions / package).rglob("*") if path.is_file())
            yield from (file for file in files if not self._is_left_out(file))

    def _is_left_out(self, file: Path) -> bool:
        # Part by part: a pattern such as ".*" is about a folder's own name, not about where the repository lies.
        path = file.relative_to(self.functions)
        parts = [Path(part) for part in path.parts]
        is_for_people = any(path.is_relative_to(folder) for folder in self.for_people)
        return is_for_people or any(part.match(pattern) for part in parts for pattern in NOT_PACKED)

    def _install_wheels(self, output: Path) -> None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        into = ["--no-compile", "--target", str(output), "--requirement", str(self.requirements)]
        _run([*pip, *self.target.pip_options, *into], f"pip could not install {self.requirements}")
        # Console scripts name this machine's Python; nothing in Lambda calls them.
        shutil.rmtree(output / "bin", ignore_errors=True)

    def _compile(self, output: Path) -> None:
        python = _interpreter(self.target.python)
        if python is None:
            return
        # Unchecked: /var/task is read-only and zip files move time stamps, so a check could only cost time.
        how = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(output), "-p", LAMBDA_ROOT]
        _run([python, "-m", "compileall", *how, str(output)], "a source does not compile")


def bundle_of_worker(functions: Path, name: str, uses: tuple[str, ...], target: Target) -> Bundle:
    """The package of a worker: the library, its folder, and the folders of the workers it `uses` (source only)."""
    return Bundle(functions, (LIBRARY, name, *sorted(uses)), functions / name / "requirements.txt", target)


def bundle_of_library(functions: Path, target: Target) -> Bundle:
    """The package of a function that has no tasks of its own."""
    return Bundle(functions, (LIBRARY,), functions / LIBRARY / "requirements.txt", target)


def bundle_of_console(functions: Path, target: Target) -> Bundle:
    """The package of the function that serves the console's page."""
    return replace(bundle_of_library(functions, target), for_people=("celeriac/cli",))


def bundle_of_producer(functions: Path, workers: tuple[str, ...], target: Target) -> Bundle:
    """The package of the HTTP side: the library, its folder, and every worker's folder, whose tasks it may name."""
    return Bundle(functions, (LIBRARY, API, *sorted(workers)), functions / API / "requirements.txt", target)


@functools.cache
def _interpreter(version: str) -> str | None:
    """A Python of that minor version, or None after one line about it."""
    if version == f"3.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    # A version manager's stand-in may be on PATH for a version that it does not have.
    if found and _succeeds([found, "-c", ""]):
        return found
    print(f"no python{version} here to compile with: the functions will start more slowly", file=sys.stderr)
    return None


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - our own list


def _run(command: list[str], failure: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own list
    if done.returncode:
        raise BundleError(f"{failure}:\n{(done.stderr or done.stdout).strip()}")
