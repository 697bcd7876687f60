"""A canvas made of a generator: its tasks are sent while it goes on, and its chord still joins exactly once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from celeriac import Celeriac, chain, chord, group, start
from celeriac.canvas.regen import regen
from celeriac.testing import Twin


class Shop:
    """An app, its twin, and how many tasks had run each time when a generator was asked for the next one."""

    def __init__(self) -> None:
        self.app, self.ran, self.seen, self.bodies = Celeriac("shop"), list[int](), list[int](), list[Any]()
        self.twin = Twin(self.app)

        @self.app.task(name="shop.pack")
        def pack(number: int) -> int:
            self.ran.append(number)
            return number

        @self.app.task(name="shop.ship")
        def ship(numbers: Any) -> int:
            self.bodies.append(numbers)
            return sum(numbers)

        self.pack, self.ship = pack, ship

    def orders(self, size: int) -> Iterator[Any]:
        """Tasks that come one by one, while the worker works off what is there."""
        for number in range(size):
            self.twin.run()
            self.seen.append(len(self.ran))
            yield self.pack.s(number)


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    with shop.twin:
        yield shop


@pytest.mark.parametrize("size", [0, 1, 2, 10, 11, 12, 256, 257, 300])
def test_a_chords_tasks_are_sent_while_its_generator_goes_on(
    shop: Shop, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "PATIENCE_S", math.inf)
    result = chord(shop.orders(size), shop.ship.s())()
    shop.twin.run()
    assert result.get(timeout=0) == sum(range(size))
    assert shop.bodies == [list(range(size))]
    assert (shop.seen[-1] if shop.seen else 0) == max(0, size - 2) // 10 * 10
    if size:
        assert [member.get(timeout=0) for member in result.parent] == list(range(size))


@pytest.mark.parametrize("size", [2, 7])
def test_a_task_does_not_wait_long_for_a_slow_generator(shop: Shop, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "PATIENCE_S", 0)
    result = chord(shop.orders(size), shop.ship.s())()
    shop.twin.run()
    assert result.get(timeout=0) == sum(range(size))
    assert shop.seen[-1] == size - 2


def test_the_tasks_of_a_plain_group_are_sent_as_they_come(shop: Shop) -> None:
    result = group(shop.orders(25)).delay()
    shop.twin.run()
    assert result.get(timeout=0) == list(range(25))
    assert shop.seen[-1] == 20


@pytest.mark.parametrize(
    "make",
    [
        lambda shop: group(shop.orders(30)) | shop.ship.s(),
        lambda shop: chain(group(shop.orders(30)), shop.ship.s()),
        lambda shop: shop.pack.si(0) | group(shop.pack.si(order.args[0]) for order in shop.orders(30)) | shop.ship.s(),
    ],
)
def test_a_generator_may_stand_in_any_canvas(shop: Shop, make: Any) -> None:
    result = make(shop).delay()
    shop.twin.run()
    assert result.get(timeout=0) == sum(range(30))


def test_a_generator_that_raises_half_way_leaves_no_body_and_no_trouble(shop: Shop) -> None:
    def orders() -> Iterator[Any]:
        yield from shop.orders(21)
        raise OSError("the file ends here")

    with pytest.raises(OSError, match="ends here"):
        chord(orders(), shop.ship.s())()
    shop.twin.run()
    assert (len(shop.ran), shop.bodies, shop.twin.dead_letters) == (20, [], {})


def test_a_group_of_a_generator_is_in_all_else_a_group_of_a_list(shop: Shop) -> None:
    def lazy() -> Any:
        return group(shop.pack.s(number) for number in range(3))

    eager = group([shop.pack.s(number) for number in range(3)])
    assert json.dumps(lazy()) == json.dumps(eager)
    assert json.dumps(chord(lazy(), shop.ship.s())) == json.dumps(chord(eager, shop.ship.s()))
    assert lazy() == eager
    assert len(lazy()) == 3
    assert deepcopy(lazy()) == lazy().clone() == eager
    assert [(task.args, len(made.tasks)) for made in [lazy()] for task in made.tasks] == [((i,), 3) for i in range(3)]
    assert [member.id for member in lazy().freeze()] != [None] * 3
    assert lazy().app is shop.app


def test_a_generator_is_gone_through_once(shop: Shop) -> None:
    header = regen(iter([1, 2, 3]))
    assert next(iter(header)) == 1
    assert [(one, two) for one in header for two in header] == [(one, two) for one in (1, 2, 3) for two in (1, 2, 3)]


def test_a_group_that_was_made_of_a_generator_can_be_sent_twice(shop: Shop) -> None:
    whole = chord(shop.orders(12), shop.ship.s())
    assert whole.delay().id != whole.delay().id
    shop.twin.run()
    assert shop.bodies == [list(range(12))] * 2


def test_a_frozen_canvas_that_is_sent_again_is_another_run(shop: Shop) -> None:
    whole = chord([shop.pack.s(1), shop.pack.s(2)], shop.ship.s())
    frozen = whole.freeze()
    first, second = whole.delay(), whole.delay()
    shop.twin.run()
    assert (first.id == frozen.id, second.id != first.id) == (True, True)
    assert (first.get(timeout=0), second.get(timeout=0), len(shop.bodies)) == (3, 3, 2)
