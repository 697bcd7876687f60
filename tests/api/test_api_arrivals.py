"""Files that came by form: S3's notifications become tasks."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

import pytest

from api.arrivals import handler
from celeriac.exceptions import OperationalError
from celeriac.message import Message
from celeriac.storage import Bucket
from celeriac.testing import Twin

KEY = "incoming/images/2026-11-22/cat.jpg"


def notification(*keys: str) -> str:
    """S3's notification of objects that were created; it writes keys as a form would."""
    return json.dumps(
        {"Records": [{"eventName": "ObjectCreated:Post", "s3": {"object": {"key": quote_plus(key)}}} for key in keys]}
    )


def arrive(*bodies: str) -> list[str]:
    """Invoke the function with a batch; returns the numbers of what it wants delivered again."""
    records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    return [item["itemIdentifier"] for item in handler({"Records": records}, None)["batchItemFailures"]]  # type: ignore[arg-type]  # it does not look


def sent(twin: Twin) -> list[Message]:
    """All that was sent."""
    return [Message.loads(item.body) for queue in twin.broker.messages.values() for item in queue]


@pytest.mark.usefixtures("files")
def test_a_file_that_arrives_gets_the_tasks_that_were_promised(client: Any, twin: Twin, files: Bucket) -> None:
    offer = {"filename": "cat.jpg", "size": 5, "user_id": "ada"}
    promised = client.post("/images", offer).json
    files.write(promised["key"], b"image", "image/jpeg", {"user-id": "ada"})

    assert arrive(notification(promised["key"])) == []

    assert {message.id for message in sent(twin)} == {task["id"] for task in promised["tasks"]}
    assert {message.task: message.kwargs.get("image_key") for message in sent(twin)} == {
        "thumbnail.generate_thumbnail": promised["key"],
        "notify.send_notification": None,
    }


def test_a_pdf_that_arrives_is_processed_for_its_user(twin: Twin, files: Bucket) -> None:
    key = "incoming/pdfs/2026-11-22/a b+ä.pdf"
    files.write(key, b"%PDF", "application/pdf", {"user-id": "ada"})

    assert arrive(notification(key)) == []
    assert [message.kwargs for message in sent(twin)] == [{"file_id": key, "user_id": "ada"}]


def test_a_notification_that_comes_twice_sends_the_same_ids(twin: Twin, files: Bucket) -> None:
    files.write(KEY, b"image", "image/jpeg", {"user-id": "ada"})

    arrive(notification(KEY), notification(KEY))

    ids = [message.id for message in sent(twin)]
    assert (len(ids), len(set(ids))) == (4, 2)


def test_a_batch_is_sent_together(twin: Twin, files: Bucket) -> None:
    keys = [f"incoming/images/2026-11-22/{number}.jpg" for number in range(5)]
    for key in keys:
        files.write(key, b"image", "image/jpeg", {"user-id": "ada"})

    arrive(notification(*keys[:2]), *map(notification, keys[2:]))

    assert [step for step in twin.steps if step.startswith("send")] == ["send to thumbnail", "send to notify"]
    assert len(sent(twin)) == 10


def test_s3s_own_test_is_no_file(twin: Twin) -> None:
    assert arrive(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "files"})) == []
    assert sent(twin) == []


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "key", ["images/x.jpg", "incoming/films/x.mp4", "incoming/images", "incoming/images/../x.jpg", "incoming/images//x"]
)
def test_a_key_of_another_place_is_left_alone_with_a_line_in_the_log(
    twin: Twin, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    assert arrive(notification(key)) == []
    assert sent(twin) == []
    assert "file is left alone" in caplog.text


@pytest.mark.parametrize("metadata", [{}, {"user-id": "a b"}, {"user": "ada"}])
def test_a_file_without_a_user_is_left_alone_with_a_line_in_the_log(
    twin: Twin, files: Bucket, caplog: pytest.LogCaptureFixture, metadata: dict[str, str]
) -> None:
    files.write(KEY, b"image", "image/jpeg", metadata)

    assert arrive(notification(KEY)) == []
    assert sent(twin) == []
    assert "names no user" in caplog.text


@pytest.mark.usefixtures("files")
def test_a_file_that_is_gone_again_is_left_alone(twin: Twin, caplog: pytest.LogCaptureFixture) -> None:
    assert arrive(notification("incoming/images/2026-11-22/gone.jpg")) == []
    assert sent(twin) == []
    assert "gone again" in caplog.text


@pytest.mark.parametrize("poison", ["", "{", "5", "{}", '{"Records": [{}]}', '{"Records": [{"s3": {"object": 1}}]}'])
def test_what_is_no_notification_goes_to_the_dead_letters_and_harms_no_other(
    twin: Twin, files: Bucket, poison: str
) -> None:
    files.write(KEY, b"image", "image/jpeg", {"user-id": "ada"})

    assert arrive(poison, notification(KEY)) == ["0"]
    assert len(sent(twin)) == 2


def test_what_cannot_be_sent_is_delivered_again(twin: Twin, files: Bucket) -> None:
    def fault(step: str) -> None:
        if step == "send to notify":
            raise OperationalError("SQS does not answer")

    files.write(KEY, b"image", "image/jpeg", {"user-id": "ada"})
    files.write("incoming/pdfs/a.pdf", b"%PDF", "application/pdf", {"user-id": "ada"})
    twin.fault = fault

    assert arrive(notification(KEY), notification("incoming/pdfs/a.pdf")) == ["0"]


def test_trouble_with_the_bucket_is_delivered_again(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILES_BUCKET", "no name for a bucket")

    assert arrive(notification(KEY)) == ["0"]
    assert sent(twin) == []
