"""The task from end to end: the real worker, the files in moto's S3."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from celeriac.exceptions import ObjectNotFound, ObjectTooLarge
from celeriac.message import Message
from celeriac.storage import Bucket
from celeriac.testing import Twin
from notify.tasks import app as notify
from process_pdf import tasks
from process_pdf.errors import EmptyPdf, EncryptedPdf, InvalidKey, OversizedPdf, TruncatedPdf
from process_pdf.tasks import app, process_pdf

if TYPE_CHECKING:
    from tests.process_pdf.conftest import Pdfs

FUNCTIONS = Path(__file__).parents[2] / "functions"
KEY = "pdfs/2026-11-22/report.pdf"


@pytest.fixture
def twin(bucket: Bucket) -> Iterator[Twin]:
    with Twin(app, notify) as twin:
        yield twin


def outcome_of(twin: Twin, *args: Any) -> Any:
    """What a worker makes of this call."""
    result = process_pdf.delay(*args)
    twin.invoke("process_pdf")
    return result.get(timeout=1)


def mails_of(twin: Twin) -> list[tuple[str, list[Any]]]:
    """The tasks that wait for the worker that writes to people."""
    messages = [Message.loads(item.body) for item in twin.broker.messages["notify"]]
    return [(message.task, message.args) for message in messages]


def test_the_text_is_stored_and_the_user_is_told(twin: Twin, pdfs: Pdfs, bucket: Bucket) -> None:
    bucket.write(KEY, pdfs.proper(["one two", "three"], title="Größe", author="Ada"))

    outcome = outcome_of(twin, KEY, "ada")

    url = outcome.pop("text_url")
    key = f"texts/{KEY}.json"
    assert outcome == {
        "file_id": KEY,
        "pages": 2,
        "words": 3,
        "characters": 12,
        "title": "Größe",
        "author": "Ada",
        "text_key": key,
    }
    assert f"/{key}?" in url
    assert json.loads(bucket.read(key)) == {
        "title": "Größe",
        "author": "Ada",
        "words": 3,
        "pages": ["one two", "three"],
    }
    assert mails_of(twin) == [("notify.send_email", ["ada", "PDF processed"])]


def test_progress_is_told_by_the_way(twin: Twin, pdfs: Pdfs, bucket: Bucket) -> None:
    bucket.write(KEY, pdfs.proper(["one", "two", "three"]))
    outcome_of(twin, KEY, "ada")
    assert len([step for step in twin.steps if step.startswith("progress")]) == 1


def test_a_worker_that_dies_after_its_work_tells_the_user_once(twin: Twin, pdfs: Pdfs, bucket: Bucket) -> None:
    bucket.write(KEY, pdfs.proper())
    sent = process_pdf.apply_async((KEY, "ada"), task_id="t1")
    twin.invoke("process_pdf")
    sent.forget()
    process_pdf.apply_async((KEY, "ada"), task_id="t1")
    twin.invoke("process_pdf")
    ids = {Message.loads(item.body).id for item in twin.broker.messages["notify"]}
    assert len(ids) == 1, "both mails are the same task, so one of them is sent"


@pytest.mark.parametrize(
    ("make", "kind", "reason"),
    [
        (lambda _: b"", EmptyPdf, "empty"),
        (lambda pdfs: pdfs.encrypted("secret"), EncryptedPdf, "encrypted"),
        (lambda pdfs: pdfs.proper()[:-300], TruncatedPdf, "cut short"),
        (lambda pdfs: pdfs.million_pages(), OversizedPdf, "1,000,000 pages"),
    ],
)
def test_a_bad_file_fails_with_its_reason_and_nobody_is_told(
    twin: Twin, pdfs: Pdfs, bucket: Bucket, make: Any, kind: type[Exception], reason: str
) -> None:
    bucket.write(KEY, make(pdfs))
    with pytest.raises(kind, match=reason):
        outcome_of(twin, KEY, "ada")
    assert list(bucket.keys("texts/")) == []
    assert mails_of(twin) == []


def test_a_bad_file_does_not_harm_the_other_files_of_its_batch(twin: Twin, pdfs: Pdfs, bucket: Bucket) -> None:
    bodies = {"pdfs/a": pdfs.proper(), "pdfs/b": pdfs.encrypted("x"), "pdfs/c": b"", "pdfs/d": pdfs.proper()}
    for key, body in bodies.items():
        bucket.write(key, body)
    results = [process_pdf.delay(key, "ada") for key in bodies]
    twin.invoke("process_pdf")
    assert [result.state for result in results] == ["SUCCESS", "FAILURE", "FAILURE", "SUCCESS"]


def test_a_key_that_is_no_pdf_is_refused(twin: Twin) -> None:
    with pytest.raises(InvalidKey):
        outcome_of(twin, "images/a.jpg", "ada")


def test_a_pdf_that_is_gone_is_named(twin: Twin) -> None:
    with pytest.raises(ObjectNotFound, match="pdfs/gone"):
        outcome_of(twin, "pdfs/gone", "ada")


def test_a_pdf_of_too_many_bytes_is_not_even_downloaded(
    twin: Twin, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PDF_BYTES", 10)
    bucket.write(KEY, bytes(11))
    with pytest.raises(ObjectTooLarge, match="11 bytes; at most 10"):
        outcome_of(twin, KEY, "ada")


def test_a_producer_does_not_load_pdfium() -> None:
    program = (
        "import sys, process_pdf.tasks; print([name for name in sys.modules if name in ('pypdfium2', 'botocore')])"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=FUNCTIONS, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_worker_has_the_wheel_that_is_tested_here() -> None:
    pinned = (FUNCTIONS / "process_pdf" / "requirements.txt").read_text("utf-8").split()
    assert pinned == [f"pypdfium2=={version('pypdfium2')}"]
