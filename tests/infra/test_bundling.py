"""A function's package: what it holds, and by what it is named."""

import importlib.util
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from infra.bundling import Bundle, BundleError, bundle_of_console, bundle_of_producer, bundle_of_worker
from infra.target import Target

HOST = Target.parse("host", f"3.{sys.version_info.minor}")
ARM = Target.parse("arm64", "3.13")


@pytest.fixture
def functions(tmp_path: Path) -> Path:
    root = tmp_path / "functions"
    for name in ("celeriac/app.py", "thumbnail/tasks.py", "notify/tasks.py", "resize/tasks.py", "api/handler.py"):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text("ANSWER = 42\n")
    for name in ("__pycache__/tasks.cpython-99.pyc", ".hidden", "worker.toml", "fonts/serif.txt"):
        (root / "thumbnail" / name).parent.mkdir(exist_ok=True)
        (root / "thumbnail" / name).write_text("")
    return root


def built(bundle: Bundle, output: Path) -> set[str]:
    output.mkdir()
    bundle.build(output)
    return {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}


def sources(files: set[str]) -> set[str]:
    return {file for file in files if "__pycache__" not in file}


def test_a_worker_gets_the_library_its_folder_and_those_it_uses(functions: Path, tmp_path: Path) -> None:
    files = built(bundle_of_worker(functions, "thumbnail", ("notify",), HOST), tmp_path / "out")

    assert sources(files) == {"celeriac/app.py", "thumbnail/tasks.py", "thumbnail/fonts/serif.txt", "notify/tasks.py"}


def test_what_of_the_library_is_for_people_stays_on_their_machines(functions: Path, tmp_path: Path) -> None:
    before = bundle_of_worker(functions, "thumbnail", (), HOST).digest()
    for name in ("celeriac/cli/program.py", "celeriac/console/page/index.html", "thumbnail/cli/words.py"):
        (functions / name).parent.mkdir(parents=True)
        (functions / name).write_text("")
    files = built(bundle_of_worker(functions, "thumbnail", (), HOST), tmp_path / "out")

    assert {file for file in sources(files) if "cli" in file or "console" in file} == {"thumbnail/cli/words.py"}
    (functions / "thumbnail/cli/words.py").unlink()
    assert bundle_of_worker(functions, "thumbnail", (), HOST).digest() == before


def test_the_console_gets_the_page_and_no_worker(functions: Path, tmp_path: Path) -> None:
    for name in ("celeriac/cli/program.py", "celeriac/console/page/index.html"):
        (functions / name).parent.mkdir(parents=True)
        (functions / name).write_text("")
    files = built(bundle_of_console(functions, HOST), tmp_path / "out")

    assert sources(files) == {"celeriac/app.py", "celeriac/console/page/index.html"}


def test_the_http_side_gets_every_worker(functions: Path, tmp_path: Path) -> None:
    files = built(bundle_of_producer(functions, ("thumbnail", "notify", "resize"), HOST), tmp_path / "out")

    assert {file.split("/")[0] for file in files} == {"celeriac", "api", "thumbnail", "notify", "resize"}


def test_every_source_ships_with_byte_code_that_is_not_checked_against_it(functions: Path, tmp_path: Path) -> None:
    files = built(bundle_of_worker(functions, "thumbnail", (), HOST), tmp_path / "out")
    code = [file for file in files if file.endswith(".pyc")]

    assert len(code) == len([file for file in files if file.endswith(".py")]) == 2
    for file in code:
        header = (tmp_path / "out" / file).read_bytes()[:8]
        assert header[:4] == importlib.util.MAGIC_NUMBER
        assert header[4:] == b"\x01\0\0\0"  # PEP 552: by hash, and unchecked


def test_without_the_targets_python_the_sources_ship_alone(
    functions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    files = built(bundle_of_worker(functions, "thumbnail", (), replace(ARM, python="3.99")), tmp_path / "out")

    assert files == sources(files)
    assert capsys.readouterr().err == ("no python3.99 here to compile with: the functions will start more slowly\n")


def test_a_source_that_does_not_compile_stops_the_build(functions: Path, tmp_path: Path) -> None:
    (functions / "thumbnail/broken.py").write_text("def")

    with pytest.raises(BundleError, match=r"(?s)does not compile.*broken\.py.*SyntaxError"):
        built(bundle_of_worker(functions, "thumbnail", (), HOST), tmp_path / "out")


def test_requirements_that_cannot_be_met_stop_the_build_in_pips_words(functions: Path, tmp_path: Path) -> None:
    (functions / "thumbnail/requirements.txt").write_text("./nowhere-0-py3-none-any.whl\n")

    with pytest.raises(BundleError, match=r"(?s)could not install .*requirements\.txt:\n.*nowhere"):
        built(bundle_of_worker(functions, "thumbnail", (), HOST), tmp_path / "out")


def test_a_missing_folder_is_named(functions: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"there is no folder .*functions/nowhere"):
        built(bundle_of_worker(functions, "thumbnail", ("nowhere",), HOST), tmp_path / "out")


def test_the_same_sources_have_the_same_name_wherever_they_lie(functions: Path, tmp_path: Path) -> None:
    moved = functions.rename(tmp_path / ".hidden")
    moved_digest = bundle_of_worker(moved, "thumbnail", ("notify",), ARM).digest()
    moved.rename(functions)

    assert bundle_of_worker(functions, "thumbnail", ("notify",), ARM).digest() == moved_digest
    assert re.fullmatch(r"[0-9a-f]{64}", moved_digest)


def test_byte_code_and_worker_toml_do_not_change_the_name(functions: Path) -> None:
    bundle = bundle_of_worker(functions, "thumbnail", (), ARM)
    before = bundle.digest()
    (functions / "thumbnail/__pycache__/tasks.cpython-99.pyc").write_text("other")
    (functions / "thumbnail/worker.toml").write_text("timeout_s = 5")
    (functions / "resize/tasks.py").write_text("another worker's")

    assert bundle.digest() == before


@pytest.mark.parametrize(
    "name", ["thumbnail/tasks.py", "thumbnail/new.py", "celeriac/app.py", "thumbnail/requirements.txt"]
)
def test_what_is_packed_changes_the_name(functions: Path, name: str) -> None:
    bundle = bundle_of_worker(functions, "thumbnail", (), ARM)
    before = bundle.digest()
    (functions / name).write_text("ANSWER = 43\n")

    assert bundle.digest() != before


def test_the_target_changes_the_name(functions: Path) -> None:
    targets = [ARM, Target.parse("x86_64", "3.13"), Target.parse("arm64", "3.12")]

    assert len({bundle_of_worker(functions, "thumbnail", (), target).digest() for target in targets}) == 3
