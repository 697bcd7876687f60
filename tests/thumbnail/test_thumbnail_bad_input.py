"""Files that are broken, hostile or not pictures at all: each is refused with its reason, and soon."""

from __future__ import annotations

import contextlib
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from thumbnail.errors import DamagedPicture, EmptyPicture, PictureError, TooManyPixels, UnknownFormat
from thumbnail.picture import make_thumbnails
from thumbnail.source import MAX_SCANS

if TYPE_CHECKING:
    from tests.thumbnail.conftest import Files


def test_a_file_of_no_bytes_is_called_empty() -> None:
    with pytest.raises(EmptyPicture, match="empty"):
        make_thumbnails(b"", (128,))


@pytest.mark.parametrize(
    "data", [b"Dear reader, this is no photo.", b"\0", b"%PDF-1.4\n", b"<svg/>", b"BM" + bytes(99)]
)
def test_a_text_file_named_jpg_is_refused_with_its_reason(data: bytes) -> None:
    with pytest.raises(UnknownFormat, match="not a JPEG, PNG, WebP or GIF"):
        make_thumbnails(data, (128,))


@pytest.mark.parametrize("kept", [0.001, 0.05, 0.5, 0.99])
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_picture_is_called_damaged(files: Files, image_format: str, kept: float) -> None:
    data = files.encoded(files.photo(), image_format)
    cut = data[: max(int(len(data) * kept), 16)]
    with pytest.raises(DamagedPicture, match=f"{image_format} image"):
        make_thumbnails(cut, (128,))


def test_a_palette_png_without_its_palette_is_called_damaged(files: Files) -> None:
    data = files.encoded(Image.new("P", (9, 9)), "PNG")
    start, end = data.index(b"PLTE") - 4, data.index(b"IDAT") - 4
    with pytest.raises(DamagedPicture, match="PNG image is damaged or cut short: AssertionError"):
        make_thumbnails(data[:start] + data[end:], (128,))


def test_a_decompression_bomb_is_refused_by_its_header(files: Files) -> None:
    bomb = files.png_header(50_000, 50_000)
    assert len(bomb) < 10_000

    tracemalloc.start()
    with pytest.raises(TooManyPixels, match=r"50,000 x 50,000 pixels; at most 50,000,000 are read"):
        make_thumbnails(bomb, (128,))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 5_000_000


def test_a_webp_bomb_is_refused_by_its_header(files: Files) -> None:
    small = files.encoded(Image.new("RGB", (64, 64)), "WEBP", lossless=True)
    header = small.index(b"VP8L") + 9
    wide = (int.from_bytes(small[header : header + 4], "little") | 0x0FFF_FFFF).to_bytes(4, "little")
    with pytest.raises(PictureError):
        make_thumbnails(small[:header] + wide + small[header + 4 :], (128,))


@pytest.mark.parametrize(("width", "height"), [(0, 0), (0, 10), (2**31 - 1, 2**31 - 1), (2**31 - 1, 1)])
def test_a_png_of_an_impossible_size_is_refused(files: Files, width: int, height: int) -> None:
    with pytest.raises(PictureError):
        make_thumbnails(files.png_header(width, height), (128,))


def test_a_png_that_has_fewer_rows_than_it_says_is_called_damaged(files: Files) -> None:
    with pytest.raises(DamagedPicture):
        make_thumbnails(files.png_header(2000, 2000), (128,))


def test_a_jpeg_that_repeats_a_pass_for_ever_is_refused_before_it_is_decoded(files: Files) -> None:
    data = files.encoded(Image.new("RGB", (64, 64), "olive"), "JPEG", progressive=True)
    last_pass = data[data.rfind(b"\xff\xc4", 0, data.rfind(b"\xff\xda")) : -2]
    with pytest.raises(DamagedPicture, match=rf"passes; at most {MAX_SCANS}"):
        make_thumbnails(data[:-2] + last_pass * 5000 + data[-2:], (128,))


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    image_format=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
    damage=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), min_size=1, max_size=8
    ),
    kept=st.floats(0, 1),
)
def test_any_damage_ends_as_a_picture_or_a_reason(
    files: Files, image_format: str, damage: list[tuple[float, bytes]], kept: float
) -> None:
    data = bytearray(files.encoded(files.corners(), image_format))
    for place, junk in damage:
        start = int(place * len(data))
        data[start : start + len(junk)] = junk
    with contextlib.suppress(PictureError):
        assert make_thumbnails(bytes(data[: max(20, int(kept * len(data)))]), (32,)).thumbnails[0].body
