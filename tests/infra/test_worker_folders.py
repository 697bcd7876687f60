"""Which folders are workers, and which names are refused."""

from pathlib import Path
from typing import Any

import pytest

from celeriac.worker_names import FUNCTIONS
from infra.names import API, ARRIVALS, CONSOLE, DEAD_LETTERS, OPERATOR
from infra.worker_folders import WorkerConfigError, discover_workers, packages_of


def problems_of(functions: Path) -> list[str]:
    with pytest.raises(WorkerConfigError) as caught:
        discover_workers(functions)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_every_folder_with_a_worker_toml_is_a_worker(write_workers: Any, tmp_path: Path) -> None:
    functions = write_workers(tmp_path, {"thumbnail": "", "notify": ""})
    (functions / "notes.txt").touch()

    assert [worker.name for worker in discover_workers(functions)] == ["notify", "thumbnail"]


def test_no_folder_is_no_worker(tmp_path: Path) -> None:
    assert discover_workers(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("email", "'email' would hide the standard library's module"),
        ("class", "'class' is a word of Python's"),
        ("json", "'json' would hide the standard library's module"),
        ("boto3", "'boto3' would hide the installed package boto3"),
        ("urllib3", "'urllib3' would hide the installed package urllib3"),
        ("awslambdaric", "'awslambdaric' would hide the installed package awslambdaric"),
        ("constructs", "'constructs' would hide the installed package constructs"),
        ("arrivals", "'arrivals' is taken by the function for arrivals in S3"),
        ("Thumbnail", "must match [a-z][a-z0-9_]{0,31}, not 'Thumbnail'"),
        ("make-pdf", "must match [a-z][a-z0-9_]{0,31}, not 'make-pdf'"),
        ("1st", "must match [a-z][a-z0-9_]{0,31}, not '1st'"),
        ("x" * 33, "must match [a-z][a-z0-9_]{0,31}, not 'xxx"),
    ],
)
def test_a_folder_name_that_cannot_be_is_refused(write_workers: Any, tmp_path: Path, name: str, problem: str) -> None:
    functions = write_workers(tmp_path / "functions", {name: ""})

    assert [found.split("folder's name ")[1].startswith(problem) for found in problems_of(functions)] == [True]


@pytest.mark.parametrize("name", ["api", "celeriac"])
def test_the_projects_own_folders_are_no_workers(write_workers: Any, tmp_path: Path, name: str) -> None:
    functions = write_workers(tmp_path / "functions", {})
    (functions / name / "worker.toml").touch()

    assert problems_of(functions)[0].startswith(f"functions/{name}/worker.toml: the folder's name {name!r} is taken by")


def test_the_functions_that_are_no_workers_are_those_of_the_stacks() -> None:
    assert set(FUNCTIONS) == {API, ARRIVALS, CONSOLE, DEAD_LETTERS, OPERATOR}


def test_a_use_of_an_unknown_worker_is_refused(write_workers: Any, tmp_path: Path) -> None:
    functions = write_workers(tmp_path / "functions", {"thumbnail": 'uses = ["notfy", "thumbnail"]', "notify": ""})

    assert problems_of(functions) == [
        "functions/thumbnail/worker.toml: uses: no worker 'notfy'",
        "functions/thumbnail/worker.toml: uses: 'thumbnail' is the worker itself, which it may always send to",
    ]


@pytest.mark.parametrize(
    "content", [b"memory_mb = ", b"\xff\xfe", b"a = 1\na = 2", b"[" * 10_000, b"x = " + b"9" * 5_000, b"\x00"]
)
def test_a_file_that_is_not_toml_is_refused_by_its_name(write_workers: Any, tmp_path: Path, content: bytes) -> None:
    functions = write_workers(tmp_path / "functions", {"thumbnail": ""})
    (functions / "thumbnail/worker.toml").write_bytes(content)

    problem = problems_of(functions)[0]
    assert problem.startswith("functions/thumbnail/worker.toml: cannot be read as TOML: ")


def test_a_worker_toml_that_is_a_folder_is_refused(write_workers: Any, tmp_path: Path) -> None:
    functions = write_workers(tmp_path / "functions", {})
    (functions / "thumbnail/worker.toml").mkdir(parents=True)

    assert problems_of(functions)[0].startswith("functions/thumbnail/worker.toml: cannot be read as TOML: ")


def test_the_problems_of_all_files_are_said_at_once(write_workers: Any, tmp_path: Path) -> None:
    functions = write_workers(tmp_path / "functions", {"email": "", "notify": "timeout_s = 0", "thumbnail": "x = 1"})

    assert [problem.split(":")[0] for problem in problems_of(functions)] == [
        "functions/notify/worker.toml",
        "functions/thumbnail/worker.toml",
        "functions/email/worker.toml",
    ]


def test_a_package_holds_what_its_workers_use_and_what_those_use(write_workers: Any, tmp_path: Path) -> None:
    uses = {"a": 'uses = ["b"]', "b": 'uses = ["c", "a"]', "c": "", "d": ""}
    workers = discover_workers(write_workers(tmp_path, uses))

    assert {worker.name: packages_of(worker, workers) for worker in workers} == {
        "a": ("b", "c"),
        "b": ("a", "c"),
        "c": (),
        "d": (),
    }
