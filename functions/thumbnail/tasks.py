"""The tasks of the worker "thumbnail"."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from celeriac import Celeriac
from celeriac.exceptions import OperationalError
from celeriac.storage import Bucket
from thumbnail.keys import checked_image_key, thumbnail_key
from thumbnail.sizes import DEFAULT_SIZES, checked_sizes

__all__ = ["app", "generate_thumbnail"]

IMAGE_BYTES = 64 * 1024 * 1024
URL_EXPIRES_S = 3600

app = Celeriac("thumbnail", result_extended=True)


@app.task(autoretry_for=(OperationalError,), retry_backoff=2, max_retries=5, time_limit=40)
def generate_thumbnail(image_key: str, sizes: Sequence[int] = DEFAULT_SIZES) -> dict[str, Any]:
    """Store a thumbnail of each size beside an uploaded image and return where they are, with links good for an hour.

    A size is the longest side in pixels, 1 to 4,096, ten sizes at most; a thumbnail's key follows from the image's key
    and the size, so that doing it again overwrites. An image that cannot be read fails with its `PictureError`.
    """
    from thumbnail.picture import EXTENSIONS, Thumbnail, make_thumbnails  # Pillow, which a producer does not need

    files = Bucket(os.environ["FILES_BUCKET"])

    def stored(thumbnail: Thumbnail) -> dict[str, Any]:
        key = thumbnail_key(image_key, thumbnail.size, EXTENSIONS[thumbnail.format])
        files.write(key, thumbnail.body, f"image/{thumbnail.format.lower()}")
        return {
            "key": key,
            "size": thumbnail.size,
            "width": thumbnail.width,
            "height": thumbnail.height,
            "bytes": len(thumbnail.body),
            "url": files.url(key, URL_EXPIRES_S),
        }

    checked_sizes(sizes)
    picture = make_thumbnails(files.read(checked_image_key(image_key), IMAGE_BYTES), sizes)
    return {
        "image_key": image_key,
        "format": picture.format,
        "width": picture.width,
        "height": picture.height,
        "thumbnails": [stored(thumbnail) for thumbnail in picture.thumbnails],
    }
