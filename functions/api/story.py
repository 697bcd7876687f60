"""`GET /stories/{id}`: all that the table knows of a task, its traceback and its arguments included.

It does not lie below `/tasks/{id}`, which submitters may ask for: in a policy `GET/tasks/*` matches slashes, too.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import UNSET

from api.app import app
from api.family import Family
from api.histories import StoryDocument, ToldTask
from api.outcomes import document_of, task_id_of, task_not_found
from api.requests import Request
from api.responses import Response
from celeriac import states
from celeriac.row import Row

__all__ = ["get_story"]

TEXT_CHARS = 500_000
"""A longer result or message is left out: the answer holds both, and nobody reads that much on a page."""


def get_story(request: Request) -> Response:
    """Tell a task's story: what it was sent with, what became of it and why, what led to it and what it led to.

    The message is there for a failure, for a retry that waits, and if it is short for what runs with `track_started`.
    Of a task in the family that has no row, because it waits or ignores its result, only the id and the place are
    known; of the body of a chord its name, too.
    """
    task_id = task_id_of(request)
    row = app.services.backend.get(task_id)
    if row is None:
        raise task_not_found(task_id)
    family = Family(row)
    is_too_long = len(row.message or "") > TEXT_CHARS
    story = StoryDocument(
        task=_told(row.seen),
        message=None if is_too_long or row.message is None else json.loads(row.message),
        message_omitted=_too_long(row) if is_too_long else UNSET,
        family=family.members,
        family_is_cut=family.is_cut,
    )
    return Response(HTTPStatus.OK, story)


def _told(row: Row) -> ToldTask:
    known: dict[str, Any] = msgspec.structs.asdict(document_of(row, TEXT_CHARS))
    known |= {"root_id": row.root_id, "parent_id": row.parent_id, "group_id": row.group_id}
    return ToldTask(**known, traceback=_traceback(row))


def _traceback(row: Row) -> str | None:
    if row.error is None or row.state not in states.EXCEPTION_STATES:
        return None
    text = json.loads(row.error).get("traceback")
    return text if isinstance(text, str) else None


def _too_long(row: Row) -> str:
    return f"It has {len(row.message or ''):,} characters; `celeriac failures show {row.id} --json` has them all"
