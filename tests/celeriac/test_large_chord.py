"""A chord of ten thousand joins once, whatever SQS delivers twice and wherever a worker dies."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from celeriac import Celeriac, chord
from celeriac.testing import Crash, Twin

SIZE = 10_000


def test_a_chord_of_ten_thousand_joins_once_under_copies_and_crashes() -> None:
    app, runs, bodies, dice = Celeriac("field"), Counter[int](), list[Any](), Random(7)
    deaths = {dice.randrange(1, 35_000) for _ in range(10)}

    @app.task(name="field.reap")
    def reap(number: int) -> int:
        runs[number] += 1
        return number

    @app.task(name="field.store")
    def store(numbers: list[int]) -> int:
        bodies.append(numbers)
        return len(numbers)

    def fault(what: str) -> None:
        if len(twin.steps) in deaths:
            raise Crash(what)

    with Twin(app, batch_size=100, max_receives=20) as twin:
        header = (reap.s(number) for number in range(SIZE))
        result = chord(header, store.s()).delay()
        waiting = twin.broker.messages["field"]
        waiting += [
            type(one)("copy-" + one.message_id, one.body, one.visible_at) for one in dice.choices(waiting, k=500)
        ]
        dice.shuffle(waiting)
        twin.steps.clear()
        twin.fault = fault
        twin.run()
        assert result.get(timeout=0) == SIZE
        assert not twin.dead_letters
    assert bodies == [list(range(SIZE))]
    assert sum(runs.values()) <= SIZE + len(deaths)
    assert len(twin.backend.rows) == SIZE + 1
