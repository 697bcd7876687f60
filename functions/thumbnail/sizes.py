"""The sizes of thumbnails: each is the longest side, in pixels."""

from __future__ import annotations

from collections.abc import Sequence

from thumbnail.errors import InvalidSizes

__all__ = ["DEFAULT_SIZES", "checked_sizes", "fitted"]

DEFAULT_SIZES = (128, 512, 1024)
LARGEST = 4096
MOST = 10


def checked_sizes(sizes: Sequence[int]) -> list[int]:
    """The sizes once each, the largest first; raises InvalidSizes."""
    if isinstance(sizes, str | bytes) or not isinstance(sizes, Sequence) or not 1 <= len(sizes) <= MOST:
        raise InvalidSizes(f"sizes must be a list of 1 to {MOST} whole numbers, not {sizes!r:.100}")
    for size in sizes:
        if type(size) is not int or not 1 <= size <= LARGEST:
            raise InvalidSizes(f"each size must be a whole number from 1 to {LARGEST}, not {size!r:.100}")
    return sorted(set(sizes), reverse=True)


def fitted(width: int, height: int, longest_side: int) -> tuple[int, int]:
    """Width and height with the same aspect, scaled down to a longest side; never scaled up, never below one pixel.

    >>> fitted(4000, 3000, 1024), fitted(20000, 1, 128), fitted(60, 40, 128)
    ((1024, 768), (128, 1), (60, 40))
    """
    scale = min(1.0, longest_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
