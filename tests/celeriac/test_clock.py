"""The time, from one place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from celeriac import clock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_time_can_be_taken_from_elsewhere_for_a_while() -> None:
    with clock.running_on(lambda: NOON):
        assert clock.now() == NOON
        with clock.running_on(lambda: NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_the_time_is_the_systems_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="no"), clock.running_on(lambda: NOON):
        raise ValueError("no")
    assert clock.now() != NOON
