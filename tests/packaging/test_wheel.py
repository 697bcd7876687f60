"""What `pip install` of this repository gives to a web application: the library, and little else."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import celeriac

ROOT = Path(__file__).resolve().parents[2]
UV = shutil.which("uv") or str(ROOT / ".venv/bin/uv")
PAGE = ROOT / "functions/celeriac/console/page"
SENDS = """
import sys
from celeriac import Celery, __version__
from celeriac.contrib.django.task import DjangoTask
from celeriac.testing import Twin
app = Celery("web")
add = app.task(lambda x, y: x + y, name="web.add")
with Twin(app) as twin:
    result = add.delay(1, 2)
    twin.run()
    print(__version__, result.get(timeout=0))
"""


def run(*command: str | Path, cwd: Path) -> str:
    ended = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: a build writes beside its sources."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(
        ROOT / "functions", source / "functions", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    run(UV, "build", "--quiet", "--wheel", "--out-dir", "dist", ".", cwd=source)
    (wheel,) = (source / "dist").glob("*.whl")
    return wheel


def test_the_wheel_holds_the_library_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    about = f"celeriac-{celeriac.__version__}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"celeriac", about}
    ours = {str(file.relative_to(ROOT / "functions")) for file in (ROOT / "functions/celeriac").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == ours
    page = {str(file.relative_to(ROOT / "functions")) for file in PAGE.rglob("*") if file.is_file()}
    assert "celeriac/console/page/index.html" in page
    assert {name for name in names if not name.endswith(".py") and not name.startswith(about)} == {
        "celeriac/py.typed",
        *page,
    }


def test_the_wheel_needs_boto3_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        about = Parser().parsestr(archive.read(f"celeriac-{celeriac.__version__}.dist-info/METADATA").decode())
    needed = [line for line in about.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert [line.partition(">")[0] for line in needed] == ["boto3"]
    assert about["Version"] == celeriac.__version__


def test_a_program_in_a_clean_environment_works(wheel: Path, tmp_path: Path) -> None:
    run(UV, "venv", "--quiet", tmp_path / "clean", cwd=tmp_path)
    python = tmp_path / "clean/bin/python"
    run(UV, "pip", "install", "--quiet", "--python", python, wheel, cwd=tmp_path)
    assert run(python, "-W", "error", "-c", SENDS, cwd=tmp_path).split() == [celeriac.__version__, "3"]
