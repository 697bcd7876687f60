"""Progress costs writes, so it is told seldom."""

from __future__ import annotations

from process_pdf.progress import Progress


def reports_of(times_s: list[float], total: int) -> list[tuple[int, int]]:
    """The reports passed on when one page after the other is done at these times."""
    reports: list[tuple[int, int]] = []
    moments = iter(times_s)
    progress = Progress(lambda done, total: reports.append((done, total)), clock=lambda: next(moments))
    for done in range(len(times_s)):
        progress(done, total)
    return reports


def test_a_quick_document_tells_once_how_long_it_is() -> None:
    assert reports_of([n / 1000 for n in range(101)], 100) == [(0, 100)]


def test_a_slow_one_tells_once_a_tenth() -> None:
    done = [done for done, _ in reports_of([float(10 * n) for n in range(101)], 100)]
    assert done == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]


def test_one_of_few_pages_tells_once_a_second() -> None:
    assert [done for done, _ in reports_of([0.0, 0.4, 0.9, 1.3, 1.4], 5)] == [0, 3]


def test_the_end_is_not_progress() -> None:
    assert reports_of([0.0, 99.0], 1) == [(0, 1)]
