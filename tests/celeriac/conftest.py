"""The office of the worker's tests, and its twin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
