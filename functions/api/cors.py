"""Which web pages may read the answers: none, unless the deployment names their origins.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

import os
from collections.abc import Mapping

__all__ = ["cors_headers"]

TOLD = "location, retry-after, allow, accept"
"""The headers that a page may read, beside those that it always may."""


def cors_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """What an answer says to a page, by the headers of its request; where no origin is configured, nothing."""
    origins = os.environ.get("HTTP_CORS_ORIGINS", "").split()
    if not origins:
        return {}
    origin = _origin_of(headers)
    if origin is None or origin not in origins:
        return {"vary": "origin"}
    return {"vary": "origin", "access-control-allow-origin": origin, "access-control-expose-headers": TOLD}


def _origin_of(headers: Mapping[str, str] | None) -> str | None:
    return next((value for name, value in (headers or {}).items() if name.lower() == "origin"), None)
