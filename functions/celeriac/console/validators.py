"""What a browser has already, and need not be sent again.

Source: https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
"""

from __future__ import annotations

import hashlib
import re
from http import HTTPStatus

from celeriac.console.answer import Answer

__all__ = ["etag_of", "unless_known"]

ETAG = re.compile(r'"[\x21\x23-\x7e]*"')
KEPT = ("Cache-Control", "ETag")
"""Which of an answer's headers its confirmation has, too."""


def etag_of(body: bytes) -> str:
    """What names a body. It is weak, for whoever is between may compress it."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def unless_known(answer: Answer, if_none_match: str | None) -> Answer:
    """The answer, or that it is what the browser has: one of the entity tags in its `If-None-Match`, or `*`."""
    etag = answer.headers.get("ETag")
    if etag is None or if_none_match is None:
        return answer
    if if_none_match.strip() != "*" and etag.removeprefix("W/") not in ETAG.findall(if_none_match):
        return answer
    headers = {name: value for name, value in answer.headers.items() if name in KEPT}
    return Answer(HTTPStatus.NOT_MODIFIED, answer.content_type, headers=headers)
