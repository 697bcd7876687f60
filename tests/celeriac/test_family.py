"""Handles and their children: what a task sent, what followed it, and the ways through all of them."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from copy import copy
from typing import Any

import pytest

from celeriac import Celeriac, chain, chord, group, limits, states
from celeriac.exceptions import IncompleteStream, TaskRevokedError
from celeriac.result import (
    AsyncResult,
    DependencyGraph,
    EagerResult,
    GroupResult,
    ResultSet,
    allow_join_result,
    denied_join_result,
)
from celeriac.testing import Twin


class House:
    """The tasks of Celery's own example of `collect`, and some more."""

    def __init__(self) -> None:
        self.app = app = Celeriac("house")

        @app.task(name="house.pow2")
        def pow2(number: int) -> int:
            return number**2

        @app.task(name="house.second")
        def second(number: int) -> Any:
            return pow2.delay(number)

        @app.task(name="house.first")
        def first(size: int) -> Any:
            return group(second.s(number) for number in range(size))()

        @app.task(name="house.total")
        def total(numbers: list[int]) -> int:
            return sum(numbers)

        @app.task(name="house.silent", trail=False)
        def silent() -> None:
            pow2.delay(1)

        @app.task(name="house.fail")
        def fail() -> None:
            raise KeyError("lost")

        @app.task(name="house.impatient")
        def impatient(how: str) -> Any:
            sent = pow2.delay(2)
            if how == "allowed":
                with allow_join_result():
                    return sent.get(timeout=0)
            return sent.get(timeout=0)

        self.pow2, self.first, self.total, self.silent, self.fail = pow2, first, total, silent, fail
        self.impatient = impatient


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def twin(house: House) -> Iterator[Twin]:
    with Twin(house.app) as twin:
        yield twin


def test_collect_yields_the_whole_family_as_in_celerys_example(house: House, twin: Twin) -> None:
    result = house.first.delay(5)
    twin.run()
    assert [value for child, value in result.collect() if not child.children] == [0, 1, 4, 9, 16]
    assert [type(child) for child in result.children] == [GroupResult]
    assert len(list(result.iterdeps())) == 1 + 1 + 5 + 5
    assert result.get_leaf() == 16


def test_what_follows_in_a_chain_is_a_child(house: House, twin: Twin) -> None:
    last = chain(house.pow2.s(2), house.pow2.s(), house.pow2.s()).delay()
    twin.run()
    first = last.parent.parent
    assert [child.id for child in first.children] == [last.parent.id]
    assert first.get_leaf() == 256
    graph = first.graph
    assert graph.topsort() == [last, last.parent, first]
    assert repr(graph).splitlines()[:3] == [f"{first}(2)", f"     {last.parent}(1)", f"          {last}(0)"]


def test_a_callback_and_the_header_of_a_chord_are_children(house: House, twin: Twin) -> None:
    result = chain(house.pow2.s(2), group(house.pow2.s(), house.pow2.s()), house.total.s()).delay()
    linked = house.pow2.apply_async((1,), link=house.pow2.s())
    twin.run()
    (header,) = result.parent.parent.children
    assert (header.id, header.get(timeout=0)) == (result.parent.id, [16, 16])
    assert [child.get(timeout=0) for child in linked.children] == [1]


def test_a_family_that_is_not_finished_is_told_as_far_as_it_is_known(house: House, twin: Twin) -> None:
    result = house.first.delay(2)
    with pytest.raises(IncompleteStream):
        list(result.iterdeps())
    assert list(result.iterdeps(intermediate=True)) == [(None, result)]
    assert list(result.build_graph(intermediate=True)) == [result]


def test_a_task_may_leave_no_trail(house: House, twin: Twin) -> None:
    result = house.silent.delay()
    twin.run()
    assert result.children == []


def test_a_row_lists_no_more_children_than_it_has_room_for(house: House, twin: Twin) -> None:
    result = house.first.delay(limits.ROW_CHILDREN + 500)
    twin.run()
    (members,) = result.children
    assert len(members) == limits.ROW_CHILDREN - 1


def test_waiting_in_a_task_is_forbidden_unless_it_is_allowed(house: House, twin: Twin) -> None:
    denied, allowed = house.impatient.delay("denied"), house.impatient.delay("allowed")
    twin.run()
    assert "Never call result.get() within a task" in str(denied.result)
    assert "was not ready" in str(allowed.result)
    with denied_join_result(), pytest.raises(RuntimeError):
        denied.get()
    assert "was not ready after 0 s" in str(house.impatient.apply(("eager",)).result)


def test_a_handle_tells_what_is_known_of_its_task(house: House, twin: Twin) -> None:
    good, bad = house.pow2.apply_async((3,), queue="house"), house.fail.delay()
    assert (good.exists(), good.name, good.date_done, good.args) == (False, None, None, None)
    twin.run()
    assert (good.exists(), good.name, good.queue, good.retries, good.date_done) == (
        True, "house.pow2", "house", 0, twin.now
    )  # fmt: skip
    assert (good.args, good.worker, bad.args, bad.kwargs) == (None, None, [], {})
    assert good.as_list() == [good.id]
    assert pickle.loads(pickle.dumps(good)) == copy(good) == good
    assert AsyncResult(good.id, app=house.app) == good
    with pytest.raises(ValueError, match="not None"):
        AsyncResult(None)  # type: ignore[arg-type]  # what is refused


def test_then_calls_back_once_with_the_handle_that_is_seen_to_be_finished(house: House, twin: Twin) -> None:
    seen: list[Any] = []
    one, several = house.pow2.delay(2), group(house.pow2.s(1), house.pow2.s(2)).delay()
    one.then(seen.append)
    several.then(seen.append)
    assert (one.ready(), several.ready(), seen) == (False, False, [])
    twin.run()
    assert (one.get(), several.get(), seen) == (4, [1, 4], [one, several])
    one.then(seen.append)
    assert seen == [one, several, one]


def test_between_two_looks_a_caller_is_called(house: House, twin: Twin) -> None:
    assert house.pow2.delay(3).get(timeout=1, on_interval=twin.run, interval=0.01) == 9
    assert group(house.pow2.s(3)).delay().get(timeout=1, on_interval=twin.run, interval=0.01) == [9]


def test_the_error_of_a_task_before_is_not_followed_if_nobody_wants_it(house: House, twin: Twin) -> None:
    last = chord([house.fail.si(), house.pow2.si(1)], house.total.s()).delay()
    twin.run()
    with pytest.raises(KeyError):
        last.get()
    with pytest.raises(Exception, match="Dependency"):
        last.get(follow_parents=False)


def test_a_large_group_is_looked_at_a_hundred_in_a_request(house: House, twin: Twin) -> None:
    result = group(house.pow2.s(number) for number in range(250)).delay()
    twin.run()
    for look in (result.ready, result.completed_count, result.get):
        again = house.app.GroupResult(result.id, [house.app.AsyncResult(member.id) for member in result])
        twin.steps.clear()
        getattr(again, look.__name__)()
        assert twin.steps == ["read rows"] * 3


def test_forgetting_the_end_of_a_chain_forgets_all_of_it(house: House, twin: Twin) -> None:
    last = chain(house.pow2.s(2), house.pow2.s()).delay()
    twin.run()
    last.forget()
    assert (last.state, last.parent.state, twin.backend.rows) == ("PENDING", "PENDING", {})


def test_an_eager_result_is_a_result(house: House) -> None:
    result = house.pow2.apply((3,))
    assert isinstance(result, AsyncResult)
    assert list(result.collect()) == [(result, 9)]
    assert (result.get(), result.then(lambda _: None), copy(result).get()) == (9, result, 9)
    result.revoke()
    assert result.state == states.REVOKED
    with pytest.raises(TaskRevokedError):
        result.get()
    assert EagerResult("id", 1, "SUCCESS") == "id"


def test_a_set_of_results_is_made_by_its_app(house: House, twin: Twin) -> None:
    results = house.app.ResultSet([house.pow2.delay(2), house.pow2.delay(3)])
    twin.run()
    assert (results.get(), type(results), len(results)) == ([4, 9], ResultSet, 2)


def test_a_graph_is_a_dictionary_that_can_be_sorted_and_drawn() -> None:
    graph = DependencyGraph()
    graph.update([("a", ["b", "c"]), ("b", ["c"]), ("c", [])])
    assert graph.topsort() == ["c", "b", "a"]
    assert (list(graph.edges()), graph.valency_of("a"), len(graph)) == (["a", "b"], 3, 3)
    drawing = io.StringIO()
    graph.to_dot(drawing)
    assert '    "a" -> "b"\n' in drawing.getvalue()
