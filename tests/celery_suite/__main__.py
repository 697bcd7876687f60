"""Run Celery's own integration tests on Celeriac: `python -m tests.celery_suite [pytest option or test…]`.

`celery` is `celeriac` under another name (`aliases`), the fixtures of Celery's conftest are ours (`fixtures`), and the
worker is the real handler on the twin in memory, in real time (`live_twin`). `expected.toml` names the tests that do
not pass, with the reason; the run is green when exactly those fail. `--drop-passing` takes off it those that pass now.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.celery_suite.distribution import FILES, unpacked

HERE = Path(__file__).parent
SIDE_BY_SIDE = ["--numprocesses=4", "--dist=worksteal"]
"""More processes than processors, for the tests mostly wait; each has a twin and a witness of its own."""


def main(arguments: list[str]) -> int:
    """Run the tests that are named, such as `test_canvas.py::test_chain`, or all."""
    sys.path.append(str(HERE.parents[1] / "functions"))
    folder = unpacked()
    inside = folder / "t" / "integration"
    chosen = [str(inside / word) if word.startswith("test_") else word for word in arguments]
    if chosen == arguments:
        chosen += [*SIDE_BY_SIDE, *(str(inside / name) for name in FILES)]
    return pytest.main([f"--config-file={HERE / 'pytest.ini'}", f"--rootdir={folder}", *chosen])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
