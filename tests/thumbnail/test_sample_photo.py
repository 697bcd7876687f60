"""The sample photo: several megapixels, held sideways, and what its script makes."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from samples.photo import SIZE, photo
from thumbnail.picture import make_thumbnails

SAMPLE = Path(__file__).parents[2] / "samples" / "photo.jpg"


def test_the_photo_is_small_in_bytes_and_lies_on_its_side() -> None:
    assert SAMPLE.stat().st_size < 600_000
    with Image.open(SAMPLE) as image:
        assert image.getexif()[0x0112] == 6
        assert image.size == (SIZE[1], SIZE[0])


def test_its_thumbnails_stand_upright_with_the_sky_on_top() -> None:
    picture = make_thumbnails(SAMPLE.read_bytes(), (128, 1024))
    small, large = picture.thumbnails
    assert (picture.width, picture.height) == SIZE
    assert (small.width, small.height, large.width, large.height) == (96, 128, 768, 1024)

    image = Image.open(io.BytesIO(small.body))
    sky, sunset = (ImageStat.Stat(image.crop(box)).mean for box in ((0, 0, 96, 8), (20, 40, 50, 52)))
    assert sky[2] > sky[0], "the night sky is blue"
    assert sunset[0] > sunset[2], "and the sun is red"


def test_the_script_makes_the_photo_that_is_kept() -> None:
    made, kept = Image.open(io.BytesIO(photo())), Image.open(SAMPLE)
    assert max(ImageStat.Stat(ImageChops.difference(made, kept)).mean) < 1
