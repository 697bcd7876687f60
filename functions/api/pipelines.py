"""What an uploaded file sets off: where it is stored, and the tasks that follow, with ids derived from its key.

Because of these ids it does not matter who submits the tasks, the request that brought the file or the notification
of its arrival, nor how often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.catalogue import known_tasks
from api.sending import message_to
from celeriac.ids import derived_id
from celeriac.message import Message

__all__ = ["IMAGES", "INCOMING", "PDFS", "USER_ID_METADATA", "Pipeline", "pipeline_of"]

INCOMING = "incoming/"
"""Where files lie that came by form; S3 notifies of what is created here."""
USER_ID_METADATA = "user-id"
"""The user of a file, in its object's metadata."""

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A kind of file: its folder, the extensions of its content types, the largest size, and what to do with one."""

    folder: str
    extensions: Mapping[str, str]
    limit_bytes: int
    calls: Callable[[str, str], Iterator[Call]]

    def key(self, day: str, name: str, content_type: str) -> str:
        """The key of a file; `day` is an ISO date."""
        return f"{self.folder}/{day}/{name}.{self.extensions[content_type]}"

    def messages(self, key: str, user_id: str) -> list[Message]:
        """The tasks of a file that is stored under a key."""
        tasks = known_tasks()
        return [
            message_to(tasks[name], (), kwargs, task_id=derived_id(key, name))
            for name, kwargs in self.calls(key, user_id)
        ]


def _image_calls(key: str, user_id: str) -> Iterator[Call]:
    yield "thumbnail.generate_thumbnail", {"image_key": key}
    message = "Your image has arrived; its thumbnails are being made."
    yield "notify.send_notification", {"user_id": user_id, "message": message}


def _pdf_calls(key: str, user_id: str) -> Iterator[Call]:
    yield "process_pdf.process_pdf", {"file_id": key, "user_id": user_id}


MIB = 1024 * 1024
IMAGES = Pipeline(
    "images",
    {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"},
    64 * MIB,
    _image_calls,
)
PDFS = Pipeline("pdfs", {"application/pdf": "pdf"}, 64 * MIB, _pdf_calls)


def pipeline_of(key: str) -> Pipeline | None:
    """The pipeline of a key under `incoming/`, or None."""
    parts = key.split("/")
    if len(parts) < 3 or f"{parts[0]}/" != INCOMING or not key.isprintable() or {"", ".", ".."} & set(parts):
        return None
    return next((pipeline for pipeline in (IMAGES, PDFS) if pipeline.folder == parts[1]), None)
