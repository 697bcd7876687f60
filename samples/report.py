"""A report of several pages: real text, headings, a table, a title and an author."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

__all__ = ["AUTHOR", "TITLE", "report"]

TITLE = "Celeriac: One Season in One Garden"
AUTHOR = "Ada Wurzel"

TEXT = Path(__file__).parent / "report.txt"
_INK, _LEAF = colors.HexColor("#222222"), colors.HexColor("#4b6b3c")
_BODY = ParagraphStyle("Body", fontName="Times-Roman", fontSize=12.5, leading=19, spaceAfter=11, textColor=_INK)
_HEADING = ParagraphStyle("Heading", fontName="Helvetica-Bold", fontSize=19, leading=26, spaceAfter=14, textColor=_LEAF)
_TITLE = ParagraphStyle("Title", fontName="Helvetica-Bold", fontSize=30, leading=38, spaceAfter=8, textColor=_LEAF)
_GRID = TableStyle(
    [
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 10.5),
        ("FONT", (0, 1), (-1, -1), "Times-Roman", 11.5),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LEAF),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
    ]
)


def report() -> bytes:
    """The PDF file."""
    file = io.BytesIO()
    # Not compressed: two versions of zlib would make two different files.
    document = SimpleDocTemplate(file, pagesize=A4, title=TITLE, author=AUTHOR, invariant=1, pageCompression=0)
    document.build([*_cover(), *_body(TEXT.read_text("utf-8"))], onFirstPage=_foot, onLaterPages=_foot)
    return file.getvalue()


def _cover() -> Iterator[Any]:
    yield Spacer(1, 60)
    yield Paragraph(TITLE, _TITLE)
    yield Paragraph(f"A report by {AUTHOR}", _BODY)
    yield Spacer(1, 30)


def _body(text: str) -> Iterator[Any]:
    for number, block in enumerate(text.strip().split("\n\n")):
        if block.startswith("# "):
            if number:
                yield PageBreak()
            yield Paragraph(block.removeprefix("# "), _HEADING)
        elif block.startswith("|"):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
            yield Table(rows, style=_GRID, hAlign="LEFT", spaceBefore=8)
        else:
            yield Paragraph(block, _BODY)


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont("Helvetica", 9)
    canvas.setFillColor(_LEAF)
    canvas.drawCentredString(A4[0] / 2, 40, f"{TITLE}  ·  {document.page}")
