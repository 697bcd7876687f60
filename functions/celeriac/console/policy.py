"""The headers of every answer: the page may load and call its own origin, and nothing may be done with it elsewhere.

Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

from __future__ import annotations

from celeriac.console.answer import Answer

__all__ = ["headers_of"]

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src {connect}",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
)
_STRICT = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def headers_of(answer: Answer, also_connects_to: str = "") -> dict[str, str]:
    """An answer's headers; `also_connects_to` is the one origin beside its own that the page may call."""
    connect = f"'self' {also_connects_to}".strip()
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "; ".join(_POLICY).format(connect=connect),
        **_STRICT,
        "Content-Type": answer.content_type,
        **answer.headers,
    }
