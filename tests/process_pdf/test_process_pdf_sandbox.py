"""PDFs as they come: read in a process of their own, or refused with the reason, and never the worker's trouble."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from process_pdf import reader, sandbox
from process_pdf.errors import (
    DamagedPdf,
    EmptyPdf,
    EncryptedPdf,
    NotAPdf,
    OversizedPdf,
    PdfError,
    ReaderLost,
    TruncatedPdf,
)
from process_pdf.sandbox import read_document

if TYPE_CHECKING:
    from tests.process_pdf.conftest import Pdfs

PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"


def test_each_page_gives_its_text(pdfs: Pdfs) -> None:
    document = read_document(
        pdfs.proper(["The first page\nhas two lines", "", "The last."], title="Übung", author="A. B.")
    )

    assert [text.strip() for text in document.pages] == ["The first page\nhas two lines", "", "The last."]
    assert (document.title, document.author) == ("Übung", "A. B.")
    assert document.words == 8


def test_a_pdf_that_names_no_title_has_an_empty_one(pdfs: Pdfs) -> None:
    document = read_document(pdfs.of_page_tree("<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE))
    assert (document.title, document.author, document.pages) == ("", "", ("",))


def test_what_is_filled_into_a_form_is_text_of_its_page(pdfs: Pdfs) -> None:
    document = read_document(pdfs.form({"name": "Ada Wurzel", "town": "Kiel"}))
    assert sorted(document.pages[0].split()) == sorted(["name", "Ada", "Wurzel", "town", "Kiel"])


def test_progress_counts_the_pages_as_they_are_read(pdfs: Pdfs) -> None:
    reports: list[tuple[int, int]] = []
    read_document(pdfs.proper(["a", "b", "c"]), lambda done, total: reports.append((done, total)))
    assert reports == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_pdf_with_junk_around_it_is_still_a_pdf(pdfs: Pdfs) -> None:
    data = b"HTTP/1.0 200 OK\r\n\r\n" + pdfs.proper() + b"\0" * 5000 + b"\r\n"
    assert read_document(data).words == 2


def test_a_pdf_with_an_owner_password_only_opens_for_everyone(pdfs: Pdfs) -> None:
    assert read_document(pdfs.encrypted("")).words == 2


def test_an_encrypted_pdf_is_called_encrypted(pdfs: Pdfs) -> None:
    with pytest.raises(EncryptedPdf, match="encrypted: it opens with a password only"):
        read_document(pdfs.encrypted("secret"))


def test_a_file_of_no_bytes_is_called_empty() -> None:
    with pytest.raises(EmptyPdf, match="empty"):
        read_document(b"")


@pytest.mark.parametrize("data", [b"Dear reader", b"\xff\xd8\xff\xe0", b" " * 2000 + b"%PDF-1.4\n%%EOF"])
def test_a_file_that_is_something_else_is_not_a_pdf(data: bytes) -> None:
    with pytest.raises(NotAPdf, match="not a PDF"):
        read_document(data)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_pdf_is_called_cut_short(pdfs: Pdfs, kept: float) -> None:
    data = pdfs.proper([f"Page {number} " * 9 for number in range(30)])
    with pytest.raises(TruncatedPdf, match="cut short"):
        read_document(data[: int(len(data) * kept)])


def test_a_pdf_of_a_million_pages_is_refused_soon(pdfs: Pdfs) -> None:
    data, started = pdfs.million_pages(), time.process_time()  # not on the clock, which runs on while others work
    with pytest.raises(OversizedPdf, match="1,000,000 pages; at most 10,000 are read"):
        read_document(data)
    assert time.process_time() - started < 5


def test_a_page_count_that_lies_does_not_make_pages(pdfs: Pdfs) -> None:
    with pytest.raises(OversizedPdf, match="1,000,000 pages"):
        read_document(pdfs.of_page_tree("<</Type/Pages/Count 1000000/Kids[3 0 R]>>", PAGE))
    with pytest.raises(DamagedPdf, match="page 2 of 5 cannot be read"):
        read_document(pdfs.of_page_tree("<</Type/Pages/Count 5/Kids[3 0 R]>>", PAGE))


@pytest.mark.parametrize(
    "nodes",
    [
        ["<</Type/Pages/Count 5/Kids[2 0 R]>>"],
        ["<</Type/Pages/Kids[2 0 R 2 0 R]>>"],
        ["<</Type/Pages/Count 2/Kids[4 0 R 3 0 R]>>", "<</Type/Pages/Parent 2 0 R/Count 1/Kids[2 0 R]>>", PAGE],
    ],
)
def test_a_page_tree_that_runs_in_a_circle_is_called_so(pdfs: Pdfs, nodes: list[str]) -> None:
    with pytest.raises(DamagedPdf, match=r"page tree runs in a circle: object 2 → "):
        read_document(pdfs.of_page_tree(*nodes))


@pytest.mark.parametrize("catalog", ["<</Type/Catalog>>", "<</Type/Catalog/Pages 7 0 R>>", "null", "<<"])
def test_a_pdf_without_pages_is_called_damaged(pdfs: Pdfs, catalog: str) -> None:
    with pytest.raises(DamagedPdf, match="damaged"):
        read_document(pdfs.of_objects(catalog))


def test_a_pdf_with_too_much_text_is_refused(pdfs: Pdfs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_CHARACTERS", 100)
    pages = reader.read(pdfs.proper(["x" * 60, "y" * 60]))
    assert [next(pages)["pages"], next(pages)["text"]] == [2, "x" * 60]
    with pytest.raises(OversizedPdf, match="more than the 100 characters"):
        next(pages)


def test_a_pdf_that_spins_is_stopped(pdfs: Pdfs) -> None:
    with pytest.raises(ReaderLost, match="more than the 1 s of processor time"):
        read_document(pdfs.laughing(11), cpu_s=1)


def test_a_pdf_that_swells_is_stopped(pdfs: Pdfs) -> None:
    data = pdfs.inflating(200)
    assert len(data) < 20_000
    with pytest.raises(ReaderLost, match="memory"):
        read_document(data, memory_bytes=256 * 1024**2)


def test_the_reader_does_not_see_the_workers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert not [name for name in sandbox._environment() if name.startswith("AWS")]
    assert "PATH" in sandbox._environment()


def test_a_reader_that_is_left_in_the_middle_is_ended(pdfs: Pdfs, monkeypatch: pytest.MonkeyPatch) -> None:
    readers: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            readers.append(self)

    class Interrupted(Exception):
        pass

    def interrupt(_done: int, _total: int) -> None:
        raise Interrupted

    monkeypatch.setattr(subprocess, "Popen", Noted)
    with pytest.raises(Interrupted):
        read_document(pdfs.laughing(11), interrupt)
    assert [reader.returncode for reader in readers] == [-signal.SIGKILL]


@settings(max_examples=15, deadline=None)
@given(
    damage=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)), min_size=1, max_size=9
    )
)
def test_any_damage_ends_as_a_document_or_a_reason(pdfs: Pdfs, damage: list[tuple[float, bytes]]) -> None:
    data = bytearray(pdfs.proper(["one two", "three"]))
    for place, junk in damage:
        start = int(place * len(data))
        data[start : start + len(junk)] = junk
    with contextlib.suppress(PdfError):
        assert len(read_document(bytes(data), cpu_s=5).pages) >= 1
