"""The context decides, and is checked before anything is synthesized."""

import json
from pathlib import Path

import pytest
from aws_cdk import App

from infra.settings import Settings, SettingsError

DEFAULTS = json.loads((Path(__file__).resolve().parents[2] / "cdk.json").read_text())["context"]


def settings(**context: object) -> Settings:
    return Settings.from_context(App(context=DEFAULTS | context).node)


def test_the_defaults_name_no_region_and_no_address() -> None:
    found = settings()

    assert (found.stage, found.deployment, found.region, found.alarm_email) == ("dev", "celeriac-dev", None, None)
    assert (found.target.architecture, found.target.python, found.target.host) == ("arm64", "3.13", False)


def test_the_context_overrides_them() -> None:
    found = settings(stage="prodeu", region="eu-central-1", architecture="x86_64", alarm_email="ops@example.com")

    assert (found.deployment, found.region, found.alarm_email) == (
        "celeriac-prodeu",
        "eu-central-1",
        "ops@example.com",
    )
    assert found.target.architecture == "x86_64"


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1", "ap-southeast-7"])
def test_every_partitions_regions_are_taken(region: str) -> None:
    assert settings(region=region).region == region


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        settings(stage="Prod!", region="Frankfurt", alarm_email="ops", metrics="all", architecture="mips")

    assert [line.split(":")[0] for line in str(caught.value).splitlines()[1:]] == [
        "stage",
        "region",
        "alarm_email",
        "metrics",
        "architecture",
    ]


@pytest.mark.parametrize("stage", ["", "x" * 17, "1st", "a_b", "dev\n", "dev-2", "-", "dev-", "dev*", "{dev}", None, 5])
def test_a_stage_that_would_not_fit_into_names_is_refused(stage: object) -> None:
    with pytest.raises(SettingsError, match="stage: must be"):
        settings(stage=stage)


@pytest.mark.parametrize(("given", "far"), [("schedule", True), ("hop", False)])
def test_far_etas_are_schedules_unless_they_shall_hop(given: str, far: bool) -> None:
    assert settings(far_etas=given).far_etas is far


@pytest.mark.parametrize("given", ["", "no", False, 1])
def test_what_else_far_etas_could_be_is_not_guessed(given: object) -> None:
    with pytest.raises(SettingsError, match="far_etas: must be one of schedule, hop"):
        settings(far_etas=given)
