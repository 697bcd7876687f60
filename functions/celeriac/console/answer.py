"""What the server answers, before it is written to the browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType

__all__ = ["Answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body with its content type, and headers beyond those that every answer has."""

    status: int
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def elsewhere(cls, path: str, headers: Mapping[str, str] = MappingProxyType({})) -> Answer:
        """Send the browser on to another path of this server."""
        return cls(HTTPStatus.SEE_OTHER, headers={"Location": path, **headers})
