"""The states, as Celery groups them."""

from __future__ import annotations

from celeriac import states


def test_a_state_is_its_own_name() -> None:
    for name in ("PENDING", "RECEIVED", "STARTED", "SUCCESS", "FAILURE", "REVOKED", "RETRY", "REJECTED", "IGNORED"):
        assert getattr(states, name) == name


def test_the_groups_are_celerys() -> None:
    assert {"SUCCESS", "FAILURE", "REVOKED"} == states.READY_STATES
    assert {"PENDING", "RECEIVED", "STARTED", "REJECTED", "RETRY"} == states.UNREADY_STATES
    assert {"RETRY", "FAILURE", "REVOKED"} == states.EXCEPTION_STATES
    assert {"FAILURE", "REVOKED"} == states.PROPAGATE_STATES
    assert states.READY_STATES | states.UNREADY_STATES | states.EXCEPTION_STATES == states.ALL_STATES
