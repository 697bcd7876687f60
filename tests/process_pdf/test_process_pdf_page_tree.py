"""Circles in the page tree."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from process_pdf.page_tree import circle, nodes


def node(number: int, *kids: int) -> bytes:
    references = " ".join(f"{kid} 0 R" for kid in kids)
    return f"{number} 0 obj\n<< /Type /Pages /Kids [ {references} ] >>\nendobj\n".encode()


def test_a_tree_is_not_a_circle() -> None:
    data = node(2, 3, 4) + node(3, 5, 6) + node(4, 7)
    assert nodes(data) == {2: {3, 4}, 3: {5, 6}, 4: {7}}
    assert circle(data) == []


def test_a_circle_is_named_by_its_objects() -> None:
    assert circle(node(2, 3) + node(3, 4) + node(4, 2)) == [2, 3, 4, 2]


def test_a_node_that_was_updated_counts_as_it_is_last() -> None:
    assert circle(node(2, 3) + node(3, 2) + node(3, 4)) == []


def test_kids_of_other_kinds_do_not_count() -> None:
    assert circle(b"2 0 obj\n<</FT/Tx/Kids[3 0 R]>>\nendobj\n3 0 obj\n<</Parent 2 0 R/Kids[2 0 R]>>\nendobj\n") == []


def test_a_very_deep_tree_is_looked_through_in_seconds() -> None:
    data = b"".join(node(number, number + 1) for number in range(40_000))
    started = time.thread_time()
    assert circle(data) == []
    assert time.thread_time() - started < 10


@given(st.binary(max_size=300) | st.text("0123456789 objRKids[]/TypePages<>\n", max_size=300).map(str.encode))
def test_any_bytes_can_be_looked_through(data: bytes) -> None:
    assert circle(data) in ([], circle(data))
