from datetime import UTC, datetime
from typing import Any

from local import report
from local.mailbox import Mail

PHOTO = {
    "format": "JPEG",
    "width": 3024,
    "height": 4032,
    "thumbnails": [
        {"width": 96, "height": 128, "bytes": 4_210, "url": "http://127.0.0.1:4566/files/small.jpg"},
        {"width": 768, "height": 1024, "bytes": 91_002, "url": "http://127.0.0.1:4566/files/large.jpg"},
    ],
}
PDF = {
    "title": "Roots",
    "author": None,
    "pages": 12,
    "words": 3401,
    "text_url": "http://127.0.0.1:4566/files/text.json",
}


def test_thumbnails_are_told_with_their_sizes_and_urls() -> None:
    assert report.thumbnails(PHOTO) == [
        "JPEG, 3024 × 4032 pixels, became",
        "     96 × 128     4 KB",
        "    http://127.0.0.1:4566/files/small.jpg",
        "   768 × 1024    91 KB",
        "    http://127.0.0.1:4566/files/large.jpg",
    ]


def test_a_document_is_told_with_what_it_says_of_itself() -> None:
    assert report.document(PDF) == [
        "title   Roots",
        "author  (none)",
        "pages   12",
        "words   3,401",
        "text",
        "  http://127.0.0.1:4566/files/text.json",
    ]


def test_a_mail_is_told_with_its_words() -> None:
    mail = Mail(("ada@example.com",), "PDF processed", "Dear Ada,\nit is done.\n")

    assert report.mail(mail) == ["to ada@example.com: PDF processed", "  Dear Ada,", "  it is done."]


def test_a_failure_is_told_with_its_reason() -> None:
    task = {
        "id": "1",
        "task": "thumbnail.make",
        "state": "FAILURE",
        "error": {"type": "PictureError", "message": "not one"},
    }

    assert report.failure(task) == ["thumbnail.make FAILURE: PictureError: not one"]


def test_a_task_that_never_ended_is_told_by_its_id() -> None:
    assert report.failure({"id": "7f", "state": "PENDING"}) == ["7f PENDING: no outcome in time"]


def test_journeys_name_the_queue_the_worker_and_the_time_since_the_upload() -> None:
    tasks: list[dict[str, Any]] = [
        {"id": "1", "task": "thumbnail.make", "state": "SUCCESS", "done_at": "2026-11-22T12:00:01.250000Z"},
        {"id": "2", "task": "notify.send", "state": "FAILURE", "done_at": None},
    ]
    starts = {"1": datetime(2026, 11, 22, 12, tzinfo=UTC)}

    assert report.journeys("celeriac-local", tasks, starts) == [
        "task            queue → worker                                       state    after",
        "thumbnail.make  celeriac-local-thumbnail → celeriac-local-thumbnail  SUCCESS  1.25 s",
        "notify.send     celeriac-local-notify → celeriac-local-notify        FAILURE  ",
    ]
