"""The pictures of the console: each is shown, and none is too large to look at."""

from __future__ import annotations

import re

from local.screenshots import PICTURES, pictures

BYTES = 200_000


def test_each_picture_that_is_taken_is_shown_and_each_that_is_shown_is_taken() -> None:
    shown = re.findall(r"\]\(console/(\S+)\.png\)", (PICTURES.parent / "console.md").read_text())

    assert sorted(shown) == sorted(picture.name for picture in pictures("a", "b"))
    assert {file.name for file in PICTURES.iterdir()} == {f"{name}.png" for name in shown}


def test_no_picture_is_large() -> None:
    assert [file.name for file in PICTURES.iterdir() if file.stat().st_size > BYTES] == []
