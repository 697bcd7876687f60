"""What thumbnails look like, for every kind of file that is read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageStat

from thumbnail.picture import Thumbnail, make_thumbnails

if TYPE_CHECKING:
    from tests.thumbnail.conftest import Files


def image_of(thumbnail: Thumbnail) -> Image.Image:
    image = Image.open(io.BytesIO(thumbnail.body))
    assert image.format == thumbnail.format
    assert image.size == (thumbnail.width, thumbnail.height)
    return image


def corners_of(image: Image.Image) -> list[tuple[int, ...]]:
    """The four corners, clockwise from the top left, each channel rounded to full or none."""
    right, bottom = image.width - 1, image.height - 1
    places = [(0, 0), (right, 0), (right, bottom), (0, bottom)]
    pixels = image.convert("RGB")
    return [tuple(255 if level > 64 else 0 for level in _levels(pixels, place)) for place in places]


def _levels(image: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    pixel = image.getpixel(place)
    assert isinstance(pixel, tuple)
    return tuple(int(level) for level in pixel)


RED, GREEN, WHITE, BLUE = (255, 0, 0), (0, 255, 0), (255, 255, 255), (0, 0, 255)


@pytest.mark.parametrize(
    ("image_format", "options", "becomes"),
    [
        ("JPEG", {"quality": 95}, "JPEG"),
        ("JPEG", {"progressive": True}, "JPEG"),
        ("PNG", {}, "JPEG"),
        ("WEBP", {}, "WEBP"),
        ("GIF", {}, "JPEG"),
    ],
)
def test_every_format_becomes_thumbnails_of_each_size(
    files: Files, image_format: str, options: dict[str, Any], becomes: str
) -> None:
    picture = make_thumbnails(files.encoded(files.photo(), image_format, **options), (128, 512))

    assert (picture.format, picture.width, picture.height) == (image_format, 640, 480)
    assert [(made.size, made.width, made.height, made.format) for made in picture.thumbnails] == [
        (128, 128, 96, becomes),
        (512, 512, 384, becomes),
    ]
    assert all(image_of(made) for made in picture.thumbnails)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_rotated_photo_stands_upright(files: Files, orientation: int) -> None:
    lying = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    seen = files.corners(80, 40)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = files.encoded(seen if lying is None else seen.transpose(lying), "JPEG", exif=exif, quality=95)

    picture = make_thumbnails(data, (40,))

    assert (picture.width, picture.height) == (80, 40)
    assert corners_of(image_of(picture.thumbnails[0])) == [RED, GREEN, WHITE, BLUE]


@pytest.mark.parametrize("value", [0, 9, 77])
def test_an_orientation_that_means_nothing_is_passed_over(files: Files, value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    picture = make_thumbnails(files.encoded(files.corners(), "JPEG", exif=exif.tobytes()), (40,))
    assert (picture.width, picture.height) == (80, 40)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_exif_data_is_no_reason_to_refuse_a_photo(files: Files) -> None:
    data = files.encoded(files.corners(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xffjunk")
    assert make_thumbnails(data, (40,)).width == 80


def test_a_picture_is_never_enlarged(files: Files) -> None:
    picture = make_thumbnails(files.encoded(files.photo(60, 40), "PNG"), (50, 128, 4096))
    assert [(made.size, made.width, made.height) for made in picture.thumbnails] == [
        (50, 50, 33),
        (128, 60, 40),
        (4096, 60, 40),
    ]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_single_pixel_is_a_picture(files: Files, mode: str) -> None:
    (made,) = make_thumbnails(files.encoded(Image.new(mode, (1, 1)), "PNG"), (128,)).thumbnails
    assert (made.width, made.height) == (1, 1)
    assert image_of(made)


@pytest.mark.parametrize(("width", "height"), [(1, 20_000), (20_000, 1)])
@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_an_extreme_aspect_keeps_at_least_one_pixel(files: Files, width: int, height: int, image_format: str) -> None:
    data = files.encoded(Image.new("RGB", (width, height), "teal"), image_format)
    small, large = make_thumbnails(data, (128, 1024)).thumbnails
    assert sorted((small.width, small.height)) == [1, 128]
    assert sorted((large.width, large.height)) == [1, 1024]


def test_of_an_animation_the_first_frame_is_shown(files: Files) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "green")]
    for image_format in ("GIF", "WEBP"):
        data = files.encoded(frames[0], image_format, save_all=True, append_images=frames[1:], duration=100)
        (made,) = make_thumbnails(data, (32,)).thumbnails
        image = image_of(made)
        assert corners_of(image)[0] == RED
        assert getattr(image, "n_frames", 1) == 1


def test_transparency_is_kept_and_does_not_bleed(files: Files) -> None:
    image = Image.new("RGBA", (200, 200), (255, 0, 255, 0))
    image.paste((0, 200, 0, 255), (50, 50, 150, 150))
    for image_format, becomes in (("PNG", "PNG"), ("WEBP", "WEBP")):
        (made,) = make_thumbnails(files.encoded(image, image_format, **_lossless(image_format)), (50,)).thumbnails
        small = image_of(made).convert("RGBA")
        assert made.format == becomes
        assert _levels(small, (2, 2))[3] == 0
        assert _levels(small, (25, 25))[3] == 255
        visible_red = Image.composite(small.getchannel("R"), Image.new("L", small.size), small.getchannel("A"))
        assert max(visible_red.tobytes()) < 40, "the colour of invisible pixels shows at the edge"


def _lossless(image_format: str) -> dict[str, Any]:
    return {"lossless": True, "exact": True} if image_format == "WEBP" else {}


def test_a_palette_with_transparency_stays_transparent(files: Files) -> None:
    image = Image.new("P", (64, 64), 0)
    image.putpalette([255, 0, 255, 0, 128, 0])
    image.paste(1, (0, 0, 32, 64))
    for image_format in ("PNG", "GIF"):
        (made,) = make_thumbnails(files.encoded(image, image_format, transparency=0), (32,)).thumbnails
        small = image_of(made).convert("RGBA")
        assert made.format == "PNG"
        assert (_levels(small, (2, 2))[3], _levels(small, (30, 2))[3]) == (255, 0)


def test_an_alpha_channel_that_hides_nothing_does_not_cost_a_png(files: Files) -> None:
    data = files.encoded(files.photo().convert("RGBA"), "PNG")
    assert make_thumbnails(data, (64,)).thumbnails[0].format == "JPEG"


def test_cmyk_becomes_rgb_of_the_same_colour(files: Files) -> None:
    data = files.encoded(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", quality=95)
    (made,) = make_thumbnails(data, (32,)).thumbnails
    image = image_of(made)
    assert image.mode == "RGB"
    assert corners_of(image)[0] == RED


def test_sixteen_bits_keep_their_greys(files: Files) -> None:
    image = Image.new("I;16", (64, 64), 0x8000)
    (made,) = make_thumbnails(files.encoded(image, "PNG"), (32,)).thumbnails
    assert abs(ImageStat.Stat(image_of(made).convert("L")).mean[0] - 0x80) < 2


def test_a_colour_profile_is_applied_before_it_is_dropped(files: Files) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = _with_red_and_green_swapped(lab)
    data = files.encoded(Image.new("RGB", (64, 64), (255, 0, 0)), "PNG", icc_profile=swapped)
    (made,) = make_thumbnails(data, (32,)).thumbnails
    image = image_of(made)
    assert "icc_profile" not in image.info
    assert corners_of(image)[0] == GREEN


def _with_red_and_green_swapped(profile: bytes) -> bytes:
    return profile.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)


@pytest.mark.parametrize("profile", [b"junk", b"\0" * 200])
def test_a_colour_profile_that_cannot_be_read_is_passed_over(files: Files, profile: bytes) -> None:
    data = files.encoded(Image.new("RGB", (64, 64), "red"), "PNG", icc_profile=profile)
    assert corners_of(image_of(make_thumbnails(data, (32,)).thumbnails[0]))[0] == RED


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_is_passed_on(files: Files, image_format: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET maker"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.new("RGBA", (64, 64), (9, 9, 9, 99)) if image_format == "PNG" else files.photo(64, 64)
    options: dict[str, Any] = {"comment": b"SECRET comment"} if image_format == "JPEG" else {"xmp": b"SECRET xmp"}
    if image_format == "PNG":
        options = {}
    data = files.encoded(image, image_format, exif=exif, icc_profile=profile, **options)

    for made in make_thumbnails(data, (32, 64)).thumbnails:
        written = image_of(made)
        written.load()
        assert b"SECRET" not in made.body
        assert not set(written.info) & {"exif", "icc_profile", "comment", "xmp"}
        assert not dict(written.getexif())


def test_a_photo_with_a_second_picture_inside_is_a_jpeg(files: Files) -> None:
    photo = files.photo()
    data = files.encoded(photo, "MPO", save_all=True, append_images=[photo.resize((64, 48))])
    picture = make_thumbnails(data, (128,))
    assert (picture.format, picture.thumbnails[0].width) == ("JPEG", 128)


def test_a_thumbnail_shows_what_a_careful_reduction_shows(files: Files) -> None:
    photo = files.photo(2400, 1800).convert("RGB")
    (made, _) = make_thumbnails(files.encoded(photo, "JPEG", quality=95), (128, 1024)).thumbnails
    careful = photo.resize((128, 96), Image.Resampling.LANCZOS)
    small = image_of(made).convert("RGB")
    for a, b in zip(ImageStat.Stat(careful).mean, ImageStat.Stat(small).mean, strict=True):
        assert abs(a - b) < 2


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    sizes=st.lists(st.integers(1, 400), min_size=1, max_size=4),
    image_format=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
)
def test_thumbnails_fit_their_size_and_keep_the_aspect(
    files: Files, width: int, height: int, sizes: list[int], image_format: str
) -> None:
    picture = make_thumbnails(files.encoded(Image.new("RGB", (width, height)), image_format), sizes)

    assert [made.size for made in picture.thumbnails] == sorted(set(sizes))
    for made in picture.thumbnails:
        image = image_of(made)
        scale = min(1, made.size / max(width, height))
        assert max(image.size) == min(made.size, max(width, height))
        assert abs(image.width - max(1, width * scale)) <= 0.5
        assert abs(image.height - max(1, height * scale)) <= 0.5
