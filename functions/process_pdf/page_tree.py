"""Whether a PDF's page tree runs in a circle.

PDFium follows such a tree as long as the page count says, and shows the same page again and again. The nodes are found
by their text, which is how damaged and hostile files have them; those in compressed object streams are not looked for.
"""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter

__all__ = ["circle", "nodes"]

_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})\s{1,9}\d{1,5}\s{1,9}obj\b")
_KIDS = re.compile(rb"/Kids\s{0,9}\[([^\]]*)\]")
_REFERENCE = re.compile(rb"(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R\b")
_PAGES = re.compile(rb"/Type\s{0,9}/Pages\b")


def nodes(data: bytes) -> dict[int, set[int]]:
    """The nodes of the page tree by object number, each with its kids; of an updated node the last version counts."""
    found: dict[int, set[int]] = {}
    headers = [*_OBJECT.finditer(data)]
    ends = [header.start() for header in headers[1:]] + [len(data)]
    for header, end in zip(headers, ends, strict=bool(headers)):
        kids = _KIDS.search(data, header.end(), end)
        if kids and _PAGES.search(data, header.end(), end):
            found[int(header[1])] = {int(number) for number in {*_REFERENCE.findall(kids[1])}}
    return found


def circle(data: bytes) -> list[int]:
    """The object numbers along a circle in the page tree, the first again at the end; empty where there is none."""
    try:
        TopologicalSorter(nodes(data)).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []
