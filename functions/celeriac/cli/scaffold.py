"""`new-worker`: a folder that deploys, and its test."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from celeriac.cli.command import command
from celeriac.cli.session import Session
from celeriac.worker_names import name_problem

__all__ = ["group", "new_worker"]

group = typer.Typer()

FILES = {
    "functions/{name}/__init__.py": '"""The worker "{name}"."""\n',
    "functions/{name}/worker.toml": "memory_mb = 256\ntimeout_s = 60\nbatch_size = 10\n",
    "functions/{name}/handler.py": """\
from celeriac.worker import Worker
from {name}.tasks import app

handler = Worker(app)
""",
    "functions/{name}/tasks.py": '''\
"""The tasks of the worker "{name}"."""

from __future__ import annotations

from celeriac import Celeriac

__all__ = ["app", "greet"]

app = Celeriac("{name}")


@app.task
def greet(name: str) -> str:
    """Say hello."""
    return f"Hello, {{name}}"
''',
    "tests/{name}/test_{name}_tasks.py": '''\
"""The worker "{name}", on the twin in memory."""

from __future__ import annotations

from celeriac.testing import Twin
from {name}.tasks import app, greet


def test_it_greets() -> None:
    with Twin(app) as twin:
        result = greet.delay("Ada")
        twin.run()
        assert result.get(timeout=1) == "Hello, Ada"
''',
}


@command(group, "new-worker")
def new_worker(
    session: Session,
    name: Annotated[str, typer.Argument(help="The folder, the queue and the prefix of the tasks' names.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where functions/ and tests/ are.")] = Path(),
) -> None:
    """Write a new worker: a folder that deploys, with one task, and a test of it."""
    if problem := _problem(name):
        raise typer.BadParameter(problem)
    files = {folder / path.format(name=name): text.format(name=name) for path, text in FILES.items()}
    if there := [path.parent for path in files if path.parent.exists()]:
        raise ValueError(f"{there[0]} is there already; nothing was written")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if session.as_json:
        session.answer({"written": list(map(str, files))})
        return
    for path in files:
        session.say(path)
    session.mention(
        f"\nTry it: pytest {folder / 'tests' / name}; then deploy, and: celeriac call {name}.greet -a '[\"Ada\"]'"
    )


def _problem(name: str) -> str | None:
    if problem := name_problem(name, {}):
        return problem
    return f"{name!r} would hide a module that is there already" if importlib.util.find_spec(name) else None
