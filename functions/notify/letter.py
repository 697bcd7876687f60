"""A mail as it is written: plain text, a subject that cannot become a header of its own, and bounds."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from notify.errors import InvalidMessage, NoAddress

__all__ = ["MESSAGE_CHARACTERS", "Letter", "Person", "letter_to"]

MESSAGE_CHARACTERS = 20_000
SUBJECT_CHARACTERS = 120
NAME_CHARACTERS = 100
_ADDRESS = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,253}")
_NOT_IN_AN_ADDRESS = frozenset('()<>[],;:\\"')


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to write to."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, ready to send."""

    to: str
    subject: str
    text: str


def letter_to(person: Person, message: str, subject: str = "") -> Letter:
    """A letter with this message; without a subject of its own the first line is the subject.

    Raises InvalidMessage for one that is empty or longer than 20,000 characters, NoAddress for a person who cannot be
    written to.
    """
    if not isinstance(message, str) or not (text := _plain(message)):
        raise InvalidMessage("the message is empty")
    if len(message) > MESSAGE_CHARACTERS:
        raise InvalidMessage(f"the message has {len(message):,} characters; at most {MESSAGE_CHARACTERS:,} are sent")
    greeting = f"Hello {_line(person.name, NAME_CHARACTERS)},\n\n" if person.name.strip() else ""
    return Letter(_checked(person.email), _line(subject or text, SUBJECT_CHARACTERS), f"{greeting}{text}\n")


def _plain(text: str) -> str:
    """The text without control characters and broken surrogates; lines and tabs stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (char for char in lines if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def _line(text: str, most: int) -> str:
    """The first line that has something on it, shortened."""
    line = next((line for line in _plain(text).splitlines() if line.strip()), "")
    line = " ".join(line.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _checked(address: str) -> str:
    if not _ADDRESS.fullmatch(address) or _NOT_IN_AN_ADDRESS & set(address):
        raise NoAddress(f"{address!r:.200} is not an address that mail can be sent to")
    return address
