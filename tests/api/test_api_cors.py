"""Which pages may read an answer."""

from __future__ import annotations

from typing import Any

import pytest

PAGE = "https://console.example.com"


def answered(client: Any, origin: str | None, resource: str = "/openapi.json") -> dict[str, str]:
    """The headers that CORS is made of."""
    headers = client.call("GET", resource, headers={"Origin": origin} if origin else None).headers
    return {name: value for name, value in headers.items() if name.startswith("access-control") or name == "vary"}


@pytest.mark.parametrize("origin", [PAGE, "null", "*", None])
def test_no_page_may_read_anything_unless_that_is_configured(client: Any, origin: str | None) -> None:
    assert answered(client, origin) == {}


@pytest.mark.parametrize("resource", ["/openapi.json", "/tasks", "/nowhere"])
def test_a_page_that_is_named_may_read_answers_and_problems(
    client: Any, monkeypatch: pytest.MonkeyPatch, resource: str
) -> None:
    monkeypatch.setenv("HTTP_CORS_ORIGINS", f"http://localhost:3000 {PAGE}")

    assert answered(client, PAGE, resource)["access-control-allow-origin"] == PAGE
    assert answered(client, PAGE, resource)["vary"] == "origin"


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "*",
        PAGE.replace("https", "http"),
        f"{PAGE}:443",
        f"{PAGE}.evil.example",
        f"{PAGE}/",
        PAGE.upper(),
        "http://localhost",
        f"http://localhost:3000 {PAGE}",
    ],
)
def test_any_other_page_may_not(client: Any, monkeypatch: pytest.MonkeyPatch, origin: str | None) -> None:
    monkeypatch.setenv("HTTP_CORS_ORIGINS", f"http://localhost:3000 {PAGE}")

    assert answered(client, origin) == {"vary": "origin"}
