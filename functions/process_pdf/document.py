"""What was read of a PDF."""

from __future__ import annotations

import json
from dataclasses import dataclass

__all__ = ["Document"]


@dataclass(frozen=True, slots=True)
class Document:
    """The text of each page, and the title and author that the file names ("" where it names none)."""

    title: str
    author: str
    pages: tuple[str, ...]

    @property
    def words(self) -> int:
        """The words of all pages: what white space separates."""
        return sum(len(page.split()) for page in self.pages)

    @property
    def characters(self) -> int:
        """The characters of all pages, white space included."""
        return sum(map(len, self.pages))

    def as_json(self) -> bytes:
        """The document as it is stored: JSON, where a page's end is certain, unlike form feeds in plain text."""
        content = {"title": self.title, "author": self.author, "words": self.words, "pages": self.pages}
        return json.dumps(content, ensure_ascii=False, indent=1).encode()
