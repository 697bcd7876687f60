"""One stay in a local cloud: one's own, one that runs, or one that was named; and what is deployed there."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from local.cloud import ROOT, Cloud, CloudStartError
from local.endpoint import Endpoint
from local.outputs import Outputs
from local.system import System

HOME = ROOT / ".local"


@contextmanager
def cloud_at(url: str | None, cloud: Cloud, *, keep: bool = False) -> Iterator[Endpoint]:
    """The endpoint that was named, else the one that runs, else one of our own.

    One of our own ends with the block, unless it is to be kept and the block went well.
    """
    if url:
        yield named(url)
    elif found := cloud.running():
        yield Endpoint(found.url)
    else:
        with _interruptible():
            try:
                yield cloud.start()
            except BaseException:
                keep = False
                raise
            finally:
                if not keep:
                    _undisturbed()
                    cloud.stop()


def named(url: str) -> Endpoint:
    """An emulator that somebody else runs."""
    endpoint = Endpoint(url)
    if not endpoint.answers():
        raise CloudStartError(f"No emulator answers at {url}. Without ENDPOINT, make starts one of its own.")
    return endpoint


def folder_of(url: str | None) -> Path:
    """Where a deployment's files go: one's own cloud has .local, each named endpoint a folder in it."""
    return HOME / f"at-{urlsplit(url).netloc.replace(':', '-')}" if url else HOME


def running(url: str | None) -> Endpoint | None:
    """The emulator that was named, or else one's own if it runs."""
    if url:
        return named(url)
    found = Cloud(HOME).running()
    return Endpoint(found.url) if found else None


def deployed(url: str | None) -> System | None:
    """What was deployed there by an earlier command, and is there still."""
    endpoint, outputs = running(url), folder_of(url) / "outputs.json"
    system = System(endpoint, Outputs.read(outputs)) if endpoint and outputs.exists() else None
    return system if system and system.is_there() else None


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP unwind like Ctrl-C, so that nothing stays behind when a terminal or a CI job goes away."""
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        for number, handler in {**before, signal.SIGINT: interrupt}.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _undisturbed() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
