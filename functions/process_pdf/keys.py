"""Which objects are PDFs, and where their texts lie."""

from __future__ import annotations

from process_pdf.errors import InvalidKey

__all__ = ["checked_file_id", "text_key"]

PDF_PREFIXES = ("pdfs/", "incoming/pdfs/")
TEXTS = "texts/"
KEY_BYTES = 1000
"""S3 allows 1,024 bytes a key; a text's key is its PDF's plus `texts/` and an extension."""


def checked_file_id(key: str) -> str:
    """The key itself, if it is that of an uploaded PDF; raises InvalidKey."""
    if not isinstance(key, str) or not key.startswith(PDF_PREFIXES):
        raise InvalidKey(f"file_id must start with {' or '.join(PDF_PREFIXES)}, not be {key!r:.100}")
    if len(key.encode(errors="surrogatepass")) > KEY_BYTES:
        raise InvalidKey(f"file_id must have at most {KEY_BYTES} bytes")
    if not key.isprintable() or {"", ".", ".."} & set(key.split("/")):
        raise InvalidKey(f"file_id must be a plain path with a file name, not {key!r:.100}")
    return key


def text_key(file_id: str) -> str:
    """The one place of that PDF's text, so that reading it again overwrites it.

    >>> text_key("pdfs/2026-11-22/report.pdf")
    'texts/pdfs/2026-11-22/report.pdf.json'
    """
    return f"{TEXTS}{file_id}.json"
