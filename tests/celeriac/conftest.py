"""The office of the worker's tests and its twin; and an AWS in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from moto import mock_aws

from celeriac import aws
from celeriac.testing import Twin
from tests.celeriac.office import Office


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def twin(office: Office) -> Iterator[Twin]:
    """The office's queue, table and worker in memory."""
    with Twin(office.app) as twin:
        yield twin


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """An AWS in this process, for what the adapters do beyond their contract; says its region."""
    region = "eu-central-1"
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
            environment.setenv(f"AWS_{name}", "test")
        environment.setenv("AWS_DEFAULT_REGION", region)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        stack.callback(aws.forget_clients)
        stack.enter_context(mock_aws())
        aws.forget_clients()
        yield region
