"""Ids: random outside of a worker, derived inside.

What a task or an outcome sends gets ids derived from the attempt that sends it, from its place in it and from what it
is. An attempt that dies half way and runs again therefore sends the same ids again, and what is already finished is
not run twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from celeriac.exceptions import EncodeError
from celeriac.serialization import dumps

__all__ = ["call_text", "derived_id", "new_id", "told_by"]

_NAMESPACE = uuid.UUID("5d3c0c1e-2f0f-5b0e-9a55-2f6f0f1f6c01")


@dataclass(slots=True)
class _Story:
    """The one that sends, and how many ids it has given so far."""

    teller: tuple[object, ...]
    told: int = 0


_story: ContextVar[_Story | None] = ContextVar("celeriac_story", default=None)


def derived_id(*parts: object) -> str:
    """An id that is the same wherever and whenever it is derived from the same parts."""
    return str(uuid.uuid5(_NAMESPACE, dumps([str(part) for part in parts])))


def new_id(what: object = "") -> str:
    """The id of something to be sent; `what` tells it from anything else that might be sent in its place."""
    story = _story.get()
    if story is None:
        return str(uuid.uuid4())
    story.told += 1
    return derived_id(*story.teller, story.told, what)


def call_text(name: str, arguments: object) -> str:
    """A call as text, to tell it from others; what JSON cannot carry will be refused when it is sent."""
    try:
        return name + dumps(arguments)
    except EncodeError:
        return name


@contextmanager
def told_by(*teller: object) -> Iterator[None]:
    """Derive the ids that are given in here from who gives them."""
    token = _story.set(_Story(teller))
    try:
        yield
    finally:
        _story.reset(token)
