"""Which keys are PDFs, and where their texts lie."""

from __future__ import annotations

import pytest

from process_pdf.errors import InvalidKey
from process_pdf.keys import checked_file_id, text_key

LONGEST = "pdfs/" + "x" * 995


@pytest.mark.parametrize("key", ["pdfs/a.pdf", "pdfs/2026-11-22/Ærø 1.pdf", "incoming/pdfs/x", LONGEST])
def test_an_uploaded_pdf_is_accepted(key: str) -> None:
    assert checked_file_id(key) == key


@pytest.mark.parametrize(
    "key",
    ["", "pdfs/", "images/a.jpg", "texts/pdfs/a.pdf.json", "pdfs//a", "pdfs/../a", "pdfs/a\n", LONGEST + "x", None, 7],
)
def test_any_other_key_is_a_value_error(key: str) -> None:
    with pytest.raises(InvalidKey, match="file_id must"):
        checked_file_id(key)
    assert issubclass(InvalidKey, ValueError)


def test_the_longest_file_id_has_a_text_key_that_s3_takes() -> None:
    assert len(text_key(LONGEST).encode()) <= 1024
