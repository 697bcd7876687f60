"""The daily report as it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime

from notify.figures import Arrivals, Day, Failed, report
from notify.letter import MESSAGE_CHARACTERS

NOW = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
QUIET = Day(date(2026, 11, 21), Arrivals(), Arrivals(), [])


def test_the_report_counts_today_and_the_whole_of_yesterday() -> None:
    empty = Failed("thumbnail.generate_thumbnail", "EmptyPicture: the file is empty (0 bytes)")
    locked = Failed("process_pdf.process_pdf", "EncryptedPdf: the PDF is encrypted")
    today = Day(date(2026, 11, 22), Arrivals(1, 1_250_000), Arrivals(1200, 99_000_000), [locked, empty, empty])

    subject, text = report("celeriac-prod", today, QUIET, NOW)

    assert subject == "celeriac-prod: 1 image, 1,200 PDFs, 3 failures on 2026-11-22"
    assert (
        text
        == """\
2026-11-22, until 22:00 UTC
  1 image (1.2 MB)
  1,200 PDFs (99.0 MB)
  3 failures
    2 × thumbnail.generate_thumbnail: EmptyPicture: the file is empty (0 bytes)
    1 × process_pdf.process_pdf: EncryptedPdf: the PDF is encrypted

2026-11-21, the whole day
  0 images (0.0 MB)
  0 PDFs (0.0 MB)
  0 failures

Days begin and end at midnight UTC."""
    )


def test_a_bad_day_still_fits_into_a_mail() -> None:
    failures = [Failed(f"task{number}", "x" * 5000) for number in range(10_000)]
    _, text = report("d", Day(date(2026, 11, 22), Arrivals(), Arrivals(), failures), QUIET, NOW)
    assert "and 9,990 other kinds" in text
    assert len(text) < MESSAGE_CHARACTERS
