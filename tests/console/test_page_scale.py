"""The marks of a chart's time: round in local time, on both sides of a change of the clocks."""

from __future__ import annotations

from typing import Any

import pytest

MOMENTS = """({ moments }, [from, to, most]) => moments(Date.parse(from), Date.parse(to), most).map((moment) => {
  const date = new Date(moment);
  return [date.getDate(), date.getHours(), date.getMinutes()];
})"""


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-10-22T12:00Z", "2026-10-29T12:00Z", range(23, 30)),
        ("2026-03-26T12:00Z", "2026-03-31T12:00Z", range(27, 32)),
    ],
    ids=["to-winter", "to-summer"],
)
def test_each_day_has_one_mark_at_its_midnight(module: Any, since: str, until: str, days: range) -> None:
    marks = module("scale.js", timezone_id="Europe/Berlin").evaluate(MOMENTS, [since, until, 8])

    assert marks == [[day, 0, 0] for day in days]


def test_an_hour_that_is_there_twice_has_its_marks_twice(module: Any) -> None:
    scale = module("scale.js", timezone_id="Europe/Berlin")

    marks = scale.evaluate(MOMENTS, ["2026-10-25T00:00Z", "2026-10-25T02:00Z", 4])

    assert marks == [[25, 2, 0], [25, 2, 30], [25, 2, 0], [25, 2, 30], [25, 3, 0]]


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (2, [0, 1, 2]),
        (7, [0, 3, 6, 9]),
        (9, [0, 5, 10]),
        (120, [0, 50, 100, 150]),
        (1_000_001, [0, 500_000, 1_000_000, 1_500_000]),
    ],
)
def test_messages_are_counted_in_whole_numbers(module: Any, most: int, marks: list[int]) -> None:
    assert module("scale.js").evaluate("({ wholeTicks }, most) => wholeTicks(most)", most) == marks


def test_a_long_time_has_marks_of_one_unit_each(module: Any) -> None:
    scale = module("scale.js")
    units = (86_400, 3600, 60, 1)

    for most in [1.5, *range(2, 200), *range(200, 300_000, 997)]:
        marks = scale.evaluate("({ durationTicks }, most) => durationTicks(most)", most)
        largest = [next(unit for unit in units if mark >= unit) for mark in marks[1:]]
        assert all(mark % unit == 0 for mark, unit in zip(marks[1:], largest, strict=True)), (most, marks)
        assert marks[-1] >= most
