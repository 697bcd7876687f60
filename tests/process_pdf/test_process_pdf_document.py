"""The document as it is counted and stored."""

from __future__ import annotations

import json

from process_pdf.document import Document

DOCUMENT = Document("Größe", "", ("one  two\nthree", "", "vier\f"))


def test_words_are_what_white_space_separates() -> None:
    assert (DOCUMENT.words, DOCUMENT.characters) == (4, 19)


def test_the_stored_document_keeps_pages_apart() -> None:
    stored = DOCUMENT.as_json()
    assert json.loads(stored) == {
        "title": "Größe",
        "author": "",
        "words": 4,
        "pages": ["one  two\nthree", "", "vier\f"],
    }
    assert "Größe".encode() in stored
