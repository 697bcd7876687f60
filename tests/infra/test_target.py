"""One switch for the architecture, the runtime and the wheels."""

import platform
import sys

import pytest

from infra.target import Target

RUNNING = f"3.{sys.version_info.minor}"


def test_arm_takes_the_newer_and_the_older_wheels() -> None:
    target = Target.parse("arm64", "3.13")

    assert target.pip_options == [
        "--only-binary=:all:",
        "--implementation",
        "cp",
        "--python-version",
        "3.13",
        "--platform",
        "manylinux_2_28_aarch64",
        "--platform",
        "manylinux2014_aarch64",
    ]
    assert target.lambda_architecture.name == "arm64"
    assert target.runtime.name == "python3.13"


def test_the_older_system_of_python_311_takes_the_older_wheels_only() -> None:
    options = Target.parse("x86_64", "3.11").pip_options

    assert [option for option in options if option.startswith("manylinux")] == ["manylinux2014_x86_64"]


def test_the_host_is_left_to_its_own_pip() -> None:
    target = Target.parse("host", RUNNING)

    assert target.pip_options == []
    assert target.host
    assert target.architecture == ("arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64")


def test_the_host_cannot_build_for_another_python() -> None:
    with pytest.raises(ValueError, match=f"pass -c python={RUNNING}"):
        Target.parse("host", "3.99")


@pytest.mark.parametrize(
    ("architecture", "python", "problem"),
    [
        ("mips", "3.13", 'architecture: must be "arm64", "x86_64" or "host", not \'mips\''),
        (None, "3.13", "architecture: must be"),
        ("arm64", "3.10", "python: must be a version such as"),
        ("arm64", "3.13.1", "python: must be a version such as"),
        ("arm64", "latest", "python: must be a version such as"),
        ("arm64", None, "python: must be a version such as"),
    ],
)
def test_another_target_is_refused(architecture: object, python: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Target.parse(architecture, python)
