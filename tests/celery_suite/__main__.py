"""Run Celery's own integration tests on Celeriac: `python -m tests.celery_suite [--engine=E] [pytest option or test…]`.

`celery` is `celeriac` under another name (`aliases`), the fixtures of Celery's conftest are ours (`fixtures`), and the
worker is the real one: on the twin in memory, in real time (`LiveTwin`), or in MiniStack's Lambda (`ministack`).
`expected.toml` names the tests that do not pass, with the reason; the run is green when exactly those fail.
`--drop-passing` takes off it those that pass now.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.celery_suite.distribution import FILES, unpacked
from tests.celery_suite.processes import COUNTS, DISTRIBUTION
from tests.ports import reserved_port

HERE = Path(__file__).parent


def main(arguments: Sequence[str]) -> int:
    """Run the tests that are named, such as `test_canvas.py::test_chain`, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.celery_suite", allow_abbrev=False)
    parser.add_argument("--engine", choices=ENGINES, default="twin")
    chosen, words = parser.parse_known_args(arguments)
    distribution = unpacked()
    witnesses = [reserved_port() for _ in range(COUNTS[chosen.engine])]
    with ENGINES[chosen.engine](distribution, witnesses) as environment:
        options = [f"--engine={chosen.engine}", f"--witnesses={','.join(map(str, witnesses))}"]
        if not any(word.startswith("test_") for word in words):
            options += [f"--numprocesses={len(witnesses)}", *DISTRIBUTION, *FILES]
        return _run(distribution, [*options, *words], environment)


def _run(distribution: Path, words: Sequence[str], environment: Mapping[str, str]) -> int:
    inside = distribution / "t" / "integration"
    named = [str(inside / word) if word.startswith("test_") else word for word in words]
    settings = [f"--config-file={HERE / 'pytest.ini'}", f"--rootdir={distribution}"]
    command = [sys.executable, "-m", "pytest", *settings, *named]
    return subprocess.run(command, env=dict(environment), check=False).returncode


@contextmanager
def _in_process(_distribution: Path, _witnesses: Sequence[int]) -> Iterator[Mapping[str, str]]:
    yield os.environ


@contextmanager
def _on_ministack(distribution: Path, witnesses: Sequence[int]) -> Iterator[Mapping[str, str]]:
    from tests.celery_suite.ministack import deployed  # for the other engine, no AWS has to be installed

    with deployed(distribution, witnesses) as environment:
        yield environment


ENGINES = {"twin": _in_process, "ministack": _on_ministack}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
