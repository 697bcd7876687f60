"""What a deployment may be called, for whoever makes one and whoever looks for one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celeriac.config import Config
from celeriac.console.address import ApiAddress
from celeriac.deployment_names import deployment_here, deployment_of, stage_problem
from celeriac.exceptions import ImproperlyConfigured

STAGES = st.from_regex(r"[a-z0-9_-]{1,20}", fullmatch=True).filter(lambda stage: stage_problem(stage) is None)
HOSTILE = [
    "celeriac-dev-2", "celeriac-dev/api", "celeriac-", "celeriac", "dev", "celeriac-Dev", "celeriac-dev\n",
    " celeriac-dev", "celeriac-../dev", "celeriac-*", "celeriac-dev*", "celeriac-1st", "celeriac-dév", "celeriac-a_b",
    "celeriac-" + "x" * 17, "/celeriac/celeriac-dev", "arn:aws:ssm:eu-west-1:1:parameter/x", "celeriac-dev\0",
    "celeriac-celeriac-dev", "x" * 10_000,
]  # fmt: skip


def never(name: str) -> str:
    raise AssertionError(f"asked for {name}")


@given(STAGES, STAGES)
def test_no_deployments_names_begin_with_anothers(one: str, other: str) -> None:
    if one != other:
        assert not f"{deployment_of(other)}-anything".startswith(f"{deployment_of(one)}-")


@pytest.mark.parametrize("stage", ["d", "dev", "dev2", "a" * 16, "api", "operator", "x1y2"])
def test_a_stage_is_a_word(stage: str) -> None:
    assert stage_problem(stage) is None
    assert deployment_here({"CELERIAC_DEPLOYMENT": deployment_of(stage)}) == f"celeriac-{stage}"


@pytest.mark.parametrize(
    "stage", ["", "-", "dev-", "-dev", "dev-2", "a_b", "dev.2", "1st", "Dev", "dev\n", "é", None, 5, []]
)
def test_anything_else_is_none(stage: object) -> None:
    assert str(stage_problem(stage)).startswith("must be a letter and up to 15 more of a-z and 0-9, not ")


def test_why_a_hyphen_may_not_be_is_said() -> None:
    assert stage_problem("dev-2") == (
        "must be a letter and up to 15 more of a-z and 0-9, not 'dev-2': "
        "it has no hyphen, for who has a right to celeriac-dev-* would have it here, too"
    )


@pytest.mark.parametrize(
    "find", [lambda environ: Config.load(never, environ), lambda e: ApiAddress.find(None, never, e)]
)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_client_asks_for_a_name_that_no_deployment_has(name: str, find: Callable[[dict[str, str]], object]) -> None:
    with pytest.raises(ImproperlyConfigured, match="CELERIAC_DEPLOYMENT must be celeriac- and a stage") as caught:
        find({"CELERIAC_DEPLOYMENT": name})
    assert len(str(caught.value)) < 300


def test_no_name_is_no_wrong_one() -> None:
    assert deployment_here({}) == deployment_here({"CELERIAC_DEPLOYMENT": ""}) == ""
