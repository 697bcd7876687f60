"""Why no thumbnails could be made of a picture.

ThumbnailError                the root, a ValueError: the same input fails the same way, a retry is no use
├── InvalidKey                the key is not that of an uploaded image
├── InvalidSizes              the sizes asked for cannot be made
└── PictureError              the file itself
    ├── EmptyPicture          0 bytes
    ├── UnknownFormat         not a JPEG, PNG, WebP or GIF image
    ├── TooManyPixels         more than the worker's memory can hold
    └── DamagedPicture        begins as an image, but cannot be decoded to its end
"""

from __future__ import annotations

import struct
import zlib

__all__ = [
    "DECODER_ERRORS",
    "DamagedPicture",
    "EmptyPicture",
    "InvalidKey",
    "InvalidSizes",
    "PictureError",
    "ThumbnailError",
    "TooManyPixels",
    "UnknownFormat",
]

DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, OverflowError, AssertionError,
    struct.error, zlib.error,
)  # fmt: skip
"""What Pillow raises over broken files."""


class ThumbnailError(ValueError):
    """The root of the reasons why no thumbnails were made."""


class InvalidKey(ThumbnailError):
    """Raised when a key is not that of an uploaded image."""


class InvalidSizes(ThumbnailError):
    """Raised when the sizes asked for cannot be made."""


class PictureError(ThumbnailError):
    """The base of what can be wrong with the file."""


class EmptyPicture(PictureError):
    """Raised when a file has no bytes."""


class UnknownFormat(PictureError):
    """Raised when a file is not an image of a format that is read here, whatever it is named."""


class TooManyPixels(PictureError):
    """Raised when an image, decoded, would not fit into the worker's memory; found out from its header."""


class DamagedPicture(PictureError):
    """Raised when a file begins as an image but is cut short or broken."""
