"""Which tests do not pass, and why: the run is green when exactly those fail, and red when one of them passes."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Generator, Iterable
from typing import Any

import pytest

from tests.celery_suite import listing

TIMEOUT_S = 150
"""The longest test sleeps for 48 s, and a machine may have more to do."""
HOPELESS_TIMEOUT_S = 10
"""For a test of Celery's own engine, which here may wait in vain."""

LIST = listing.LIST
FAILS, SKIPS = pytest.StashKey[dict[str, str]](), pytest.StashKey[dict[str, str]]()
UPSTREAM = {"xfail", "timeout", "flaky"}
"""Marks by which Celery expects a test to fail, to hang or to need repeating: here our own list says so."""
OUTCOMES = {"passed": "pass", "xfailed": "fail as expected", "skipped": "skip", "failed": "FAIL", "error": "ERROR"}


def name_of(nodeid: str) -> str:
    """A test as the list names it, such as `test_canvas.py::test_chain::test_single_chain`."""
    return nodeid.rpartition("t/integration/")[2]


def file_of(nodeid: str) -> str:
    return name_of(nodeid).partition("::")[0]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--drop-passing", action="store_true", help="take the tests that pass now off the list")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FAILS], config.stash[SKIPS] = (listed(kind, config.option.engine) for kind in ("fails", "skips"))


def listed(kind: str, engine: str) -> dict[str, str]:
    """The tests that are listed for every engine and for this one, with their reasons."""
    tables = tomllib.loads(LIST.read_text())
    both = [tables.get(kind, {}), tables.get(engine, {}).get(kind, {})]
    return {name: reason for table in both for reason, names in table.items() for name in names}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    fails, skips = config.stash[FAILS], config.stash[SKIPS]
    for item in items:
        item.own_markers[:] = [mark for mark in item.own_markers if mark.name not in UPSTREAM]
        reason = fails.get(name_of(item.nodeid), "")
        item.add_marker(pytest.mark.timeout(HOPELESS_TIMEOUT_S if reason.startswith("engine:") else TIMEOUT_S))
        if reason:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    is_whole = not config.option.keyword and not any("::" in argument for argument in config.args)
    files = {file_of(item.nodeid) for item in items}
    awaited = {name for name in (*fails, *skips) if file_of(name) in files}
    if is_whole and (stale := awaited - {name_of(item.nodeid) for item in items}):
        raise pytest.UsageError(f"{LIST.name} names tests that do not exist: {', '.join(sorted(stale))}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that skips has to be on a list, too, or nobody would notice that it does not run."""
    report = yield
    expected = item.config.stash[FAILS if hasattr(report, "wasxfail") else SKIPS]
    if report.skipped and name_of(item.nodeid) not in expected:
        report.outcome, report.longrepr = "failed", f"skips, and is not expected to: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    ended = [(report, words) for name, words in OUTCOMES.items() for report in terminalreporter.stats.get(name, ())]
    counts = Counter((file_of(report.nodeid), words) for report, words in ended)
    terminalreporter.section("Celery's tests on Celeriac")
    for file in sorted({file for file, _ in counts}):
        words = [f"{counts[file, outcome]} {outcome}" for outcome in OUTCOMES.values() if counts[file, outcome]]
        terminalreporter.line(f"{file:25} " + ", ".join(words))
    passing = [name_of(report.nodeid) for report, _ in ended if "[XPASS(strict)]" in str(report.longrepr)]
    if passing and config.option.drop_passing:
        drop(passing)
        terminalreporter.line(f"{len(passing)} pass now, and are off {LIST.name}")


def drop(passing: Iterable[str]) -> None:
    """Take tests off the list, with the reasons that stop none any more, and off the page that tells of it."""
    text = LIST.read_text()
    for name in passing:
        text = text.replace(f'    "{name}",\n', "")
    LIST.write_text(re.sub(r'^".*" = \[\n\]\n', "", text, flags=re.MULTILINE))
    listing.renew()
