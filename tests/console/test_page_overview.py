"""The overview: figures of this moment, and charts of the hours before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from celeriac import clock
from tests.console.reading import PHONE, WIDE, axe_finds, ended, sent, until

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""What the page's clock says where the figures are these."""
TIMES = [(NOW - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z") for minutes in range(4, 0, -1)]


def worker(name: str, task: str | None = None, **values: Any) -> dict[str, Any]:
    """A worker's figures; what is not given is 0, or not known."""
    counts = {name: [0] * 4 for name in ("received", "succeeded", "failed", "retried", "revoked")}
    unknown = {name: [None] * 4 for name in ("duration_p50_s", "duration_p95_s", "time_in_queue_p95_s")}
    return {"worker": name, "task": task, **counts, **unknown, **values}


FIGURES: dict[str, Any] = {
    "since": TIMES[0],
    "until": TIMES[-1],
    "period_s": 60,
    "times": TIMES,
    "queues": [
        {"name": "press", "waiting": [0, 0, 2, 1], "oldest_s": [None, None, 5, 3], "dead": [0, 0, 0, 0]},
        {"name": "shop", "waiting": [4, None, 8, 120], "oldest_s": [1, None, 60, 90], "dead": [0, 0, 0, 1]},
    ],
    "workers": [
        worker("press", succeeded=[1, 2, 3, 4], duration_p50_s=[0.1] * 4, duration_p95_s=[0.4] * 4),
        worker("shop", succeeded=[3, 0, 6, 9], failed=[1, 0, 2, 3], time_in_queue_p95_s=[0.2, None, 1, 2.5]),
    ],
}


@pytest.fixture
def figured(console: Any, page_at: Any) -> Any:
    """The overview where CloudWatch has known figures."""

    def opened(**options: Any) -> Any:
        page = page_at(console, "#/nowhere", at=NOW, **options)
        page.route("**/api/metrics?*", lambda route: route.fulfill(json=FIGURES))
        page.evaluate("location.hash = '#/overview'")
        return page

    return opened


def tile(page: Any, name: str) -> Any:
    """A tile's figure."""
    return page.locator(".tile").filter(has_text=name).locator("strong")


def test_tiles_tell_what_waits_and_what_has_failed_today(console: Any, page_at: Any, held: Any) -> None:
    ended(console, "shop.fail")
    task_id = sent(console, "shop.hold")
    until(lambda: console.twin.backend.get(task_id))
    for number in range(3):
        sent(console, "press.printed", number) if console.twin.operations.pause("press") is None else None

    page = page_at(console)

    tile(page, "Waiting").get_by_text("3", exact=True).wait_for()
    tile(page, "Failures today").get_by_text("1", exact=True).wait_for()
    page.get_by_role("region", name="Running now").get_by_role("link", name="shop.hold").wait_for()
    page.get_by_role("region", name="Latest failures").get_by_text("ValueError: no paper").wait_for()
    assert page.locator(".tile").filter(has_text="Oldest").inner_text().count("in ") == 1


def test_the_charts_are_drawn_from_what_cloudwatch_knows(console: Any, page_at: Any) -> None:
    told, worker = console.twin.operations.told, {"worker": "shop"}
    at = clock.now() - timedelta(minutes=2)
    told.put("celeriac", "Succeeded", worker, at, 7)
    told.put("celeriac", "Duration", worker, at, 1.5)

    page = page_at(console)

    throughput = page.get_by_role("region", name="Throughput, a minute")
    throughput.locator(".legend").get_by_text("shop").wait_for()
    throughput.get_by_text("Table").click()
    throughput.get_by_role("cell", name="7", exact=True).wait_for()
    page.get_by_role("img", name="shop p95 1.5 s").wait_for()


def test_a_chart_says_its_latest_values_to_who_cannot_see_it(figured: Any) -> None:
    page = figured(timezone_id="UTC")
    last = f"{datetime.fromisoformat(TIMES[-1]):%H:%M}"

    page.get_by_role("img", name=f"Waiting, latest: press 1 at {last}; shop 120 at {last}").wait_for()
    page.get_by_role("img", name=f"Failure rate, latest: press 0 % at {last}; shop 25 % at {last}").wait_for()
    page.get_by_role("img", name="Time in queue, latest: press nothing; shop 2.5 s").wait_for()


def test_below_the_charts_stands_until_when_their_figures_go(figured: Any) -> None:
    page = figured(timezone_id="UTC")

    page.get_by_text(f"Figures until {datetime.fromisoformat(TIMES[-1]):%H:%M}", exact=True).wait_for()


def test_the_pointer_shows_the_values_of_its_moment_in_the_legend(figured: Any) -> None:
    page = figured(timezone_id="UTC")
    chart = page.get_by_role("region", name="Waiting", exact=True)
    legend = chart.locator(".legend")
    legend.get_by_text("120").wait_for()

    box = chart.locator("svg.plot").bounding_box()
    page.mouse.move(box["x"] + 48, box["y"] + 60)

    legend.get_by_text("4", exact=True).wait_for()
    chart.get_by_text(f"{datetime.fromisoformat(TIMES[0]):%H:%M}", exact=True).first.wait_for()
    page.mouse.move(0, 0)
    legend.get_by_text("120").wait_for()


def test_a_chart_has_its_figures_in_a_table(figured: Any) -> None:
    page = figured()
    chart = page.get_by_role("region", name="Throughput, a minute")
    chart.locator(".legend").get_by_text("shop").wait_for()

    chart.get_by_text("Table").click()
    chart.get_by_role("table").wait_for()

    rows = chart.get_by_role("row").all_inner_texts()
    assert [line.split("\t")[1:] for line in rows] == [
        ["press", "shop"],
        ["4", "9"],
        ["3", "6"],
        ["2", "0"],
        ["1", "3"],
    ]


def test_gaps_are_gaps_and_a_value_alone_is_a_point(figured: Any) -> None:
    page = figured()
    chart = page.get_by_role("region", name="Waiting", exact=True)
    chart.locator(".legend").get_by_text("shop").wait_for()

    path = chart.locator("svg.plot .series").nth(1).locator(".line").get_attribute("d")

    assert path.count("M") == 2
    assert path.count("h.01") == 1


def test_time_and_worker_are_in_the_address(figured: Any) -> None:
    page = figured()
    page.get_by_role("link", name="24 h").click()
    with page.expect_request(lambda request: "/api/metrics" in request.url and "worker=shop" in request.url) as asked:
        page.get_by_label("Worker").select_option("shop")

    assert page.url.endswith("#/overview?range=24+h&worker=shop")
    assert "since=" in asked.value.url
    assert page.get_by_role("link", name="24 h").get_attribute("aria-current") == "true"


def test_an_address_with_a_time_that_is_none_shows_the_usual_one(figured: Any) -> None:
    page = figured()

    with page.expect_request("**/api/metrics?*"):
        page.evaluate("location.hash = '#/overview?range=constructor'")

    page.get_by_text("Figures until").wait_for()


def test_without_figures_it_says_why_and_the_tiles_stay(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/nowhere")
    page.route(
        "**/api/metrics?*", lambda route: route.fulfill(status=404, json={"detail": "No figures here.", "type": "x"})
    )
    page.evaluate("location.hash = '#/overview'")

    page.get_by_text("There are no figures: No figures here.").wait_for()
    tile(page, "Waiting").get_by_text("0", exact=True).wait_for()


def test_one_workers_overview_has_that_workers_failures_and_runs_only(console: Any, page_at: Any, held: Any) -> None:
    ended(console, "shop.fail", "no ink")
    task_id = sent(console, "shop.hold")
    until(lambda: console.twin.backend.get(task_id))
    page = page_at(console)
    failed, running = (page.get_by_role("region", name=name) for name in ("Latest failures", "Running now"))
    failed.get_by_role("link", name="shop.fail").wait_for()

    page.get_by_label("Worker").select_option("press")

    failed.get_by_text("Nothing has failed").wait_for()
    running.get_by_text("Nothing is known to run").wait_for()
    tile(page, "Failures today").get_by_text("0", exact=True).wait_for()
    assert failed.get_by_role("link", name="All").get_attribute("href") == "#/failures?queue=press"
    page.get_by_label("Worker").select_option("shop")
    failed.get_by_role("link", name="shop.fail").wait_for()
    running.get_by_role("link", name="shop.hold").wait_for()
    assert failed.get_by_role("link", name="All").get_attribute("href") == "#/failures"  # it has a lane, too


@pytest.fixture
def many() -> dict[str, Any]:
    """The figures of forty workers, of whom the later ones do more."""
    names = [f"worker_{number:02}" for number in range(40)]
    counts = {name: [number] * 4 for number, name in enumerate(names)}
    return {
        **FIGURES,
        "queues": [
            {"name": name, "waiting": counts[name], "oldest_s": counts[name], "dead": [0] * 4} for name in names
        ],
        "workers": [
            worker(name, succeeded=counts[name], duration_p50_s=[0.1] * 4, duration_p95_s=counts[name])
            for name in names
        ],
    }


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_of_forty_workers_a_chart_names_those_that_reach_highest(
    console: Any, page_at: Any, many: Any, viewport: Any
) -> None:
    page = page_at(console, "#/nowhere", viewport=viewport)
    page.route("**/api/metrics?*", lambda route: route.fulfill(json=many))
    page.evaluate("location.hash = '#/overview'")
    chart = page.get_by_role("region", name="Waiting", exact=True)
    chart.get_by_text("and 34 other lines in the table").wait_for()

    named = chart.locator(".legend .entry .name").all_inner_texts()
    colours = chart.locator(".series .line").evaluate_all("all => all.map((one) => getComputedStyle(one).stroke)")
    durations = page.get_by_role("region", name="Duration", exact=True).locator(".legend .name").all_inner_texts()

    assert named == [f"worker_{number}" for number in range(39, 33, -1)]
    assert len(set(colours)) == len(colours) == 6
    assert durations[:4] == ["worker_39 p95", "worker_39 p50", "worker_38 p95", "worker_38 p50"]
    assert len(durations) == 12
    assert chart.locator("path.other").count() == 34
    assert chart.get_by_role("img").get_attribute("aria-label").endswith("; and 34 other lines")
    chart.locator("summary").click()
    chart.get_by_role("table").wait_for()
    assert chart.get_by_role("columnheader").count() == 41
    assert axe_finds(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
