"""How a camera was held: the EXIF orientation, and what sets the image upright."""

from __future__ import annotations

from PIL import Image

from thumbnail.errors import DECODER_ERRORS

__all__ = ["UPRIGHT", "is_sideways", "orientation_of", "upright"]

UPRIGHT = 1
_TAG = 0x0112
_SIDEWAYS = range(5, 9)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation_of(file: Image.Image) -> int:
    """1 to 8; 1 where the file does not say, or says it in a broken way, which is no reason to refuse the picture."""
    try:
        value = file.getexif().get(_TAG, UPRIGHT)
    except DECODER_ERRORS:
        return UPRIGHT
    return value if value in _TURNS else UPRIGHT


def is_sideways(orientation: int) -> bool:
    """Whether width and height change places when the image is set upright."""
    return orientation in _SIDEWAYS


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image as the photographer saw it."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image
