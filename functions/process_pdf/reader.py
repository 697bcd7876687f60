"""Read a PDF with PDFium: bytes in, a head and the text of each page out.

Run as a program it does so for its standard input, in a process of its own (see `sandbox`), and writes a JSON line for
the head, for each page, and for what is wrong.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pypdfium2
from pypdfium2 import raw

from process_pdf.errors import (
    DamagedPdf,
    EmptyPdf,
    EncryptedPdf,
    NotAPdf,
    OversizedPdf,
    PdfError,
    TruncatedPdf,
)
from process_pdf.page_tree import circle

__all__ = ["MAX_CHARACTERS", "MAX_PAGES", "read"]

MAX_PAGES = 10_000
MAX_CHARACTERS = 20_000_000
_EDGE_BYTES = 1024
"""Readers look for a PDF's header and its end mark this far from either end."""
_PADDING = b"\0\t\n\f\r "
_TITLE_CHARACTERS = 1000


def read(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the head (`pages`, `title`, `author`), then the `text` of each page; raises a PdfError."""
    _check_frame(data)
    if numbers := circle(data):
        raise DamagedPdf(f"the PDF's page tree runs in a circle: object {' → '.join(map(str, numbers[:10]))}")
    with closing(_opened(data)) as document:
        document.init_forms()  # must precede the first page
        count = len(document)
        if count > MAX_PAGES:
            raise OversizedPdf(f"the PDF has {count:,} pages; at most {MAX_PAGES:,} are read")
        yield {"pages": count, "title": _metadata(document, "Title"), "author": _metadata(document, "Author")}
        characters = 0
        for index in range(count):
            text = _text(document, index, count)
            characters += len(text)
            if characters > MAX_CHARACTERS:
                raise OversizedPdf(f"the PDF has more than the {MAX_CHARACTERS:,} characters of text that are read")
            yield {"text": text}


def _check_frame(data: bytes) -> None:
    if not data:
        raise EmptyPdf("the file is empty (0 bytes)")
    if b"%PDF-" not in data[:_EDGE_BYTES]:
        raise NotAPdf("the file is not a PDF, whatever its name says")
    if b"%%EOF" not in data.rstrip(_PADDING)[-_EDGE_BYTES:]:
        raise TruncatedPdf("the PDF is cut short: the mark that ends a PDF is missing")


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise EncryptedPdf("the PDF is encrypted: it opens with a password only") from error
        if error.err_code == raw.FPDF_ERR_SUCCESS:
            raise DamagedPdf("the PDF is damaged: it has no page that can be found") from error
        raise DamagedPdf("the PDF is damaged: its structure cannot be followed") from error


def _metadata(document: pypdfium2.PdfDocument, key: str) -> str:
    with suppress(UnicodeDecodeError):
        return str(document.get_metadata_value(key)).strip()[:_TITLE_CHARACTERS]
    return ""


def _text(document: pypdfium2.PdfDocument, index: int, count: int) -> str:
    try:
        _write_out_form(document, index)
        with closing(document[index]) as page, closing(page.get_textpage()) as text:
            return str(text.get_text_bounded()).replace("\r\n", "\n").replace("\r", "\n")
    except pypdfium2.PdfiumError as error:
        raise DamagedPdf(f"the PDF is damaged: page {index + 1} of {count} cannot be read") from error


def _write_out_form(document: pypdfium2.PdfDocument, index: int) -> None:
    """Make what the page's form fields show a part of the page, whose text is otherwise that of an empty form."""
    if document.formenv:
        with closing(document[index]) as page:
            page.flatten()


def main(cpu_s: int, memory_bytes: int) -> None:
    """Read standard input within limits that the operating system keeps."""
    limits = {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 1),  # first SIGXCPU, which tells this from other ends
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
    }
    for limit, values in limits.items():
        with suppress(ValueError, OSError):  # a system that has no such limit, or a lower one already
            resource.setrlimit(limit, values)
    try:
        for line in read(sys.stdin.buffer.read()):
            print(json.dumps(line), flush=True)
    except PdfError as error:
        print(json.dumps({"error": type(error).__name__, "message": str(error)}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
