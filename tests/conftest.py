"""The embedded AWS, for every test that needs a real one; and how several processes share the tests out."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from local.cloud import Cloud
from local.endpoint import Endpoint
from local.session import named
from tests.loggers import left_as_they_were
from tests.ports import reserved_port

# How long an example takes says more of the machine than of the code; where it matters, a test measures it itself.
settings.register_profile("celeriac", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("celeriac")

# A shell has what it starts in the background ignore Ctrl-C, and so would the programs that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    from tests import processes  # with one process, pytest-xdist is not needed

    return processes.count()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests import processes

    return processes.Shares(config, log) if config.getoption("dist") == "load" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if named_by_address := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError(f"give these tests ids that are the same in each process: {named_by_address}")
    if hasattr(config, "workerinput"):
        from tests import processes

        items[:] = processes.in_order(items)


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """No test finds the loggers as another one has set them up."""
    with left_as_they_were():
        yield


@pytest.fixture(scope="session")
def embedded_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A MiniStack of this test session's own, on a free port; or the emulator that ENDPOINT names."""
    if url := os.environ.get("ENDPOINT"):
        yield named(url)
        return
    cloud = Cloud(tmp_path_factory.mktemp("embedded-aws"))
    try:
        yield cloud.start(port=reserved_port())
    finally:
        cloud.stop()
