"""How processes share the tests out, where `make test` has several of them.

A file's tests stay together, for their fixtures' sake. So do all tests of the folders that share what takes long to
make: a deployment, or the CDK. Those begin first, because one process has to do them alone.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

__all__ = ["Shares", "count", "in_order"]

TOGETHER = ("tests/end_to_end", "tests/infra")
"""The folders, the longest first."""


class Shares(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives each process that has time the next file, or the next of those folders."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if _is_in(folder, file)), file)


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """Those folders' tests before the others, which stay as they are."""
    return sorted(items, key=lambda item: [not _is_in(folder, item.nodeid) for folder in TOGETHER])


def count() -> int:
    """One more than there are processors: the tests of what is deployed mostly wait."""
    return (os.cpu_count() or 1) + 1


def _is_in(folder: str, nodeid: str) -> bool:
    return nodeid.startswith(f"{folder}/")
