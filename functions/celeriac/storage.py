"""S3: what is too large for a queue or a table, and the files that tasks work on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from celeriac import aws
from celeriac.exceptions import ObjectNotFound, ObjectTooLarge

__all__ = ["Bucket", "Objects", "StoredObject", "content_hash"]

_MISSING = dict.fromkeys(("NoSuchKey", "404", "NotFound"), ObjectNotFound)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An entry of a listing."""

    key: str
    size_bytes: int
    modified_at: datetime


def content_hash(text: str) -> str:
    """A short name for a content, to keep what differs apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Objects(Protocol):
    """What the library itself needs of a bucket; `celeriac.testing` has one in memory."""

    def read(self, key: str, limit_bytes: int | None = None) -> bytes: ...

    def write(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None: ...


class Bucket:
    """An S3 bucket.

    >>> Bucket("files").read("images/cat.jpg", limit_bytes=20_000_000)  # doctest: +SKIP
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, key: str, limit_bytes: int | None = None) -> bytes:
        """The object's bytes; raises ObjectNotFound, or ObjectTooLarge before anything is downloaded."""
        with aws.translated(f"reading {key!r}", _MISSING):
            response = self._s3.get_object(Bucket=self.name, Key=key)
            size_bytes = int(response["ContentLength"])
            if limit_bytes is not None and size_bytes > limit_bytes:
                response["Body"].close()
                raise ObjectTooLarge(f"{key!r} has {size_bytes:,} bytes; at most {limit_bytes:,} are allowed")
            with response["Body"] as body:
                return bytes(body.read())

    def write(
        self,
        key: str,
        body: bytes,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Store bytes under a key, over what may be there; `metadata` is the object's own (`x-amz-meta-…`), ASCII."""
        with aws.translated(f"writing {key!r}"):
            self._s3.put_object(
                Bucket=self.name, Key=key, Body=body, ContentType=content_type, Metadata=dict(metadata or {})
            )

    def metadata(self, key: str) -> dict[str, str]:
        """The object's own metadata (`x-amz-meta-…`, without the prefix); raises ObjectNotFound."""
        with aws.translated(f"looking at {key!r}", _MISSING):
            return dict(self._s3.head_object(Bucket=self.name, Key=key)["Metadata"])

    def keys(self, prefix: str) -> Iterator[StoredObject]:
        """The objects under a prefix, in the order of their keys."""
        with aws.translated(f"listing {prefix!r}"):
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
                for item in page.get("Contents", ()):
                    yield StoredObject(item["Key"], item["Size"], item["LastModified"])

    def url(self, key: str, expires_s: int = 3600) -> str:
        """A presigned link that anyone may GET for a while; it ends earlier where the signer's credentials do."""
        params = {"Bucket": self.name, "Key": key}
        return str(self._s3.generate_presigned_url("get_object", Params=params, ExpiresIn=expires_s))

    def presigned_post(
        self, key: str, *, content_type: str, limit_bytes: int, metadata: Mapping[str, str], expires_s: int = 3600
    ) -> dict[str, Any]:
        """A form (`url`, `fields`) with which anyone may upload this one object; S3 enforces type and size."""
        fields = {"Content-Type": content_type, **{f"x-amz-meta-{name}": value for name, value in metadata.items()}}
        conditions = [{name: value} for name, value in fields.items()] + [["content-length-range", 1, limit_bytes]]
        form = self._s3.generate_presigned_post(
            self.name, key, Fields=fields, Conditions=conditions, ExpiresIn=expires_s
        )
        return {"url": form["url"], "fields": form["fields"]}

    @property
    def _s3(self) -> Any:
        return aws.client("s3")
