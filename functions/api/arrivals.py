"""The second Lambda function: files that were uploaded by form have arrived in S3, so their tasks are sent.

The tasks have the ids that the form's receiver was told, and their receipts since then; a notification that comes twice
sends the same ones again, which does no harm.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from logging import INFO, WARNING
from typing import Any
from urllib.parse import unquote_plus

from api.documents import UserId
from api.pipelines import USER_ID_METADATA, pipeline_of
from api.requests import LambdaContext
from api.sending import publish
from api.validation import Misfit, converted
from celeriac import log
from celeriac.exceptions import ObjectNotFound
from celeriac.message import Message
from celeriac.storage import Bucket

__all__ = ["handler"]

log.configure(os.environ)


def handler(event: Mapping[str, Any], _context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Send the tasks of what has arrived; returns Lambda's partial batch response."""
    messages: dict[str, list[Message]] = {}
    failed: set[str] = set()
    for record in event["Records"]:
        try:
            messages[record["messageId"]] = list(_messages(record["body"]))
        except Exception:  # noqa: BLE001 - one notification's trouble, whatever it is, is not its batch's
            log.logger.exception("notification cannot be read", extra={"fields": {"message_id": record["messageId"]}})
            failed.add(record["messageId"])
    unsent = publish([message for group in messages.values() for message in group])
    failed |= {item_id for item_id, group in messages.items() if any(message.id in unsent for message in group)}
    return {"batchItemFailures": [{"itemIdentifier": item_id} for item_id in sorted(failed)]}


def _messages(body: str) -> Iterator[Message]:
    """The tasks of one notification, which may tell of several files."""
    notification = json.loads(body)
    if notification.get("Event") == "s3:TestEvent":  # S3 says once that it can reach the queue
        return
    for record in notification["Records"]:
        yield from _tasks_of(unquote_plus(record["s3"]["object"]["key"]))


def _tasks_of(key: str) -> list[Message]:
    pipeline = pipeline_of(key)
    if pipeline is None:
        return _dropped(key, "nothing is done with files of this place")
    try:
        metadata = Bucket(os.environ["FILES_BUCKET"]).metadata(key)
        user_id = converted(metadata.get(USER_ID_METADATA), UserId)
    except ObjectNotFound:
        return _dropped(key, "it is gone again")
    except Misfit as misfit:
        return _dropped(key, f"its metadata {USER_ID_METADATA!r} names no user: {misfit}")
    log.task_line(INFO, "file has arrived", key=key, user_id=user_id)
    return pipeline.messages(key, user_id)


def _dropped(key: str, reason: str) -> list[Message]:
    log.task_line(WARNING, f"file is left alone: {reason}", key=key)
    return []
