"""How often a JPEG file makes its decoder pass over the whole picture.

A progressive JPEG is drawn in about ten passes, but the format allows any number: 180 KB that repeat a pass of a few
bytes keep a decoder busy for minutes, in C, where no time limit reaches. So the passes are counted first.
"""

from __future__ import annotations

import re

__all__ = ["scan_count"]

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""Within a scan's data 0xFF is followed by 0x00 or a restart marker; anything else begins the next segment."""


def scan_count(jpeg: bytes) -> int:
    """The scans of the first image in the file; embedded previews and what is appended do not count."""
    scans, position = 0, 2
    while marker := _NEXT_MARKER.search(jpeg, position):
        kind, position = marker[1][0], marker.end()
        if kind == _END_OF_IMAGE:
            break
        scans += kind == _START_OF_SCAN
        position += max(2, int.from_bytes(jpeg[position : position + 2]))
    return scans
