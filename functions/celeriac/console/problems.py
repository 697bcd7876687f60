"""What goes wrong between the page and the API, told as the API tells its own problems (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from celeriac.console.answer import Answer

__all__ = ["PROBLEM_JSON", "Refused"]

PROBLEM_JSON = "application/problem+json"


class Refused(Exception):
    """Raised where a request goes no further; it becomes the answer."""

    def __init__(self, status: HTTPStatus, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail

    @property
    def answer(self) -> Answer:
        """The problem's document: `type` is for programs, `detail` for people."""
        document = {
            "type": f"urn:celeriac:problem:{self.kind}",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }
        return Answer(self.status, PROBLEM_JSON, json.dumps(document).encode())
