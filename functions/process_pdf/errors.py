"""Why a PDF could not be read.

PdfError                  the root, a ValueError: the same file fails the same way, a retry is no use
├── InvalidKey            the key is not that of an uploaded PDF
├── EmptyPdf              0 bytes
├── NotAPdf               no PDF header
├── TruncatedPdf          a header, but not the mark that ends a PDF
├── EncryptedPdf          opens with a password only
├── DamagedPdf            its structure or one of its pages cannot be followed
├── OversizedPdf          more pages or more text than are read
└── ReaderLost            reading it took too long or too much memory, or crashed the reader
"""

from __future__ import annotations

__all__ = [
    "DamagedPdf",
    "EmptyPdf",
    "EncryptedPdf",
    "InvalidKey",
    "NotAPdf",
    "OversizedPdf",
    "PdfError",
    "ReaderLost",
    "TruncatedPdf",
]


class PdfError(ValueError):
    """The root of the reasons why a PDF could not be read."""


class InvalidKey(PdfError):
    """Raised when a key is not that of an uploaded PDF."""


class EmptyPdf(PdfError):
    """Raised when a file has no bytes."""


class NotAPdf(PdfError):
    """Raised when a file is something else, whatever it is named."""


class TruncatedPdf(PdfError):
    """Raised when a PDF ends before its end."""


class EncryptedPdf(PdfError):
    """Raised when a PDF opens with a password only."""


class DamagedPdf(PdfError):
    """Raised when a PDF's structure or one of its pages cannot be followed."""


class OversizedPdf(PdfError):
    """Raised when a PDF has more pages or more text than are read."""


class ReaderLost(PdfError):
    """Raised when reading a PDF took too long or too much memory, or crashed the process that read it."""
