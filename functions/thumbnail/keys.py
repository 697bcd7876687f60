"""Which objects are images, and where their thumbnails lie."""

from __future__ import annotations

from thumbnail.errors import InvalidKey

__all__ = ["checked_image_key", "thumbnail_key"]

IMAGE_PREFIXES = ("images/", "incoming/images/")
THUMBNAILS = "thumbnails/"
KEY_BYTES = 960
"""S3 allows 1,024 bytes a key; a thumbnail's key is its image's plus `thumbnails/`, the size and an extension."""


def checked_image_key(key: str) -> str:
    """The key itself, if it is that of an uploaded image; raises InvalidKey."""
    if not isinstance(key, str) or not key.startswith(IMAGE_PREFIXES):
        raise InvalidKey(f"image_key must start with {' or '.join(IMAGE_PREFIXES)}, not be {key!r:.100}")
    if len(key.encode(errors="surrogatepass")) > KEY_BYTES:
        raise InvalidKey(f"image_key must have at most {KEY_BYTES} bytes")
    if not key.isprintable() or {"", ".", ".."} & set(key.split("/")):
        raise InvalidKey(f"image_key must be a plain path with a file name, not {key!r:.100}")
    return key


def thumbnail_key(image_key: str, size: int, extension: str) -> str:
    """The one place of that image's thumbnail of that size, so that making it again overwrites it.

    >>> thumbnail_key("images/2026-11-22/cat.png", 512, "jpg")
    'thumbnails/images/2026-11-22/cat.png/512.jpg'
    """
    return f"{THUMBNAILS}{image_key}/{size}.{extension}"
