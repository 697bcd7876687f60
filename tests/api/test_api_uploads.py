"""`POST /images` and `POST /pdfs`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.requests import BODY_BYTES
from celeriac.exceptions import OperationalError
from celeriac.message import Message
from celeriac.storage import Bucket
from celeriac.testing import Twin

pytestmark = pytest.mark.usefixtures("files")
OFFER = {"filename": "cat.jpg", "size": 50_000_000, "user_id": "ada"}
TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


def calls(twin: Twin) -> list[tuple[str, dict[str, Any]]]:
    """Names and arguments of all that was sent."""
    queued = [message for queue in twin.broker.messages.values() for message in queue]
    return [(call.task, call.kwargs) for call in (Message.loads(message.body) for message in queued)]


@pytest.mark.parametrize(("content_type", "extension"), TYPES.items())
def test_an_image_is_stored_and_answered_with_two_tasks(
    client: Any, twin: Twin, files: Bucket, content_type: str, extension: str
) -> None:
    accepted = client.upload("/images", b"\x89image\xff", content_type)

    assert accepted.status == 202
    key = accepted.json["key"]
    assert key.startswith(f"images/{twin.now.date()}/")
    assert key.endswith(f".{extension}")
    assert files.read(key) == b"\x89image\xff"
    assert files.metadata(key) == {"user-id": "ada"}
    assert sorted(calls(twin), key=lambda call: call[0]) == [
        ("notify.send_notification", {"user_id": "ada", "message": calls(twin)[0][1]["message"]}),
        ("thumbnail.generate_thumbnail", {"image_key": key}),
    ]


def test_the_tasks_of_an_upload_are_pending_at_once(client: Any) -> None:
    accepted = client.upload("/images", b"image", "image/png")

    assert [task["task"] for task in accepted.json["tasks"]] == [
        "thumbnail.generate_thumbnail",
        "notify.send_notification",
    ]
    assert [client.task(task_id).json["state"] for task_id in accepted.ids] == ["PENDING", "PENDING"]


def test_a_pdf_is_stored_and_answered_with_one_task(client: Any, twin: Twin, files: Bucket) -> None:
    accepted = client.upload("/pdfs", b"%PDF-1.7", "application/pdf; charset=binary", user_id="google|1")

    key = accepted.json["key"]
    assert files.read(key) == b"%PDF-1.7"
    assert calls(twin) == [("process_pdf.process_pdf", {"file_id": key, "user_id": "google|1"})]
    assert accepted.headers["location"] == f"tasks/{accepted.ids[0]}"


def test_a_large_file_gets_a_form_that_s3_holds_it_to(client: Any, twin: Twin) -> None:
    accepted = client.post("/images", OFFER)

    fields = accepted.json["upload"]["fields"]
    assert accepted.status == 202
    assert fields["key"] == accepted.json["key"]
    assert fields["key"].startswith(f"incoming/images/{twin.now.date()}/")
    assert (fields["Content-Type"], fields["x-amz-meta-user-id"]) == ("image/jpeg", "ada")
    assert fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_the_tasks_of_a_file_that_is_yet_to_come_are_pending_and_not_sent(client: Any, twin: Twin) -> None:
    accepted = client.post("/pdfs", OFFER | {"filename": "report.PDF"})

    assert [client.task(task_id).json["state"] for task_id in accepted.ids] == ["PENDING"]
    assert calls(twin) == []


@pytest.mark.parametrize(
    ("change", "content_type"),
    [
        ({"filename": "a.JPEG"}, "image/jpeg"),
        ({"filename": "a.webp"}, "image/webp"),
        ({"filename": "a", "content_type": "image/GIF"}, "image/gif"),
        ({"filename": "a.png", "content_type": "image/jpeg"}, "image/jpeg"),
    ],
)
def test_the_content_type_is_what_was_named_or_the_extensions(
    client: Any, change: dict[str, Any], content_type: str
) -> None:
    assert client.post("/images", OFFER | change).json["upload"]["fields"]["Content-Type"] == content_type


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"filename": "cat.txt"}, "/filename"),
        ({"filename": "cat"}, "/filename"),
        ({"filename": ""}, "/filename"),
        ({"filename": "x" * 256}, "/filename"),
        ({"content_type": "text/html"}, "/content_type"),
        ({"size": 0}, "/size"),
        ({"size": "1"}, "/size"),
        ({"user_id": ""}, "/user_id"),
        ({"user_id": None}, "/user_id"),
        ({"more": 1}, ""),
    ],
)
def test_an_announcement_that_is_wrong_is_refused(client: Any, change: dict[str, Any], pointer: str) -> None:
    refused = client.post("/images", OFFER | change)

    assert (refused.status, refused.faults) == (422, [(None, pointer)])


@pytest.mark.parametrize("document", [[], None, "cat.jpg", [OFFER]])
def test_an_announcement_is_an_object(client: Any, document: Any) -> None:
    assert client.post("/images", document).status == 422


def test_an_announced_file_may_be_too_large(client: Any) -> None:
    refused = client.post("/pdfs", OFFER | {"filename": "a.pdf", "size": 10**12})

    assert refused.status == 413
    assert "67,108,864" in refused.json["detail"]


@pytest.mark.parametrize("path", ["/images", "/pdfs"])
@pytest.mark.parametrize("content_type", ["text/plain", "", "image/svg+xml", "multipart/form-data; boundary=x"])
def test_another_content_type_is_refused(client: Any, path: str, content_type: str) -> None:
    refused = client.upload(path, b"hello", content_type)

    assert refused.status == 415
    assert "application/json" in refused.headers["accept"]


def test_an_image_is_no_pdf(client: Any) -> None:
    assert client.upload("/pdfs", b"image", "image/png").status == 415


def test_an_empty_file_is_refused(client: Any) -> None:
    assert client.upload("/images", b"", "image/png").status == 422


def test_a_file_too_large_for_a_request_is_told_the_other_way(client: Any, twin: Twin) -> None:
    refused = client.upload("/images", bytes(BODY_BYTES + 1), "image/png")

    assert refused.status == 413
    assert '"filename"' in refused.json["detail"]
    assert client.upload("/images", bytes(BODY_BYTES), "image/png").status == 202
    assert len(calls(twin)) == 2


def test_base64_that_is_none_is_refused(client: Any) -> None:
    headers, query = {"content-type": "image/png"}, {"user_id": "ada"}
    refused = client.call("POST", "/images", "a!", headers=headers, query=query, is_base64=True)

    assert refused.status == 400


@pytest.mark.parametrize("user_id", [None, "", "a b", "a/b", "x" * 129, "ада", "a\n", "../a", "\ud800"])
def test_an_upload_names_its_user(client: Any, twin: Twin, user_id: str | None) -> None:
    refused = client.upload("/images", b"image", "image/png", user_id=user_id)

    assert refused.status == 422
    assert refused.json["errors"][0]["parameter"] == "user_id"
    assert calls(twin) == []


def test_a_repeated_upload_is_the_same_object_and_the_same_tasks_even_after_midnight(client: Any, twin: Twin) -> None:
    twin.now = twin.now.replace(hour=23, minute=59)
    first = client.upload("/images", b"image", "image/png", key="k")
    twin.now += timedelta(minutes=2)
    repeat = client.upload("/images", b"image", "image/png", key="k")

    assert (repeat.json["key"], repeat.ids) == (first.json["key"], first.ids)
    assert len(calls(twin)) == 2


def test_a_repeated_announcement_is_the_same_object_and_the_same_tasks(client: Any) -> None:
    first, repeat = client.post("/images", OFFER, key="k"), client.post("/images", OFFER, key="k")

    assert (repeat.json["key"], repeat.ids) == (first.json["key"], first.ids)


@pytest.mark.parametrize(
    "other",
    [(b"other", "image/png", "ada"), (b"image", "image/gif", "ada"), (b"image", "image/png", "grace")],
)
def test_a_key_belongs_to_one_file_of_one_user(client: Any, other: tuple[bytes, str, str]) -> None:
    body, content_type, user_id = other
    client.upload("/images", b"image", "image/png", key="k")

    assert client.upload("/images", body, content_type, key="k", user_id=user_id).status == 422


def test_if_the_second_task_cannot_be_sent_a_repeat_does_not_double_the_first(client: Any, twin: Twin) -> None:
    def fault(step: str) -> None:
        if step == "send to notify":
            raise OperationalError("SQS does not answer")

    twin.fault = fault
    failed = client.upload("/images", b"image", "image/png", key="k")
    twin.fault = None
    repeat = client.upload("/images", b"image", "image/png", key="k")

    assert (failed.status, repeat.status) == (503, 202)
    assert failed.ids == repeat.ids[:1]
    assert [fault["id"] for fault in failed.json["errors"]] == repeat.ids[1:]
    assert sorted(name for name, _ in calls(twin)) == ["notify.send_notification", "thumbnail.generate_thumbnail"]


def test_a_bucket_that_does_not_answer_sends_nothing(client: Any, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILES_BUCKET", "gone")
    failed = client.upload("/images", b"image", "image/png")

    assert failed.status == 503
    assert calls(twin) == []
