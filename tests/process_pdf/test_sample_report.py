"""The sample report: several pages of real text, and what its script makes."""

from __future__ import annotations

from pathlib import Path

from process_pdf.sandbox import read_document
from samples.report import AUTHOR, TEXT, TITLE, report

SAMPLE = Path(__file__).parents[2] / "samples" / "report.pdf"


def test_the_report_is_read_with_its_title_author_and_every_word() -> None:
    document = read_document(SAMPLE.read_bytes())
    assert (document.title, document.author, len(document.pages)) == (TITLE, AUTHOR, 5)

    printed = " ".join(document.pages).split()
    written = TEXT.read_text("utf-8").replace("|", " ").replace("# ", " ").split()
    assert set(written) <= set(printed)
    assert len(printed) > len(written)


def test_the_script_makes_the_report_that_is_kept() -> None:
    assert report() == SAMPLE.read_bytes()
