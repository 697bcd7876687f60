"""Celery's integration tests, downloaded once from the package registry; the repository keeps nothing of them."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

__all__ = ["CACHE", "FILES", "unpacked"]

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "celery_suite"
FILES = ("test_canvas.py", "test_tasks.py", "test_group_chains.py", "test_inspect.py", "test_loader.py")
"""The files that are about tasks; the others are about brokers, backends and processes that are not here."""

_NEEDED = ("t/__init__.py", "t/canvas_helpers.py", "t/integration/__init__.py", "t/integration/tasks.py")


def unpacked() -> Path:
    """The folder with the tests, their tasks included and their conftest left out."""
    folder = CACHE / _release()
    if not all((folder / path).exists() for path in _paths()):
        _unpack(_download(), folder)
    return folder


def _release() -> str:
    pin = next(line for line in (HERE / "celery.txt").read_text().splitlines() if line.startswith("celery=="))
    return pin.split()[0].replace("==", "-")


def _paths() -> list[str]:
    return [*_NEEDED, *(f"t/integration/{name}" for name in FILES)]


def _download() -> Path:
    """The source distribution, its hash checked by pip."""
    archive = CACHE / f"{_release()}.tar.gz"
    if not archive.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--no-binary=:all:", "--require-hashes", f"--requirement={HERE / 'celery.txt'}", f"--dest={CACHE}"]
        subprocess.run(command, check=True)
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        for path in _paths():
            content = tar.extractfile(f"{archive.name.removesuffix('.tar.gz')}/{path}")
            assert content, path
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content.read())
