"""The sizes that may be asked for."""

from __future__ import annotations

from typing import Any

import pytest

from thumbnail.errors import InvalidSizes
from thumbnail.sizes import DEFAULT_SIZES, checked_sizes


def test_sizes_are_made_once_each_from_the_largest_down() -> None:
    assert checked_sizes([128, 1024, 128, 512]) == [1024, 512, 128]
    assert checked_sizes(DEFAULT_SIZES) == [1024, 512, 128]
    assert checked_sizes((1, 4096)) == [4096, 1]


@pytest.mark.parametrize(
    "sizes", [[], [0], [-1], [4097], [128.0], ["128"], [True], [None], "128", 128, None, {"a": 1}, list(range(1, 12))]
)
def test_sizes_that_cannot_be_made_are_a_value_error(sizes: Any) -> None:
    with pytest.raises(InvalidSizes, match="size"):
        checked_sizes(sizes)
    assert issubclass(InvalidSizes, ValueError)
