"""Who may ask the console for what: the browser that was given the token, and only the console's own page in it.

The server listens on 127.0.0.1, which every page of every site and every user of this machine can reach. So each
request must name this host (a foreign name that resolves to 127.0.0.1 does not), bring the cookie that the token was
exchanged for, and not come from a page of another origin; what changes something must prove that it comes from ours.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from email.message import Message
from http import HTTPStatus
from urllib.parse import parse_qs

from celeriac.console.problems import Refused

__all__ = ["CHANGES", "OWN_HEADER", "Gate"]

CHANGES = frozenset({"POST", "PATCH", "DELETE"})
OWN_HEADER = "X-Celeriac-Console"
"""A page of another origin cannot send it without asking first, and is never allowed to."""


class Gate:
    """The token of one console and the checks that it makes; `port` is where the console listens."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.token = token or secrets.token_urlsafe(32)
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._cookie = f"celeriac-console-{port}"  # cookies do not tell ports apart

    @property
    def cookie(self) -> dict[str, str]:
        """The header that gives a browser its cookie, until it is closed."""
        return {"Set-Cookie": f"{self._cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict"}

    def opens(self, query: str) -> bool:
        """Whether the query of `/` has the token."""
        return any(self._is_token(told) for told in parse_qs(query).get("token", []))

    def check_host(self, headers: Message) -> None:
        """Refuse who came by another name than this host's: a page may have pointed a name of its own here."""
        hosts = _all(headers, "Host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise Refused(
                HTTPStatus.MISDIRECTED_REQUEST, "host-unknown", f"The console answers at http://{self._hosts[0]}/ only."
            )

    def check_cookie(self, headers: Message) -> None:
        """Refuse who does not have the cookie."""
        if not any(self._is_token(told) for told in _cookies(headers, self._cookie)):
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "no-session",
                "Open the address that `celeriac console` printed, with its token.",
            )

    def check_origin(self, method: str, headers: Message) -> None:
        """Refuse what a page of another origin had the browser send; ports of one host are origins of their own."""
        sites, origins = _all(headers, "Sec-Fetch-Site"), _all(headers, "Origin")
        is_ours = all(site == "same-origin" for site in sites) and all(
            origin == f"http://{headers['Host']}".lower() for origin in origins
        )
        if method in CHANGES:
            is_ours = is_ours and bool(sites or origins) and _all(headers, OWN_HEADER) == ["1"]
        elif not origins:
            is_ours = is_ours or sites == ["none"]  # typed in the address bar
        if not is_ours:
            raise Refused(HTTPStatus.FORBIDDEN, "foreign-origin", "Only the console's own page may ask for this.")

    def _is_token(self, told: str) -> bool:
        return hmac.compare_digest(told.encode("utf-8", "replace"), self.token.encode())


def _all(headers: Message, name: str) -> Sequence[str]:
    return [str(value) for value in headers.get_all(name, [])]


def _cookies(headers: Message, name: str) -> list[str]:
    # By hand: the standard library's reader gives up at the first cookie of another program that it cannot read.
    pairs = [pair.strip().partition("=") for line in _all(headers, "Cookie") for pair in line.split(";")]
    return [value for key, _, value in pairs if key == name]
