"""S3: what is too large for a queue or a table, and the files that tasks work on."""

from __future__ import annotations

import base64
import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from celeriac import aws
from celeriac.exceptions import ObjectNotFound, ObjectTooLarge, OperationalError, StorageError
from celeriac.storage import Bucket, Objects
from celeriac.testing import MemoryBucket

pytestmark = pytest.mark.usefixtures("moto")


@pytest.fixture(scope="module")
def bucket(moto: str) -> Bucket:
    aws.client("s3").create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": moto})
    return Bucket("files")


@pytest.fixture
def stubbed() -> Iterator[Stubber]:
    """S3 answers what it is told to, and only that."""
    with Stubber(aws.client("s3")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class Unread:
    """A body that nobody may download."""

    def __init__(self) -> None:
        self.closed = False

    def read(self, *_: object) -> bytes:
        raise AssertionError("downloaded")

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("key", ["a", "images/cat 1.jpg", "übung/中.txt", "a//b", "a/../b", "100%+?&=#"])
def test_what_is_written_is_read(bucket: Bucket, key: str) -> None:
    bucket.write(key, bytes(range(256)), "image/jpeg")
    assert bucket.read(key) == bytes(range(256))
    head = aws.client("s3").head_object(Bucket="files", Key=key)
    assert (head["ContentType"], head["ContentLength"]) == ("image/jpeg", 256)


def test_what_is_written_again_is_replaced(bucket: Bucket) -> None:
    bucket.write("twice", b"one")
    bucket.write("twice", b"")
    assert bucket.read("twice") == b""


def test_an_object_of_the_limit_is_read_and_a_longer_one_is_not(bucket: Bucket) -> None:
    bucket.write("long", b"12345")
    assert bucket.read("long", limit_bytes=5) == b"12345"
    with pytest.raises(ObjectTooLarge, match="'long' has 5 bytes; at most 4 are allowed"):
        bucket.read("long", limit_bytes=4)


def test_an_object_that_is_too_large_is_not_downloaded(stubbed: Stubber) -> None:
    raw = Unread()
    body = StreamingBody(raw, 5_000_000_000)  # type: ignore[arg-type]  # a stream, not urllib3's
    stubbed.add_response("get_object", {"ContentLength": 5_000_000_000, "Body": body}, {"Bucket": "files", "Key": "k"})
    with pytest.raises(ObjectTooLarge, match="'k' has 5,000,000,000 bytes; at most 20,000,000 are allowed"):
        Bucket("files").read("k", limit_bytes=20_000_000)
    assert raw.closed


@pytest.mark.parametrize("look", [lambda bucket: bucket.read("gone"), lambda bucket: bucket.metadata("gone")])
def test_what_is_not_there_is_not_found(bucket: Bucket, look: Any) -> None:
    with pytest.raises(ObjectNotFound, match="'gone'") as caught:
        look(bucket)
    assert isinstance(caught.value, StorageError)


@pytest.mark.parametrize(
    ("operation", "act"),
    [
        ("get_object", lambda bucket: bucket.read("k")),
        ("put_object", lambda bucket: bucket.write("k", b"")),
        ("head_object", lambda bucket: bucket.metadata("k")),
        ("list_objects_v2", lambda bucket: list(bucket.keys("k"))),
    ],
)
def test_a_refusal_of_s3_is_an_error_of_ours(stubbed: Stubber, operation: str, act: Any) -> None:
    stubbed.add_client_error(operation, "AccessDenied", "not you", 403)
    with pytest.raises(OperationalError, match=r"'k': .*AccessDenied"):
        act(Bucket("files"))


def test_a_bucket_that_does_not_exist_is_an_error_of_ours() -> None:
    with pytest.raises(OperationalError, match="NoSuchBucket"):
        Bucket("nowhere").read("k")


def test_metadata_comes_without_its_prefix(bucket: Bucket) -> None:
    aws.client("s3").put_object(Bucket="files", Key="m", Body=b"", Metadata={"user-id": "ada", "task-id": "t-1"})
    assert bucket.metadata("m") == {"user-id": "ada", "task-id": "t-1"}
    bucket.write("plain", b"")
    assert bucket.metadata("plain") == {}


def test_keys_are_listed_in_order_with_their_sizes(bucket: Bucket) -> None:
    for number in (2, 10, 1):
        bucket.write(f"list/{number}", b"x" * number)
    bucket.write("lists/3", b"")
    listed = list(bucket.keys("list/"))
    assert [(item.key, item.size_bytes) for item in listed] == [("list/1", 1), ("list/10", 10), ("list/2", 2)]
    assert listed[0].modified_at.tzinfo is not None
    assert list(bucket.keys("nothing/")) == []


def test_keys_are_listed_page_by_page_and_a_page_only_when_it_is_wanted(stubbed: Stubber) -> None:
    def page(number: int, **more: Any) -> dict[str, Any]:
        return {"Contents": [{"Key": f"k{number}", "Size": number, "LastModified": "2026-11-22"}], **more}

    first = {"Bucket": "files", "Prefix": "k"}
    stubbed.add_response("list_objects_v2", page(1, IsTruncated=True, NextContinuationToken="t1"), first)
    listing = Bucket("files").keys("k")
    assert next(listing).key == "k1"
    stubbed.assert_no_pending_responses()
    stubbed.add_response("list_objects_v2", page(2), {**first, "ContinuationToken": "t1"})
    assert [item.key for item in listing] == ["k2"]


def test_a_link_is_signed_with_version_4_and_ends(bucket: Bucket) -> None:
    bucket.write("images/cat 1.jpg", b"meow")
    link = bucket.url("images/cat 1.jpg", expires_s=60)
    address, query = urllib.parse.urlsplit(link), urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)
    assert address.path.endswith("/images/cat%201.jpg")
    assert query["X-Amz-Expires"] == ["60"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert "/eu-central-1/s3/" in query["X-Amz-Credential"][0]


def test_a_form_lets_anyone_upload_this_object_and_no_other(bucket: Bucket) -> None:
    form = bucket.presigned_post(
        "uploads/1.jpg",
        content_type="image/jpeg",
        limit_bytes=20_000_000,
        metadata={"user-id": "ada", "task-id": "t-1"},
        expires_s=600,
    )
    assert {*form} == {"url", "fields"}
    fields = form["fields"]
    assert (fields["key"], fields["Content-Type"]) == ("uploads/1.jpg", "image/jpeg")
    assert (fields["x-amz-meta-user-id"], fields["x-amz-meta-task-id"]) == ("ada", "t-1")
    assert fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    policy = json.loads(base64.b64decode(fields["policy"]))
    for condition in (
        {"bucket": "files"},
        {"key": "uploads/1.jpg"},
        {"Content-Type": "image/jpeg"},
        {"x-amz-meta-user-id": "ada"},
        {"x-amz-meta-task-id": "t-1"},
        ["content-length-range", 1, 20_000_000],
    ):
        assert condition in policy["conditions"]


def test_the_bucket_in_memory_keeps_the_same_promises(bucket: Bucket) -> None:
    both: list[Objects] = [MemoryBucket(), bucket]
    for objects in both:
        objects.write("promise", b"12345", "text/plain")
        assert objects.read("promise", limit_bytes=5) == b"12345"
        with pytest.raises(ObjectTooLarge, match="'promise' has 5 bytes; at most 4 are allowed"):
            objects.read("promise", limit_bytes=4)
        with pytest.raises(ObjectNotFound):
            objects.read("no promise")
