import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.cloud import Cloud, CloudStartError
from local.endpoint import ForeignEndpointError
from local.session import HOME, cloud_at, folder_of
from local.wait import until

STAY = """
import sys, threading
from pathlib import Path
from local.cloud import Cloud
from local.session import cloud_at

with cloud_at(None, Cloud(Path(sys.argv[1]))) as endpoint:
    print(endpoint.url, flush=True)
    threading.Event().wait(60)
"""


def test_a_foreign_endpoint_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    with pytest.raises(ForeignEndpointError), cloud_at("https://sqs.us-east-1.amazonaws.com", Cloud(tmp_path)):
        pytest.fail("the block must not run")

    assert list(tmp_path.iterdir()) == []


def test_an_endpoint_where_nobody_answers_is_an_error_that_names_it(tmp_path: Path) -> None:
    with (
        pytest.raises(CloudStartError, match="No emulator answers at http"),
        cloud_at("http://127.0.0.1:1", Cloud(tmp_path)),
    ):
        pytest.fail("the block must not run")


def test_each_named_endpoint_has_a_folder_of_its_own() -> None:
    assert folder_of(None) == HOME
    assert folder_of("http://127.0.0.1:4620") == HOME / "at-127.0.0.1-4620"


@pytest.mark.cloud
def test_a_cloud_of_ones_own_ends_with_the_block_unless_it_is_kept(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    with cloud_at(None, cloud) as endpoint:
        assert endpoint.answers()
    assert cloud.running() is None

    try:
        with cloud_at(None, cloud, keep=True) as endpoint:
            pass
        with cloud_at(None, Cloud(tmp_path)) as found:
            assert found == endpoint
        assert cloud.running()
    finally:
        cloud.stop()


@pytest.mark.cloud
def test_what_was_to_be_kept_ends_if_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broken"), cloud_at(None, Cloud(tmp_path), keep=True):
        raise ValueError("broken")

    assert Cloud(tmp_path).running() is None


@pytest.mark.cloud
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_running(number: signal.Signals, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", STAY, str(tmp_path)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as stay:
        assert stay.stdout
        assert stay.stdout.readline().startswith("http://127.0.0.1:")
        assert Cloud(tmp_path).running()

        stay.send_signal(number)
        stay.wait(timeout=60)

    assert until(lambda: Cloud(tmp_path).running() is None, "the embedded AWS to end", timeout_s=60)
    assert not (tmp_path / "tmp").exists()
