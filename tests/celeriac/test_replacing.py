"""A task that another one takes the place of, and one that adds to its chord."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from celeriac import Celeriac, Task, chain, chord, group
from celeriac.exceptions import ImproperlyConfigured
from celeriac.testing import Crash, Twin


class Shop:
    """An app whose tasks replace themselves."""

    def __init__(self) -> None:
        self.app = app = Celeriac("shop")
        self.add = app.task(name="shop.add")(lambda x, y: x + y)
        self.same = app.task(name="shop.same")(lambda x: x)
        self.noted: list[Any] = []
        self.note = app.task(name="shop.note")(self.noted.append)

        @app.task(name="shop.total")
        def total(numbers: list[Any]) -> Any:
            return sum(sum(number) if isinstance(number, list) else number for number in numbers)

        @app.task(name="shop.become", bind=True)
        def become(task: Task, *args: Any, how: str) -> Any:
            *given, value = args
            start = self.add.s(value, given[0] if given else 0)
            canvases = {
                "a task": start,
                "a chain": chain(start, self.add.s(1)),
                "a group": group(start, start.clone()),
                "a chord": chord([start, start.clone()], total.s()),
                "nothing": chain(),
                "itself once more": become.si(value, how="a task"),
            }
            return task.replace(canvases[how])

        @app.task(name="shop.grow", bind=True)
        def grow(task: Task, values: list[int]) -> int:
            for value in values:
                task.add_to_chord(self.same.s(value))
            return 0

        self.total, self.become, self.grow = total, become, grow


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def twin(shop: Shop) -> Iterator[Twin]:
    with Twin(shop.app) as twin:
        yield twin


WAYS = {"a task": 10, "a chain": 11, "a group": [10, 10], "a chord": 20, "itself once more": 10}


@pytest.mark.parametrize(("how", "value"), WAYS.items())
def test_a_replacement_answers_under_the_id_of_the_task(shop: Shop, twin: Twin, how: str, value: Any) -> None:
    result = shop.become.delay(10, how=how)
    twin.run()
    assert result.get(timeout=0) == value


@pytest.mark.parametrize(("how", "value"), WAYS.items())
def test_a_replacement_takes_the_place_in_a_chain(shop: Shop, twin: Twin, how: str, value: Any) -> None:
    result = chain(shop.same.si(0), shop.become.si(10, how=how), shop.same.s()).delay()
    twin.run()
    assert result.get(timeout=0) == value


@pytest.mark.parametrize(("how", "value"), WAYS.items())
def test_a_replacement_takes_the_place_in_a_chord(shop: Shop, twin: Twin, how: str, value: Any) -> None:
    result = chord([shop.same.s(1), shop.become.s(10, how=how), shop.same.s(2)], shop.same.s()).delay()
    twin.run()
    assert result.get(timeout=0) == [1, value, 2]


def test_a_replacement_has_the_callbacks_of_the_task(shop: Shop, twin: Twin) -> None:
    shop.become.apply_async((10,), {"how": "a chain"}, link=shop.note.s())
    twin.run()
    assert shop.noted == [11]


def test_a_task_cannot_be_replaced_with_nothing(shop: Shop, twin: Twin) -> None:
    result = shop.become.delay(10, how="nothing")
    twin.run()
    assert isinstance(result.result, ImproperlyConfigured)


def test_a_member_that_is_added_to_a_chord_is_waited_for(shop: Shop, twin: Twin) -> None:
    result = chord([shop.grow.s([1, 2]), shop.same.s(4), shop.grow.s([8])], shop.total.s()).delay()
    twin.run()
    assert result.get(timeout=0) == 15


def test_only_a_member_of_a_chord_adds_to_it(shop: Shop, twin: Twin) -> None:
    result = shop.grow.delay([1])
    twin.run()
    with pytest.raises(ValueError, match="not member of any chord"):
        result.get(timeout=0)


@pytest.mark.parametrize("step", range(1, 30))
def test_a_crash_adds_no_member_twice_and_replaces_no_task_twice(step: int) -> None:
    shop, count, armed = Shop(), iter(range(1, 10**6)), [False]

    def fault(what: str) -> None:
        if armed[0] and next(count) == step:
            raise Crash(what)

    with Twin(shop.app, fault=fault) as twin:
        header = [shop.grow.s([1, 2]), shop.become.s(10, how="a group"), shop.same.s(4)]
        result = chord(header, shop.total.s()).delay()
        armed[0] = True
        twin.run()
        armed[0] = False
        assert result.get(timeout=0) == 27


def test_a_chain_that_ends_in_a_group_may_replace_a_task(shop: Shop, twin: Twin) -> None:
    @shop.app.task(name="shop.split", bind=True)
    def split(task: Task) -> Any:
        return task.replace(chain(shop.add.s(1, 2), group(shop.add.s(1), shop.add.s(2))))

    result = split.delay()
    twin.run()
    assert result.get(timeout=0) == [4, 5]


def test_a_replacement_knows_how_often_the_task_was_replaced(shop: Shop, twin: Twin) -> None:
    seen: list[int] = []

    @shop.app.task(bind=True, name="shop.deep")
    def deep(task: Task, levels: int) -> Any:
        seen.append(task.request.replaced_task_nesting)
        return task.replace(deep.si(levels - 1) | deep.si(0)) if levels else None

    chain(deep.si(2), deep.si(0)).delay()
    twin.run()
    assert seen == [0, 1, 2, 2, 2, 2], "as in Celery, the steps that follow count, too"


@pytest.mark.parametrize("here", [True, False])
def test_a_task_hears_by_what_it_is_replaced(shop: Shop, twin: Twin, here: bool) -> None:
    heard = []

    class Curious(Task):
        def on_replace(self, sig: Any) -> Any:
            heard.append(sig.task)
            return super().on_replace(sig)

    @shop.app.task(name="shop.step_aside", bind=True, base=Curious)
    def step_aside(self: Task) -> Any:
        return self.replace(shop.add.s(1, 2))

    result = step_aside.apply() if here else step_aside.delay()
    twin.run()
    assert (result.get(timeout=0), heard) == (3, ["shop.add"])
