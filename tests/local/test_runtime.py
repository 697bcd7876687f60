import platform
import sys

import pytest

from local.runtime import Runtime

HERE = f"3.{sys.version_info.minor}"


def test_the_embedded_aws_runs_this_interpreter_on_this_host() -> None:
    assert Runtime.of() == Runtime(HERE, "host")
    assert Runtime.of("", "") == Runtime(HERE, "host")
    assert Runtime.of(python=HERE) == Runtime(HERE, "host")


@pytest.mark.parametrize(("machine", "architecture"), [("x86_64", "x86_64"), ("aarch64", "arm64"), ("arm64", "arm64")])
def test_another_python_takes_the_wheels_of_this_processor_by_name(
    machine: str, architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)

    assert Runtime.of(python="3.99") == Runtime("3.99", architecture)


def test_what_was_asked_for_is_taken() -> None:
    assert Runtime.of("3.13", "x86_64") == Runtime("3.13", "x86_64")
