"""Claims: one at a time, marked once, given up when nothing was sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from celeriac import clock
from celeriac.exceptions import CeleriacError, OperationalError
from notify.ledger import KEPT, Ledger

if TYPE_CHECKING:
    from tests.notify.conftest import Cloud

pytestmark = pytest.mark.usefixtures("cloud")
NOW = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)


def test_the_first_to_claim_has_it_and_the_next_learns_since_when() -> None:
    with clock.running_on(lambda: NOW):
        assert Ledger("results").claim("t1") is None
    with clock.running_on(lambda: NOW + timedelta(minutes=1)):
        standing = Ledger("results").claim("t1")
        assert standing is not None
        assert (standing.claimed_at, standing.message_id) == (NOW, "")
        assert Ledger("results").claim("t2") is None


def test_a_claim_that_is_repeated_is_still_ours() -> None:
    ledger = Ledger("results")
    assert ledger.claim("t1") is None
    assert ledger.claim("t1") is None


def test_a_mark_tells_which_mail_left(cloud: Cloud) -> None:
    ledger = Ledger("results")
    ledger.claim("t1")
    ledger.mark("t1", "ses-1")
    standing = Ledger("results").claim("t1")
    assert standing is not None
    assert standing.message_id == "ses-1"
    assert cloud.ledger_item("t1")["state"] == "SENT"


def test_a_claim_that_is_given_up_is_free_again(cloud: Cloud) -> None:
    ledger = Ledger("results")
    ledger.claim("t1")
    ledger.release("t1")
    assert cloud.ledger_item("t1") == {}
    assert Ledger("results").claim("t1") is None


def test_nobody_marks_or_gives_up_what_another_has_claimed(cloud: Cloud) -> None:
    Ledger("results").claim("t1")
    before = cloud.ledger_item("t1")
    with pytest.raises(CeleriacError):
        Ledger("results").release("t1")
    with pytest.raises(CeleriacError):
        Ledger("results").mark("t1", "ses-1")
    assert cloud.ledger_item("t1") == before


def test_a_claim_expires_even_where_the_table_has_not_forgotten_it_yet() -> None:
    with clock.running_on(lambda: NOW):
        Ledger("results").claim("t1")
    with clock.running_on(lambda: NOW + KEPT - timedelta(seconds=2)):
        assert Ledger("results").claim("t1") is not None
    with clock.running_on(lambda: NOW + KEPT + timedelta(seconds=2)):
        assert Ledger("results").claim("t1") is None


def test_an_item_can_be_forgotten_by_the_table(cloud: Cloud) -> None:
    with clock.running_on(lambda: NOW):
        Ledger("results").claim("t1")
    assert cloud.ledger_item("t1")["expires_at"] == str(int((NOW + KEPT).timestamp()))


def test_a_table_that_is_not_there_is_trouble_with_aws() -> None:
    with pytest.raises(OperationalError, match="mail ledger"):
        Ledger("nothing").claim("t1")
