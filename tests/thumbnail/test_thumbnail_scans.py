"""How many passes a JPEG takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from thumbnail.scans import scan_count

if TYPE_CHECKING:
    from tests.thumbnail.conftest import Files


def test_a_baseline_jpeg_is_one_pass_and_a_progressive_one_several(files: Files) -> None:
    assert scan_count(files.encoded(files.photo(), "JPEG")) == 1
    assert scan_count(files.encoded(files.photo(), "JPEG", progressive=True)) == 10


def test_what_lies_in_segments_or_after_the_picture_is_not_counted(files: Files) -> None:
    preview = files.encoded(files.corners(), "JPEG")
    data = files.encoded(files.photo(), "JPEG", comment=preview)
    assert scan_count(data + b"\xff\xda" * 500) == 1


def test_restart_markers_are_part_of_a_pass(files: Files) -> None:
    assert scan_count(files.encoded(files.photo(), "JPEG", restart_marker_blocks=1)) == 1


@given(st.binary(max_size=300))
def test_any_bytes_have_a_count(junk: bytes) -> None:
    assert scan_count(b"\xff\xd8" + junk) <= len(junk)
