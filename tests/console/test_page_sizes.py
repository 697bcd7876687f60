"""The page in sizes and colours that its reader has asked for: larger letters, forced colours, a thumb."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.reading import PHONE, VIEWS, WIDE, ended, go, settled, until

TABLET = {"width": 768, "height": 1024}
DOUBLED = "document.documentElement.style.fontSize = '200%'"
LETTERS = """[...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && !one.closest('svg'))
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim()))
  .map((one) => [one.className || one.nodeName, parseFloat(getComputedStyle(one).fontSize)])"""
FITS = "document.documentElement.scrollWidth <= innerWidth"
GROUND = "one => getComputedStyle(one).backgroundColor"


@pytest.fixture
def views(console: Any) -> list[str]:
    """All views of a system in which something failed and something is scheduled."""
    failed = ended(console, "shop.fail", "no ink")
    console.twin.apps["shop"].schedules.create("nightly", "shop.add", "30 3 * * *", timezone="America/New_York")
    return [*VIEWS, f"task/{failed}"]


def test_letters_twice_as_large_are_so_everywhere_and_fit_a_phone(console: Any, page_at: Any, views: list[str]) -> None:
    page = page_at(console, viewport=PHONE)

    for view in views:
        page.evaluate("document.documentElement.style.fontSize = ''")
        go(page, f"#/{view}")
        settled(page)
        usual = page.evaluate(LETTERS)
        page.evaluate(DOUBLED)
        grown = dict(page.evaluate(LETTERS))
        assert {name: grown[name] for name, _ in usual if name in grown} == {
            name: pytest.approx(2 * size) for name, size in usual if name in grown
        }, view
        assert page.evaluate(FITS), view


def test_a_chart_grows_with_the_letters_and_still_knows_what_is_pointed_at(console: Any, page_at: Any) -> None:
    ended(console, "shop.add", 1, 2)
    page = page_at(console, viewport=WIDE)
    settled(page)
    page.keyboard.press("p")  # so that all moments stay where they are
    chart = page.get_by_role("region", name="Throughput, a minute")

    def told(letters: int) -> tuple[float, str]:
        """The height of the chart, and which moment is at its middle."""
        plot = chart.locator(".plot")
        box = plot.bounding_box()
        plot.hover(position={"x": letters * 46 + (box["width"] - letters * 54) / 2, "y": 60})
        return box["height"], chart.locator(".when").inner_text()

    height, moment = told(1)
    width = "document.querySelector('.plot').viewBox.baseVal.width * 2 <= document.querySelector('.plot').clientWidth"
    page.evaluate(DOUBLED)
    until(lambda: page.evaluate(width))

    grown, still = told(2)
    assert grown == pytest.approx(2 * height)
    assert still == moment


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_forced_colours_still_tell_where_one_is_and_whether_it_is_live(
    console: Any, page_at: Any, views: list[str], colours: Any
) -> None:
    page = page_at(console, f"#/{views[-1]}", viewport=WIDE, forced_colors="active", color_scheme=colours)
    settled(page)
    canvas = page.evaluate(GROUND, page.query_selector("html"))

    assert page.locator("#nav [aria-current]").evaluate(GROUND) != canvas
    assert page.locator("#live .dot").evaluate(GROUND) != canvas
    dot = "one => getComputedStyle(one, '::before').backgroundColor"
    assert page.locator(".timeline li").first.evaluate(dot) != canvas
    go(page, "#/overview")
    settled(page)
    current, other = (page.locator(f".segments a{which}").first for which in ("[aria-current]", ":not([aria-current])"))
    assert current.evaluate(GROUND) != other.evaluate(GROUND)


def test_forced_colours_go_before_the_chosen_ones_in_charts_too(console: Any, page_at: Any) -> None:
    page = page_at(console, viewport=WIDE, forced_colors="active", color_scheme="dark")
    settled(page)
    text = "getComputedStyle(document.querySelector('.plot text')).fill"
    system = page.evaluate(text)

    page.evaluate("document.documentElement.dataset.theme = 'light'")

    assert page.evaluate(text) == system == page.evaluate("getComputedStyle(document.querySelector('h1')).color")


def test_the_tiles_leave_no_hole_on_a_phone(console: Any, page_at: Any) -> None:
    page = page_at(console, viewport=PHONE)
    settled(page)

    row, last = (page.locator(selector).bounding_box() for selector in (".tiles", ".tile:last-child"))

    assert last["x"] + last["width"] == pytest.approx(row["x"] + row["width"])


@pytest.mark.parametrize("viewport", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_time_zone_is_not_broken(console: Any, page_at: Any, views: list[str], viewport: Any) -> None:
    page = page_at(console, "#/schedules", viewport=viewport)
    settled(page)

    lines = page.locator("[data-label=Zone]").evaluate(
        "cell => { const range = new Range(); range.selectNodeContents(cell); return range.getClientRects().length; }"
    )

    assert lines == 1


def test_a_thumb_finds_the_choice_of_a_failure(console: Any, page_at: Any, views: list[str]) -> None:
    page = page_at(console, "#/failures", viewport=PHONE)
    settled(page)

    box = page.locator("td.select input").bounding_box()

    assert min(box["width"], box["height"]) >= 24


@pytest.fixture
def low() -> str:
    """What finds the targets that are not as high as a thumb wants them."""
    return """[...document.querySelectorAll('a, button, select, summary, label.check')]
      .filter((one) => one.checkVisibility() && !one.matches('.skip, p a, .node'))
      .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
      .filter(([, box]) => box.width && (box.height < 24 || box.width < 24)).map(([text]) => text)"""


def test_a_thumb_finds_every_target(console: Any, page_at: Any, views: list[str], low: str) -> None:
    parent = ended(console, "press.print_all", 7)
    page = page_at(console, viewport=PHONE, has_touch=True)

    for view in (*views, f"task/{parent}"):
        go(page, f"#/{view}")
        settled(page)
        assert page.evaluate(low) == [], view


def test_a_charts_table_says_what_exactly_is_in_it(console: Any, page_at: Any) -> None:
    ended(console, "shop.add", 1, 2)
    page = page_at(console)
    settled(page)
    chart = page.get_by_role("region", name="Throughput, a minute", exact=True)

    chart.get_by_text("Table").click()

    chart.get_by_role("table", name="Tasks that ended well, a minute").wait_for()
