"""One HTTP request, answered whatever its status."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# A proxy named in the environment is for the world; everything here is on this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """A status, its headers (names in lower case) and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def request(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, timeout_s: float = 40
) -> Answer:
    """Send it and read the answer; 4xx and 5xx are answers, too. Raises OSError when nobody answers."""
    call = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - http, by Endpoint
    try:
        with _opener.open(call, timeout=timeout_s) as response:
            return _answer(response)
    except urllib.error.HTTPError as response:
        with response:
            return _answer(response)


def _answer(response: Any) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, response.read())
