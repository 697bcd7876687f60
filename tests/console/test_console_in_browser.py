"""The console as a browser sees it."""

from __future__ import annotations

from typing import Any


def test_the_address_with_the_token_opens_the_page(console: Any, page_at: Any) -> None:
    page = page_at(console)

    page.get_by_text("celeriac-test").first.wait_for()
    assert page.url == f"http://127.0.0.1:{console.server.port}/"
