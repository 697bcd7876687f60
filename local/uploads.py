"""Files on their way in: small ones in the request's body, large ones by a presigned POST to S3."""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from local import form
from local.system import System


class UploadError(RuntimeError):
    """Raised when the API or S3 does not take a file, with the answer."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: where it is sent, and its media type."""

    path: str
    media_type: str


KINDS = {".jpg": Kind("/images", "image/jpeg"), ".pdf": Kind("/pdfs", "application/pdf")}


@dataclass(frozen=True)
class Upload:
    """A file that was taken: the tasks it became, and when."""

    file: Path
    how: str
    task_ids: tuple[str, ...]
    at: datetime


def send(system: System, file: Path, user_id: str) -> Upload:
    """The file itself is the request's body."""
    kind, at = KINDS[file.suffix], datetime.now(UTC)
    headers = {"Content-Type": kind.media_type}
    answer = system.api.call("POST", kind.path, file.read_bytes(), headers, {"user_id": user_id})
    if answer.status != HTTPStatus.ACCEPTED:
        raise UploadError(f"POST {kind.path} answered {answer.status}: {answer.body.decode()}")
    return _upload(file, f"POST {kind.path}", answer.json, at)


def send_by_form(system: System, file: Path, user_id: str) -> Upload:
    """The API hands out a form; the file goes to S3 with it, and its arrival there submits the tasks."""
    kind, content = KINDS[file.suffix], file.read_bytes()
    wish = {"filename": file.name, "size": len(content), "content_type": kind.media_type, "user_id": user_id}
    answer = system.api.post_json(kind.path, wish)
    if not answer.status < HTTPStatus.BAD_REQUEST:
        raise UploadError(f"POST {kind.path} answered {answer.status}: {answer.body.decode()}")
    ticket, at = answer.json, datetime.now(UTC)
    stored = form.post(ticket["upload"]["url"], ticket["upload"]["fields"], content)
    if not stored.status < HTTPStatus.BAD_REQUEST:
        raise UploadError(f"S3 answered {stored.status}: {stored.body.decode()}")
    return _upload(file, "presigned POST", ticket, at)


def _upload(file: Path, how: str, answer: dict[str, list[dict[str, str]]], at: datetime) -> Upload:
    return Upload(file, how, tuple(task["id"] for task in answer["tasks"]), at)
