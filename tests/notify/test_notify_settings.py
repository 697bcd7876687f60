"""The worker's environment."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from celeriac.exceptions import ImproperlyConfigured
from notify import delivery
from notify.settings import Settings

WORKER = tomllib.loads((Path(__file__).parents[2] / "functions" / "notify" / "worker.toml").read_text("utf-8"))


def test_what_worker_toml_sets_is_all_that_is_needed() -> None:
    settings = Settings.load(WORKER["environment"])
    assert settings.users_table == "{users_table}"


def test_all_that_is_missing_is_listed_at_once() -> None:
    with pytest.raises(
        ImproperlyConfigured, match="lacks FILES_BUCKET, MAIL_FROM, MAIL_LEDGER, REPORT_TO, USERS_TABLE"
    ):
        Settings.load({"DEPLOYMENT": "celeriac-test", "MAIL_FROM": ""})


def test_a_claim_is_believed_as_long_as_the_function_may_run() -> None:
    assert delivery.SENDING_TAKES.total_seconds() == WORKER["timeout_s"]
