"""Thumbnails of a picture: bytes in, bytes out.

Each thumbnail keeps the picture's aspect and fits a square of its size. It is never larger than the picture itself:
the 1,024 px thumbnail of an icon of 32 px is the icon. Only pixels are passed on, upright and in sRGB: no EXIF, no
place where the photo was taken, no comments, no colour profile.

A WebP stays WebP. Of the other formats, what has transparent pixels becomes a PNG and what has none a JPEG.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from thumbnail.sizes import checked_sizes, fitted
from thumbnail.source import decoded

__all__ = ["EXTENSIONS", "Picture", "Thumbnail", "make_thumbnails"]

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_ENCODING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 82, "optimize": True, "progressive": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 80, "method": 4},
}


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """One encoded thumbnail; `size` is the longest side that was asked for."""

    size: int
    width: int
    height: int
    format: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """What was read: the file's format, its size when upright, and its thumbnails, the smallest first."""

    format: str
    width: int
    height: int
    thumbnails: tuple[Thumbnail, ...]


def make_thumbnails(data: bytes, sizes: Sequence[int]) -> Picture:
    """Decode once, make each thumbnail of the next larger one; raises a ThumbnailError that says what is wrong."""
    ordered = checked_sizes(sizes)
    source = decoded(data, ordered[0])
    image, made = source.image, []
    for size in ordered:
        image = _scaled(image, fitted(source.width, source.height, size))
        made.append(_encoded(image, size, _output_format(source.format, image)))
    return Picture(source.format, source.width, source.height, tuple(reversed(made)))


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _output_format(source_format: str, image: Image.Image) -> str:
    if source_format == "WEBP":
        return "WEBP"
    return "PNG" if image.mode == "RGBA" else "JPEG"


def _encoded(image: Image.Image, size: int, image_format: str) -> Thumbnail:
    image.info.clear()  # Pillow writes a comment or a profile that it finds here into the new file
    body = io.BytesIO()
    image.save(body, image_format, **_ENCODING[image_format])
    return Thumbnail(size, image.width, image.height, image_format, body.getvalue())
