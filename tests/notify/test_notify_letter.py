"""What a mail says, and what it cannot be made to say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.errors import InvalidMessage, NoAddress
from notify.letter import MESSAGE_CHARACTERS, Letter, Person, letter_to

ADA = Person("ada@example.com", "Ada")


def test_the_first_line_is_the_subject_and_the_name_is_greeted() -> None:
    assert letter_to(ADA, "PDF processed\nIt has 12 pages.") == Letter(
        "ada@example.com", "PDF processed", "Hello Ada,\n\nPDF processed\nIt has 12 pages.\n"
    )


def test_somebody_without_a_name_is_not_greeted() -> None:
    assert letter_to(Person("a@b.example"), "Hi").text == "Hi\n"


def test_a_subject_of_its_own_comes_first() -> None:
    assert letter_to(ADA, "one\ntwo", subject="Report").subject == "Report"


def test_a_long_first_line_becomes_a_short_subject() -> None:
    letter = letter_to(ADA, "word " * 100)
    assert len(letter.subject) <= 120
    assert letter.subject.endswith("…")
    assert letter.text.count("word") == 100


@pytest.mark.parametrize(
    "message",
    ["Hi\r\nBcc: eve@example.com", "Hi\nBcc: eve@example.com", "Hi\x0bBcc: x", "Hi\u2028Bcc: x", "Hi\x85Bcc: x"],
)
def test_a_message_cannot_add_a_header(message: str) -> None:
    assert letter_to(ADA, message).subject in {"Hi", "HiBcc: x"}
    assert letter_to(ADA, "text", subject=message).subject in {"Hi", "HiBcc: x"}
    assert "\n" not in letter_to(Person("a@b.example", message), "text").text.splitlines()[0]


@pytest.mark.parametrize("message", ["", "  \r\n ", " \0 ", None, 7, ["Hi"]])
def test_a_message_that_says_nothing_is_not_sent(message: Any) -> None:
    with pytest.raises(InvalidMessage, match="empty"):
        letter_to(ADA, message)


def test_a_message_that_is_too_long_is_not_sent() -> None:
    assert letter_to(ADA, "x" * MESSAGE_CHARACTERS)
    with pytest.raises(InvalidMessage, match="20,001 characters; at most 20,000"):
        letter_to(ADA, "x" * (MESSAGE_CHARACTERS + 1))


@pytest.mark.parametrize(
    "address",
    [
        "ada",
        "ada@",
        "@b",
        "a b@c.example",
        "a@b@c",
        "a@b.example\n",
        "a@b,c@d",
        "<a@b>",
        "Ada <a@b>",
        "ü@b.example",
        "a@b" * 99,
    ],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(NoAddress, match="is not an address"):
        letter_to(Person(address), "Hi")


@given(st.text(min_size=1, max_size=200), st.text(max_size=80), st.text(max_size=80))
def test_any_text_becomes_a_mail_that_can_be_sent(message: str, subject: str, name: str) -> None:
    try:
        letter = letter_to(Person("a@b.example", name), message, subject)
    except InvalidMessage:
        assert not any(char.isprintable() and not char.isspace() for char in message)
        return
    assert len(letter.subject.splitlines()) <= 1
    assert len(letter.subject) <= 120
    assert letter.subject.isprintable() or "\n" not in letter.subject
    letter.text.encode()
    letter.subject.encode()
