"""A request may come twice: ids that a repeat derives again, and a marker that tells a repeat from a mistake.

With an `Idempotency-Key`, the ids of tasks and uploads are derived from the caller, the key and the request's content,
so whatever a repeat sends or stores is the same thing again. The marker is a row of the result table, `key#<derived
id>`: a finished row whose result is the content's fingerprint and the day. The table lets only one outcome stand, so of
two requests with one key exactly one writes it, in the one call that also tells the other. A repeat with other content
finds another fingerprint. The marker lives as long as a result does, a day.
Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any, Self

from api.app import app
from api.parameters import IDEMPOTENCY_KEY
from api.problems import KeyReused
from api.requests import Request
from celeriac import clock, states
from celeriac.ids import derived_id
from celeriac.row import Row
from celeriac.serialization import dumps, loads

__all__ = ["Beginning", "Idempotency"]


@dataclass(frozen=True, slots=True)
class Beginning:
    """When a request was first made, as a UTC date; and whether this is a repeat of it."""

    day: str
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The key of a request and the fingerprint of its content; without a key, every request is a new one."""

    key: str | None
    fingerprint: str

    @classmethod
    def of(cls, request: Request, *content: Any) -> Self:
        """Read the request's key; `content` is what a repeat must have in common with it."""
        name = IDEMPOTENCY_KEY.read(request)
        # The draft has the key in quotes, as RFC 8941 writes a string; hardly anybody does.
        key = name and derived_id("idempotency", request.caller, name.strip('"'))
        return cls(key, _fingerprint(request.route, *content) if key else "")

    def id(self, part: object) -> str:
        """The id of a part of the request: the same for every repeat, or random where there is no key."""
        return derived_id(self.key, self.fingerprint, part) if self.key else str(uuid.uuid4())

    def begin(self) -> Beginning:
        """Leave the marker, or find it: one write, none without a key. Raises KeyReused where it is another's."""
        today = clock.now().date().isoformat()
        if not self.key:
            return Beginning(today, is_repeat=False)
        mark = Row(
            id=f"key#{self.key}",
            state=states.SUCCESS,
            name="Idempotency-Key",
            result=dumps([self.fingerprint, today]),
            done_at=clock.now(),
        )
        standing = app.services.backend.record(mark)
        fingerprint, day = loads(standing.result or "[null, null]")
        if fingerprint != self.fingerprint:
            raise KeyReused("The key came before with another request; take a new key for a new request.")
        return Beginning(day, is_repeat=standing is not mark)


def _fingerprint(*content: Any) -> str:
    digest = hashlib.sha256()
    for part in content:
        data = part if isinstance(part, bytes) else json.dumps(part, sort_keys=True, default=repr).encode()
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()
