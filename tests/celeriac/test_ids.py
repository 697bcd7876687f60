"""Ids: random outside of a worker, derived inside."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celeriac.ids import call_text, derived_id, new_id, told_by


def test_outside_of_a_story_every_id_is_new() -> None:
    ids = {new_id("a") for _ in range(100)}
    assert len(ids) == 100
    assert all(UUID(task_id).version == 4 for task_id in ids)


def told(*teller: object) -> list[str]:
    with told_by(*teller):
        return [new_id("a"), new_id("a"), new_id("b")]


def test_in_a_story_the_same_telling_gives_the_same_ids() -> None:
    assert told("id-1", 0) == told("id-1", 0)
    assert len({*told("id-1", 0)}) == 3


def test_each_teller_has_ids_of_its_own() -> None:
    assert not {*told("id-1", 0)} & {*told("id-1", 1)}
    assert not {*told("id-1", 0)} & {*told("id-2", 0)}


def test_what_is_sent_in_the_place_of_something_else_has_another_id() -> None:
    with told_by("id-1"):
        first = new_id("a")
    with told_by("id-1"):
        assert new_id("b") != first


def test_a_story_within_a_story_does_not_disturb_it() -> None:
    with told_by("id-1"):
        ids = [new_id("a")]
        assert told("id-2")
        ids.append(new_id("a"))
    assert ids == told("id-1")[:2]


def test_after_a_story_ids_are_random_again() -> None:
    with pytest.raises(ValueError, match="no"), told_by("id-1"):
        raise ValueError("no")
    assert new_id("a") != new_id("a")


parts = st.lists(st.text(max_size=3) | st.integers(), min_size=1, max_size=3)


@given(parts, parts)
def test_different_parts_have_different_ids(one: list[object], other: list[object]) -> None:
    same = [str(part) for part in one] == [str(part) for part in other]
    assert (derived_id(*one) == derived_id(*other)) is same


def test_a_call_that_json_cannot_carry_has_a_text_all_the_same() -> None:
    assert call_text("office.work", [[1], {}]) == "office.work[[1],{}]"
    assert call_text("office.work", [object()]) == "office.work"
