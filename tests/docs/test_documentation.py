"""The documentation is executed: its Python runs, its figures are the scripts', its links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from benchmarks import costs
from celeriac import Celeriac
from celeriac.conf import ALWAYS, CELERYS, DEFAULTS, NOT_HERE, REFUSED
from celeriac.testing import Twin
from infra.http_routes import ROUTES
from infra.settings import Settings
from infra.worker_config import WorkerConfig
from tests.celery_suite import listing

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


def pytest_in(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder in a process of their own, with no plugin but those that they name."""
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."]
    paths = os.pathsep.join([str(ROOT / "functions"), str(folder)])
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": paths}
    return subprocess.run(command, cwd=folder, env=environ, text=True, check=False)


@contextmanager
def working(twin: Twin) -> Iterator[None]:
    """A worker in the background, so that a page may call `get` as it would on AWS."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.01):
            twin.run()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_the_readme_declares_sends_and_gets_as_it_says() -> None:
    declare, send, test = blocks("README.md", "python")
    names: dict[str, Any] = {"__name__": "greet.tasks"}
    exec(declare, names)  # noqa: S102 - our own page
    with Twin(names["app"]) as twin, working(twin):
        exec(send, names)  # noqa: S102 - our own page
    exec(test, names)  # noqa: S102 - our own page


def test_an_operator_lists_retries_and_drops_failures_as_the_page_says() -> None:
    (block,) = blocks("docs/operations.md", "python")
    app = Celeriac("greet")
    app.task(name="greet.fail")(lambda: 1 / 0)
    with Twin(app) as twin:
        result = app.send_task("greet.fail")
        twin.run()
        exec(block, {"app": app})  # noqa: S102 - our own page
        assert result.state == "FAILURE"
        assert list(app.failures.list()) == []


def test_the_way_from_celery_begins_with_imports_that_work() -> None:
    for block in blocks("docs/celery.md", "python"):
        exec(block, {})  # noqa: S102 - our own page


def test_the_schedules_of_a_worker_toml_are_read_as_their_page_says() -> None:
    problems: list[str] = []
    (text,) = blocks("docs/schedules.md", "toml")
    worker = WorkerConfig.parse("report", tomllib.loads(text), "worker.toml", problems)
    assert problems == []
    told = {schedule.name: schedule.told.expression for schedule in worker.schedules}
    assert told == {
        "nightly": "cron(30 3 ? * 2-6 *)",
        "pulse": "rate(5 minutes)",
        "party": "at(2027-12-31T23:59:00)",
    }


@pytest.mark.parametrize("page", ["docs/schedules.md", "docs/testing.md"])
def test_a_page_whose_blocks_are_files_is_a_project_whose_tests_pass(tmp_path: Path, page: str) -> None:
    for block in blocks(page, "python"):
        name, _, text = block.partition("\n")
        file = tmp_path / name.removeprefix("# ")
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    assert pytest_in(tmp_path).returncode == 0


def test_every_setting_of_celerys_has_a_row_of_its_own_that_says_what_the_code_says() -> None:
    rows = [line for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| `")]
    told = {name: f"always `{value!r}`: {why}" for name, (value, why) in ALWAYS.items()}
    for kind, groups in {"no effect": NOT_HERE, "refused": REFUSED}.items():
        told.update({name: f"{kind}: {why}" for why, group in groups.items() for name in group})
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", "\n".join(rows), re.MULTILINE))
    assert [*listed] == sorted(CELERYS)
    assert len(rows) == len(CELERYS)
    assert {name: row for name, row in listed.items() if name not in DEFAULTS} == told
    assert [name for name in DEFAULTS if not listed[name].startswith(("heeded", "no effect: "))] == []


@pytest.mark.parametrize("page", ["README.md", "docs/costs.md"])
def test_the_costs_are_those_of_the_script(page: str) -> None:
    assert "\n".join(costs.table()) in (ROOT / page).read_text()


@pytest.mark.parametrize("page", ["README.md", "docs/costs.md"])
def test_where_machines_are_cheaper_is_what_the_script_says(page: str) -> None:
    assert f"Above {costs.crossover()} million CPU-bound 100 ms tasks a month" in (ROOT / page).read_text()


def test_what_an_open_console_costs_is_what_the_script_says() -> None:
    hour = costs.console(queues=3, workers=3)
    text = (ROOT / "docs/costs.md").read_text()
    assert f"${sum(hour.values()):.3f} an hour" in text
    figures = hour["CloudWatch's figures"]
    assert f"${figures:.3f}" in text


def test_the_script_asks_as_often_as_the_console_does() -> None:
    overview = (ROOT / "functions/celeriac/console/page/views/overview.js").read_text()
    asked = re.findall(r"every_s: (\d+),.*?api\.get\(\"(\w+)\", \{(?: state: \"(\w+)\")?", overview, re.DOTALL)
    names = {"STARTED": "running", "FAILURE": "failures", "": ""}
    assert {names[state] or path: int(every_s) for every_s, path, state in asked} == costs.ASKED


def test_the_readme_names_the_commands_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for command in re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), f"make {command}"


def test_the_readme_has_every_key_of_a_worker_toml() -> None:
    problems: list[str] = []
    WorkerConfig.parse("greet", {"no_such_key": 1}, "worker.toml", problems)
    (problem,) = problems
    known = problem.partition("the keys here are ")[2].split(", ")
    table = rows_under("README.md", "| key of `worker.toml` |")
    assert len(known) > 10
    assert [key for key in known if not re.search(rf"`\[*{key}[.\]`]", table)] == []


def test_the_readme_has_every_key_of_the_context_with_its_default() -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    asked: list[str] = []

    class Asked:
        def try_get_context(self, key: str) -> Any:
            asked.append(key)
            return context.get(key)

    Settings.from_context(cast(Any, Asked()))
    rows = dict(
        re.findall(r"^\| `(\w+)` \| `?(.*?)`? \|", rows_under("README.md", "| key | default | |"), re.MULTILINE)
    )
    assert sorted(rows) == sorted({*asked})
    for key in asked:
        assert rows[key] == str(context.get(key, "that of the credentials" if key == "region" else "none")), key


def rows_under(page: str, head: str) -> str:
    """The rows of the table that begins so."""
    return (ROOT / page).read_text().split(head)[1].split("\n\n")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text()):
        linked = page.parent / target if target else page
        assert linked.exists(), target
        headings = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in _headings(linked)]
        assert not anchor or anchor in headings, f"{target}#{anchor}"


def _headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE) if page.suffix == ".md" else []


def test_the_way_from_celery_lists_the_tests_of_celerys_that_do_not_pass() -> None:
    assert (ROOT / "docs/celery.md").read_text().endswith("\n".join(listing.table()) + "\n")


def test_the_files_that_the_architecture_names_exist() -> None:
    library = ROOT / "functions/celeriac"
    table = (ROOT / "docs/architecture.md").read_text().split("| to change … |")[1].split("\n\n")[0]
    named = re.findall(r"`([a-z_]+(?:\.py|/))`", table)
    assert len(named) > 20
    assert [name for name in named if not (library / name).exists()] == []


def test_every_module_of_the_library_has_a_place_in_the_architecture() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    modules = [item for item in (ROOT / "functions/celeriac").iterdir() if not item.name.startswith(("_", "py.", "."))]
    names = [f"{item.name}/" if item.is_dir() else item.name for item in modules]
    assert sorted(name for name in names if f"`{name}`" not in page) == []


def test_the_runbook_names_the_log_of_each_function_behind_the_api() -> None:
    section = (ROOT / "docs/operations.md").read_text().split("## server-errors")[1]
    functions = {route.function for route in ROUTES}
    assert [name for name in sorted(functions) if f"`celeriac-<stage>-{name}`" not in section] == []
