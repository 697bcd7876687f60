"""What Lambda hands back to API Gateway."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import msgspec

from api.problems import Problem

__all__ = ["JSON", "PROBLEM_JSON", "Response"]

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
_ALWAYS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Response:
    """A status, a JSON document and headers."""

    status: int
    document: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON

    @classmethod
    def of(cls, problem: Problem) -> Response:
        """The answer that tells of a problem."""
        return cls(problem.status, problem.document, problem.headers, PROBLEM_JSON)

    @property
    def body(self) -> str:
        """The document as ASCII JSON: an error message may hold what UTF-8 cannot."""
        return json.dumps(msgspec.to_builtins(self.document), separators=(",", ":"))

    def as_event(self, more_headers: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
        """The answer as Lambda's proxy integration wants it."""
        return {
            "statusCode": self.status,
            "headers": {"content-type": self.content_type, **_ALWAYS, **self.headers, **more_headers},
            "body": self.body,
            "isBase64Encoded": False,
        }
