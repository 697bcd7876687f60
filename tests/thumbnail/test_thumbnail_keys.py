"""Which keys are images, and where their thumbnails lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbnail.errors import InvalidKey
from thumbnail.keys import checked_image_key, thumbnail_key

LONGEST = "images/" + "x" * 953


@pytest.mark.parametrize("key", ["images/a.jpg", "images/2026-11-22/Ærø 1.png", "incoming/images/x", LONGEST])
def test_an_uploaded_image_is_accepted(key: str) -> None:
    assert checked_image_key(key) == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "images/",
        "pdfs/a.pdf",
        "thumbnails/images/a.jpg/128.jpg",
        "/images/a.jpg",
        "images//a.jpg",
        "images/../pdfs/a.pdf",
        "images/./a",
        "images/a\nb",
        "images/\ud800",
        LONGEST + "x",
        None,
        7,
        ["images/a.jpg"],
    ],
)
def test_any_other_key_is_a_value_error(key: str) -> None:
    with pytest.raises(InvalidKey, match="image_key must"):
        checked_image_key(key)
    assert issubclass(InvalidKey, ValueError)


def test_the_longest_image_key_has_a_thumbnail_key_that_s3_takes() -> None:
    assert len(thumbnail_key(LONGEST, 4096, "webp").encode()) <= 1024


_NAMES = st.text("ab/1.", min_size=1, max_size=12).map("images/{}".format)


@given(_NAMES, _NAMES, st.integers(1, 4096), st.integers(1, 4096))
def test_two_thumbnails_share_a_key_only_when_they_are_the_same(
    one: str, other: str, size: int, other_size: int
) -> None:
    same = thumbnail_key(one, size, "jpg") == thumbnail_key(other, other_size, "jpg")
    assert same == ((one, size) == (other, other_size))
