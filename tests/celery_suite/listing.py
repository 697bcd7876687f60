"""The end of docs/celery.md, which lists Celery's tests that do not pass.

The page says what `expected.toml` says; a test of the documents compares them. `python -m tests.celery_suite.listing`
renews it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

__all__ = ["PAGE", "renew", "table"]

LIST = Path(__file__).with_name("expected.toml")
PAGE = Path(__file__).parents[2] / "docs" / "celery.md"
HEAD = ["| Celery's test | why not |", "|---|---|"]
ONLY = {"": "", "twin": "on the twin only: ", "ministack": "through MiniStack only: "}


def table() -> list[str]:
    """The lines of the table: what fails on both engines, what fails on one, and what skips itself."""
    tables = tomllib.loads(LIST.read_text())
    rows = [row for kind in ("fails", "skips") for engine in ONLY for row in _rows(tables, engine, kind)]
    return [*HEAD, *rows]


def _rows(tables: dict[str, dict[str, dict[str, list[str]]]], engine: str, kind: str) -> Iterator[str]:
    listed = (tables.get(engine, {}) if engine else tables).get(kind, {})
    for reason, names in listed.items():
        for name in names:
            file, *_, test = name.split("::")
            yield f"| `{file}` `{test}` | {ONLY[engine]}{reason.partition(': ')[2]} |"


def renew() -> None:
    """Write the table to the end of the page."""
    before, head, _ = PAGE.read_text().rpartition(HEAD[0])
    assert head, f"{PAGE} has no table that begins with {HEAD[0]}"
    PAGE.write_text(before + "\n".join(table()) + "\n")


if __name__ == "__main__":
    renew()
