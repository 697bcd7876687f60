"""Other people's image files, decoded within bounds.

The header is judged before anything is decoded: a file of a few kilobytes that claims 50,000 x 50,000 pixels costs
nothing. Of an animation the first frame is taken.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError, WebPImagePlugin

from thumbnail.colours import eight_bit, in_srgb, without_idle_alpha
from thumbnail.errors import DECODER_ERRORS, DamagedPicture, EmptyPicture, PictureError, TooManyPixels, UnknownFormat
from thumbnail.orientation import is_sideways, orientation_of, upright
from thumbnail.scans import scan_count
from thumbnail.sizes import fitted

__all__ = ["MAX_PIXELS", "Source", "decoded"]

MAX_PIXELS = {"JPEG": 120_000_000, "PNG": 50_000_000, "WEBP": 50_000_000, "GIF": 50_000_000}
"""What fits into the worker's 1,769 MB: measured, a pixel took up to 10 bytes of a progressive JPEG, 21 of a WebP."""
MAX_SCANS = 100

_SIGNATURES = {
    JpegImagePlugin.JpegImageFile.format: re.compile(rb"\xff\xd8\xff"),
    PngImagePlugin.PngImageFile.format: re.compile(rb"\x89PNG\r\n\x1a\n"),
    WebPImagePlugin.WebPImageFile.format: re.compile(rb"RIFF....WEBP", re.DOTALL),
    GifImagePlugin.GifImageFile.format: re.compile(rb"GIF8[79]a"),
}
"""The formats that are read. Their plugins are imported by name, or Pillow would import all that it has."""
_DRAFT_GAP = 1.5
"""A JPEG is decoded at the smallest scale that leaves this many times the size asked for: the last step resamples."""

Image.MAX_IMAGE_PIXELS = None  # `_check_cost` takes its place: by format, and with the limit in its message


@dataclass(frozen=True, slots=True)
class Source:
    """An image file's format and upright size, and the image itself: upright, in sRGB, scaled to the size asked for."""

    format: str
    width: int
    height: int
    image: Image.Image


def decoded(data: bytes, longest_side: int) -> Source:
    """The image in a file, scaled down to a longest side; raises a PictureError that says what is wrong with it."""
    name = _format(data)
    with _damage_named(name), Image.open(io.BytesIO(data), formats=[name]) as file:
        _check_cost(file, name, data)
        width, height = file.size
        image = in_srgb(_reduced(file, fitted(width, height, longest_side)), file.info.get("icc_profile"))
        orientation = orientation_of(file)
    if is_sideways(orientation):
        width, height = height, width
    return Source(name, width, height, upright(without_idle_alpha(image), orientation))


def _format(data: bytes) -> str:
    if not data:
        raise EmptyPicture("the file is empty (0 bytes)")
    for name, signature in _SIGNATURES.items():
        if signature.match(data):
            return str(name)
    raise UnknownFormat("the file is not a JPEG, PNG, WebP or GIF image, whatever its name says")


@contextmanager
def _damage_named(name: str) -> Iterator[None]:
    try:
        yield
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise DamagedPicture(f"the file begins as a {name} image, but its header cannot be read") from error
    except DECODER_ERRORS as error:
        reason = str(error) or type(error).__name__
        raise DamagedPicture(f"the {name} image is damaged or cut short: {reason}") from error


def _check_cost(file: Image.Image, name: str, data: bytes) -> None:
    if file.width * file.height > MAX_PIXELS[name]:
        size = f"{file.width:,} x {file.height:,} pixels"
        raise TooManyPixels(f"the {name} image has {size}; at most {MAX_PIXELS[name]:,} are read")
    if name == "JPEG" and (scans := scan_count(data)) > MAX_SCANS:
        raise DamagedPicture(f"the JPEG image is drawn in {scans:,} passes; at most {MAX_SCANS} are made")


def _reduced(file: Image.Image, size: tuple[int, int]) -> Image.Image:
    drafted = file.draft(None, (int(size[0] * _DRAFT_GAP), int(size[1] * _DRAFT_GAP)))
    box = drafted[1] if drafted else None
    return eight_bit(file).resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)
