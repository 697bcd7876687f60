"""Who somebody is."""

from __future__ import annotations

from typing import Any

import pytest

from celeriac.exceptions import OperationalError
from notify.errors import NoAddress, UnknownUser
from notify.letter import Person
from notify.users import person

pytestmark = pytest.mark.usefixtures("cloud")


def test_a_user_has_a_name_and_an_address() -> None:
    assert person("users", "ada") == Person("ada@example.com", "Ada Lovelace")


@pytest.mark.parametrize("user_id", ["nobody", "", "x" * 3000, "\ud800", None, 7])
def test_an_unknown_user_is_named(user_id: Any) -> None:
    with pytest.raises(UnknownUser, match=r"nobody|user_id must be"):
        person("users", user_id)


def test_a_user_without_an_address_is_named() -> None:
    with pytest.raises(NoAddress, match="'mute' has no e-mail address"):
        person("users", "mute")


def test_a_table_that_is_not_there_is_trouble_with_aws() -> None:
    with pytest.raises(OperationalError, match="reading the users table"):
        person("people", "ada")
