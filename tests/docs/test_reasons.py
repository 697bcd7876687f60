"""Where a check of the linter's or the type checker's is waved through, the line says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["benchmarks", "examples", "functions", "infra", "local", "samples", "tests"]
WAVED = re.compile(r"# (?:noqa|type: ignore)\b.*")
REASONED = re.compile(r"# (?:noqa: [A-Z0-9, ]+ - |type: ignore\[[a-z, -]+\]  # )\S")


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_waved_through_says_why(folder: str) -> None:
    for file in (ROOT / folder).rglob("*.py"):
        waved = WAVED.findall(file.read_text())
        assert [comment for comment in waved if not REASONED.match(comment)] == [], file
