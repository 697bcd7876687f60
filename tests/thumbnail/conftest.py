"""Image files for the tests, encoded on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from PIL import Image

from celeriac import aws
from celeriac.storage import Bucket


class Files:
    """Makes image files of every sort, good and bad."""

    def encoded(self, image: Image.Image, image_format: str, **options: Any) -> bytes:
        body = io.BytesIO()
        image.save(body, image_format, **options)
        return body.getvalue()

    def corners(self, width: int = 80, height: int = 40) -> Image.Image:
        """A picture whose corners tell where they are: red, green / blue, white, clockwise from the top left."""
        image = Image.new("RGB", (width, height), "red")
        image.paste("green", (width // 2, 0, width, height // 2))
        image.paste("white", (width // 2, height // 2, width, height))
        image.paste("blue", (0, height // 2, width // 2, height))
        return image

    def photo(self, width: int = 640, height: int = 480) -> Image.Image:
        """Gradients and noise: something that does not compress to nothing."""
        across = Image.linear_gradient("L").resize((width, height))
        along = across.rotate(180)
        return Image.merge("RGB", (across, along, Image.effect_noise((width, height), 40)))

    def png_header(self, width: int, height: int) -> bytes:
        """A PNG that claims any size, with the start of that many empty rows in it."""
        rows = zlib.compress(bytes(1_000_000))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            [
                _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
                _chunk(b"IDAT", rows),
                _chunk(b"IEND"),
            ]
        )


def _chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.fixture(scope="session")
def files() -> Files:
    return Files()


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """The worker's environment; AWS clients are made once a module, which is what takes long."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("FILES_BUCKET", "files")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        aws.forget_clients()
        yield
        aws.forget_clients()


@pytest.fixture
def bucket(environment: None) -> Iterator[Bucket]:
    """The bucket of uploads, in moto."""
    with mock_aws():
        aws.client("s3").create_bucket(Bucket="files")
        yield Bucket("files")
