"""Where the nodes of a family go: the layout as a function, asked in the browser."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SIZES = {"width": 100, "height": 40, "across": 20, "down": 10}
LAYOUT = """(module, [kind, nodes, sizes]) => {
  const layout = module[kind](nodes, sizes);
  return { ...layout, places: Object.fromEntries(layout.places) };
}"""


@pytest.fixture
def lay(module: Any) -> Any:
    """The layout of a family, given as parents by id."""
    layout = module("layout.js")

    def laid(parents: dict[str, list[str]], kind: str = "layered") -> Any:
        nodes = [{"id": one, "parents": theirs} for one, theirs in parents.items()]
        return layout.evaluate(LAYOUT, [kind, nodes, SIZES])

    return laid


def check(layout: Any, parents: dict[str, list[str]]) -> None:
    """No two nodes touch, children are to the right of their parents, and all is within the frame."""
    places = layout["places"]
    assert places.keys() == parents.keys()
    for parent, child in layout["edges"]:
        assert places[parent]["x"] < places[child]["x"]
    by_layer: dict[float, list[float]] = {}
    for place in places.values():
        by_layer.setdefault(place["x"], []).append(place["y"])
        assert 0 <= place["x"] <= layout["width"] - SIZES["width"]
        assert 0 <= place["y"] <= layout["height"] - SIZES["height"] + 0.001
    for heights in by_layer.values():
        ordered = sorted(heights)
        assert all(below - above > 49.99 for above, below in pairwise(ordered))


def test_a_chain_is_a_straight_line(lay: Any) -> None:
    places = lay({"a": [], "b": ["a"], "c": ["b"]})["places"]

    assert [places[one]["x"] for one in "abc"] == [0, 120, 240]
    assert len({places[one]["y"] for one in "abc"}) == 1


def test_a_parent_stands_in_the_middle_of_its_children(lay: Any) -> None:
    layout = lay({"p": [], "a": ["p"], "b": ["p"], "c": ["p"]})

    assert [layout["places"][one]["y"] for one in "pabc"] == [50, 0, 50, 100]
    assert (layout["width"], layout["height"]) == (220, 140)


def test_the_body_of_a_chord_comes_after_all_of_its_members(lay: Any) -> None:
    places = lay({"p": [], "a": ["p"], "b": ["p"], "body": ["a", "b"]})["places"]

    assert places["body"]["x"] == 240
    assert places["body"]["y"] == places["p"]["y"] == 25


def test_a_circle_and_a_parent_that_is_not_there_are_no_trouble(lay: Any) -> None:
    parents = {"a": ["b"], "b": ["a"], "c": ["c", "gone"], "d": ["c"]}

    check(lay(parents), parents)


def test_no_family_is_an_empty_drawing(lay: Any) -> None:
    assert lay({})["edges"] == []


def test_a_narrow_family_is_a_list_whose_children_are_set_in(lay: Any) -> None:
    places = lay({"p": [], "a": ["p"], "b": ["p"], "c": ["a"]}, "indented")["places"]

    assert [(places[one]["x"], places[one]["y"]) for one in "pacb"] == [(0, 0), (20, 50), (40, 100), (20, 150)]


def test_any_family_is_laid_out_without_two_nodes_touching(lay: Any) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(1, 60), st.randoms(use_true_random=False))
    def holds(number: int, chance: random.Random) -> None:
        parents = {
            str(one): [str(chance.randrange(number)) for _ in range(chance.choice([0, 1, 1, 2, 3]))]
            for one in range(number)
        }
        check(lay(parents), parents)

    holds()


def test_two_hundred_nodes_are_laid_out_in_a_blink(lay: Any) -> None:
    parents = {"p": [], **{str(one): ["p" if one < 10 else str(one // 10)] for one in range(1, 200)}}

    layout = lay(parents)

    check(layout, parents)
