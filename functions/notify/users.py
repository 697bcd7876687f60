"""The users table: who somebody is, and where to write to."""

from __future__ import annotations

from celeriac import aws
from notify.errors import NoAddress, UnknownUser
from notify.letter import Person

__all__ = ["person"]

_KEY_BYTES = 2048
"""What DynamoDB takes as a partition key."""


def person(table: str, user_id: str) -> Person:
    """The user's name and address; raises UnknownUser or NoAddress."""
    if not isinstance(user_id, str) or not 0 < len(_utf8(user_id)) <= _KEY_BYTES:
        raise UnknownUser(f"user_id must be a string of 1 to {_KEY_BYTES:,} bytes, not {user_id!r:.100}")
    key = {"user_id": {"S": user_id}}
    with aws.translated("reading the users table"):
        item = aws.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    if item is None:
        raise UnknownUser(f"there is no user {user_id!r}")
    email = item.get("email", {}).get("S", "").strip()
    if not email:
        raise NoAddress(f"the user {user_id!r} has no e-mail address")
    return Person(email, item.get("name", {}).get("S", ""))


def _utf8(text: str) -> bytes:
    """The text as DynamoDB takes it; empty where it has half a character, which JSON can carry and UTF-8 cannot."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return b""
