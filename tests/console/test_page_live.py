"""Live updates: what arrives without a reload, when nothing is asked, and what is told when nothing answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.console.reading import ended, go, row, under_way, until, until_page

HIDE = """isHidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

TURN = """new Promise((done) => {
  const { port1, port2 } = new MessageChannel(); // which the page's clock has no part in
  port1.onmessage = done;
  port2.postMessage(null);
})"""
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def asked(console: Any) -> int:
    """How often the page has asked for queues."""
    return int(console.gateway.calls.count("GET /queues"))


def test_a_new_failure_appears_and_what_has_the_focus_keeps_it(console: Any, page_at: Any) -> None:
    first = ended(console, "shop.fail", "the first")
    page = page_at(console, "#/failures")
    row(page, "the first").get_by_role("link").focus()

    ended(console, "shop.fail", "the second")

    row(page, "the second").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"#/task/{first}"
    assert page.locator("[data-row]").first.inner_text().count("the second") == 1


def test_what_is_selected_and_how_far_it_is_scrolled_stay(console: Any, page_at: Any) -> None:
    for number in range(40):
        ended(console, "shop.fail", f"number {number}")
    page = page_at(console, "#/failures", viewport={"width": 1200, "height": 500})
    row(page, "number 20").scroll_into_view_if_needed()
    row(page, "number 20").get_by_text("number 20").evaluate("node => getSelection().selectAllChildren(node)")
    before = page.evaluate("[scrollY, String(getSelection())]")

    with page.expect_response("**/api/tasks?*"):
        page.locator("body").press("r")
    with page.expect_response("**/api/tasks?*"):
        page.locator("body").press("r")

    assert page.evaluate("[scrollY, String(getSelection())]") == before
    assert "number 20" in before[1]


def test_what_was_asked_for_before_a_change_is_asked_for_again_after_it(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    row(page, "press").wait_for()
    page.locator("body").press("p")
    held_up: list[Any] = []
    page.route("**/api/queues", lambda route: held_up.append(route), times=1)
    page.locator("body").press("r")
    until_page(page, lambda: held_up)
    before = held_up[0].fetch()  # as it was

    page.get_by_role("button", name="Pause press").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    page.get_by_role("dialog").wait_for(state="detached")
    with page.expect_response(
        lambda response: response.url.endswith("/queues") and response.request != held_up[0].request
    ):
        held_up[0].fulfill(response=before)

    row(page, "press").get_by_text("paused").wait_for()


def test_a_log_that_cannot_be_had_is_no_sign_that_the_api_answers(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.add", 1, 2)
    page = page_at(console, f"#/task/{task_id}")
    page.get_by_role("region", name="Log", exact=True).get_by_text("The log says nothing").wait_for()
    console.gateway.answers = False
    held_up: list[Any] = []
    page.route("**/api/logs/*", lambda route: held_up.append(route), times=1)
    page.locator("body").press("r")
    page.locator("#live").get_by_text("no answer").wait_for()

    with page.expect_response("**/api/logs/*") as answer:
        held_up[0].continue_()
    answer.value.finished()

    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.locator("#live").inner_text().startswith("no answer")


def test_a_hidden_tab_asks_nothing_and_a_tab_that_is_seen_again_asks_at_once(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues", at=NOON)
    row(page, "press").wait_for()
    page.evaluate(HIDE, True)
    page.locator("#live").get_by_text("resting").wait_for()
    before = len(console.gateway.calls)

    page.clock.run_for(600_000)
    assert len(console.gateway.calls) == before
    page.evaluate(HIDE, False)
    page.clock.run_for(100)

    until(lambda: len(console.gateway.calls) > before)


def test_it_asks_every_five_seconds_until_it_is_paused(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues", at=NOON)
    row(page, "press").wait_for()
    before = asked(console)
    page.clock.run_for(5_500)
    until(lambda: asked(console) > before)

    page.get_by_role("button", name="Pause the live updates").click()
    page.locator("#live").get_by_text("paused").wait_for()
    before = asked(console)
    page.clock.run_for(60_000)

    assert asked(console) == before
    assert page.get_by_role("button", name="Pause the live updates").get_attribute("aria-pressed") == "true"
    page.locator("body").press("r")
    until(lambda: asked(console) == before + 1)


def test_a_silent_api_is_a_calm_banner_and_what_was_there_stays(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    row(page, "press").wait_for()
    console.gateway.answers = False

    page.locator("body").press("r")

    banner = page.locator("#banner")
    banner.get_by_text("What you see is from before").wait_for()
    page.locator("#live").get_by_text("no answer").wait_for()
    assert row(page, "press").is_visible()
    console.gateway.answers = True
    banner.get_by_role("button", name="Ask now").click()
    banner.get_by_role("button").wait_for(state="detached")


def test_it_asks_less_and_less_while_nothing_answers(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues", at=NOON)
    row(page, "press").wait_for()
    console.gateway.answers = False
    gaps, begun = [], under_way(page)

    for _ in range(4):
        before, waited_s = asked(console), 0
        while asked(console) == before and waited_s < 70:
            page.clock.run_for(1000)
            until_page(page, lambda: not begun)
            page.evaluate(TURN)
            waited_s += 1
        gaps.append(waited_s)

    assert gaps[1:] == sorted(gaps[1:])
    assert gaps[-1] > 2 * gaps[0]


def test_what_one_part_shows_of_a_refusal_does_not_hide_that_of_another(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/nowhere")
    page.route("**/api/**", lambda route: route.fulfill(status=403, json={"Message": "not allowed"}))

    go(page, "#/overview")

    page.get_by_text("There are no figures: This needs the permission").wait_for()
    banner = page.locator("#banner")
    banner.get_by_text("This needs the permission “read”.").wait_for()
    page.locator("#live").get_by_text("refused").wait_for()
    page.get_by_role("region", name="Running now").get_by_text("Nothing has come yet.").wait_for()
    assert "from before" not in banner.inner_text()
    assert page.get_by_text("Asking…").locator("visible=true").count() == 0
    until(lambda: page.locator("#live").inner_text().endswith("asking"))


def test_charts_do_not_wait_for_an_api_that_does_not_answer(console: Any, page_at: Any) -> None:
    console.gateway.answers = False

    page = page_at(console)

    page.get_by_role("region", name="Throughput, a minute").get_by_text("No figures").wait_for()
    assert page.locator(".charts[aria-busy]").count() == 0


def test_it_asks_at_once_when_there_is_a_network_again(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues", at=NOON)
    row(page, "press").wait_for()
    console.gateway.answers = False
    page.locator("body").press("r")
    page.locator("#banner").get_by_text("asks again in 10 s").wait_for()
    console.gateway.answers = True

    page.evaluate("dispatchEvent(new Event('online'))")
    page.clock.run_for(100)

    page.locator("#banner").get_by_role("button").wait_for(state="detached")


def test_an_answer_of_another_shape_is_told_of(console: Any, browser: Any) -> None:
    page = browser.new_page()  # whose log may have an error
    page.set_default_timeout(60_000)
    page.route("**/api/queues", lambda route: route.fulfill(json={"queues": [{"name": None}]}))
    page.goto(f"{console.server.url}#/queues")

    page.locator("#banner").get_by_text("the two may be of different versions").wait_for()
    page.unroute("**/api/queues")
    page.locator("#banner").get_by_role("button", name="Ask now").click()

    row(page, "press").wait_for()
    page.locator("#banner").get_by_role("button").wait_for(state="detached")
    page.close()
