"""The task from end to end: the real worker, the files in moto's S3."""

from __future__ import annotations

import io
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from celeriac import aws
from celeriac.exceptions import ObjectNotFound, ObjectTooLarge
from celeriac.storage import Bucket
from celeriac.testing import Twin
from thumbnail import tasks
from thumbnail.errors import EmptyPicture, InvalidKey, InvalidSizes, TooManyPixels, UnknownFormat
from thumbnail.tasks import app, generate_thumbnail

if TYPE_CHECKING:
    from tests.thumbnail.conftest import Files

FUNCTIONS = Path(__file__).parents[2] / "functions"
KEY = "images/2026-11-22/photo.jpg"


def outcome_of(*args: Any, **kwargs: Any) -> Any:
    """What a worker makes of this call."""
    with Twin(app) as twin:
        result = generate_thumbnail.delay(*args, **kwargs)
        twin.run()
        return result.get(timeout=1)


def test_thumbnails_are_stored_and_told_of(files: Files, bucket: Bucket) -> None:
    bucket.write(KEY, files.encoded(files.photo(), "JPEG"))

    outcome = outcome_of(KEY, sizes=[128, 512])

    told = outcome.pop("thumbnails")
    assert outcome == {"image_key": KEY, "format": "JPEG", "width": 640, "height": 480}
    assert [(one["key"], one["size"], one["width"], one["height"]) for one in told] == [
        (f"thumbnails/{KEY}/128.jpg", 128, 128, 96),
        (f"thumbnails/{KEY}/512.jpg", 512, 512, 384),
    ]
    for one in told:
        body = bucket.read(one["key"])
        assert len(body) == one["bytes"]
        assert Image.open(io.BytesIO(body)).size == (one["width"], one["height"])
        assert f"/thumbnails/{KEY}/{one['size']}.jpg?" in one["url"]
        assert "X-Amz-Expires=3600" in one["url"]


def test_three_sizes_are_made_when_none_are_named(files: Files, bucket: Bucket) -> None:
    bucket.write("incoming/images/x", files.encoded(files.photo(), "WEBP"))
    assert [one["key"].rpartition("/")[2] for one in outcome_of("incoming/images/x")["thumbnails"]] == [
        "128.webp",
        "512.webp",
        "1024.webp",
    ]


def test_doing_it_again_overwrites(files: Files, bucket: Bucket) -> None:
    bucket.write(KEY, files.encoded(files.photo(), "JPEG"))
    outcome_of(KEY, sizes=[64])
    outcome_of(KEY, sizes=[64])
    assert [stored.key for stored in bucket.keys("thumbnails/")] == [f"thumbnails/{KEY}/64.jpg"]


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"", EmptyPicture, "empty"),
        (b"I am a text", UnknownFormat, "not a JPEG"),
        ("bomb", TooManyPixels, "50,000 x 50,000"),
    ],
)
def test_a_bad_file_fails_with_its_reason_and_leaves_nothing(
    files: Files, bucket: Bucket, body: bytes | str, kind: type[Exception], reason: str
) -> None:
    bucket.write(KEY, body if isinstance(body, bytes) else files.png_header(50_000, 50_000))
    with pytest.raises(kind, match=reason):
        outcome_of(KEY)
    assert list(bucket.keys("thumbnails/")) == []


def test_a_bad_file_does_not_harm_the_other_files_of_its_batch(files: Files, bucket: Bucket) -> None:
    bodies = {
        "images/good1": files.encoded(files.photo(), "JPEG"),
        "images/empty": b"",
        "images/bomb": files.png_header(50_000, 50_000),
        "images/good2": files.encoded(files.photo(), "PNG"),
    }
    with Twin(app) as twin:
        for key, body in bodies.items():
            bucket.write(key, body)
        results = [generate_thumbnail.delay(key) for key in bodies]
        twin.invoke("thumbnail")
        assert [result.state for result in results] == ["SUCCESS", "FAILURE", "FAILURE", "SUCCESS"]


def test_what_was_not_asked_properly_fails_before_anything_is_read(bucket: Bucket) -> None:
    with pytest.raises(InvalidKey):
        outcome_of("pdfs/a.pdf")
    with pytest.raises(InvalidSizes):
        outcome_of("images/gone", sizes=[0])
    assert list(bucket.keys("")) == []


@pytest.mark.usefixtures("bucket")
def test_an_image_that_is_gone_is_named() -> None:
    with pytest.raises(ObjectNotFound, match="images/gone"):
        outcome_of("images/gone")


def test_an_image_of_too_many_bytes_is_not_even_downloaded(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "IMAGE_BYTES", 10)
    bucket.write(KEY, bytes(11))
    with pytest.raises(ObjectTooLarge, match="11 bytes; at most 10"):
        outcome_of(KEY)


def test_trouble_with_s3_is_waited_out(files: Files, bucket: Bucket) -> None:
    with Twin(app) as twin:
        result = generate_thumbnail.delay(KEY)
        aws.client("s3").delete_bucket(Bucket="files")
        twin.invoke("thumbnail")
        assert result.state == "RETRY"
        aws.client("s3").create_bucket(Bucket="files")
        bucket.write(KEY, files.encoded(files.corners(), "PNG"))
        twin.run()
        assert result.state == "SUCCESS"


def test_a_producer_does_not_load_pillow() -> None:
    program = "import sys, thumbnail.tasks; print([name for name in sys.modules if name in ('PIL', 'botocore')])"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=FUNCTIONS, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_worker_has_the_wheel_that_is_tested_here() -> None:
    pinned = (FUNCTIONS / "thumbnail" / "requirements.txt").read_text("utf-8").split()
    assert pinned == [f"pillow=={version('pillow')}"]
