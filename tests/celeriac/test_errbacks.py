"""Error callbacks in both of Celery's styles, on tasks and on canvases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from celeriac import Celeriac, Task, chain, chord, group
from celeriac.exceptions import ChordError
from celeriac.testing import Twin


class Ward:
    """An app with a task that fails, and error callbacks of each style."""

    def __init__(self) -> None:
        self.app = app = Celeriac("ward")
        self.noted: list[Any] = []
        self.same = app.task(name="ward.same")(lambda x: x)

        @app.task(name="ward.fail")
        def fail(*_args: Any) -> None:
            raise ValueError("never works")

        @app.task(name="ward.old")
        def old(task_id: str) -> None:
            self.noted.append(("old", task_id))

        @app.task(name="ward.new")
        def new(request: Any, exc: Any, traceback: Any) -> None:
            self.noted.append(("new", request.id, repr(exc), "never works" in (traceback or "never works")))

        @app.task(name="ward.bound", bind=True)
        def bound(task: Task, task_id: str) -> None:
            self.noted.append((task.name, task_id))

        @app.task(name="ward.broken")
        def broken(request: Any, exc: Any, traceback: Any) -> None:
            raise RuntimeError("an error callback may fail, too")

        self.fail, self.old, self.new, self.bound, self.broken = fail, old, new, bound, broken


@pytest.fixture
def ward() -> Ward:
    return Ward()


@pytest.fixture
def twin(ward: Ward) -> Iterator[Twin]:
    with Twin(ward.app) as twin:
        yield twin


def test_each_style_is_called_in_its_way(ward: Ward, twin: Twin) -> None:
    result = ward.fail.apply_async(link_error=[ward.old.s(), ward.new.s(), ward.bound.s()])
    twin.run()
    assert sorted(ward.noted) == [
        ("new", result.id, "ValueError('never works')", True),
        ("old", result.id),
        ("ward.bound", result.id),
    ]


def test_an_error_callback_that_fails_disturbs_nothing(ward: Ward, twin: Twin) -> None:
    result = ward.fail.apply_async(link_error=[ward.broken.s(), ward.new.s()])
    twin.run()
    assert result.failed()
    assert len(ward.noted) == 1


@pytest.mark.parametrize("style", ["old", "new"])
def test_the_error_callback_of_a_chord_is_called_for_its_body(ward: Ward, twin: Twin, style: str) -> None:
    result = chord([ward.same.s(1), ward.fail.s()], ward.same.s()).on_error(getattr(ward, style).s()).delay()
    twin.run()
    assert isinstance(result.result, ChordError)
    assert [note[:2] for note in ward.noted] == [(style, result.id)]


def test_a_failed_header_fails_all_that_would_have_followed(ward: Ward, twin: Twin) -> None:
    result = chain(group(ward.fail.s(), ward.same.s(1)), ward.same.s(), ward.same.s()).on_error(ward.old.s()).delay()
    twin.run()
    assert isinstance(result.result, ChordError)
    assert isinstance(result.parent.result, ChordError)


def test_a_failed_chord_within_a_chord_fails_the_outer_one(ward: Ward, twin: Twin) -> None:
    inner = chord([ward.fail.s(), ward.same.s(1)], ward.same.s())
    result = chord([inner, ward.same.s(2)], ward.same.s()).delay()
    twin.run()
    assert "ChordError" in repr(result.result)
    assert not any(twin.broker.messages.values())


def test_a_failed_chord_raises_what_its_member_raised(ward: Ward, twin: Twin) -> None:
    result = chord([ward.same.s(1), ward.fail.s()], ward.same.s()).delay()
    twin.run()
    assert isinstance(result.result, ChordError)
    with pytest.raises(ValueError, match="never works"):
        result.get(timeout=0)


def test_error_callbacks_that_a_group_is_given_are_its_members(ward: Ward, twin: Twin) -> None:
    group(ward.fail.s(), ward.same.s(1)).set(link_error=ward.old.s()).delay()
    twin.run()
    assert [note[0] for note in ward.noted] == ["old"]


def test_a_chain_of_one_is_sent_like_any_other(ward: Ward, twin: Twin) -> None:
    result = chain(ward.same.s(3))()
    twin.run()
    assert result.get(timeout=0) == 3


def test_a_result_that_is_ignored_is_not_waited_for(ward: Ward, twin: Twin) -> None:
    assert ward.same.apply_async((1,), ignore_result=True).get(timeout=0) is None


def test_a_retry_gives_new_values_to_parameters_however_they_were_given(ward: Ward, twin: Twin) -> None:
    @ward.app.task(name="ward.again", bind=True, default_retry_delay=1)
    def again(task: Task, first: int, second: int = 0) -> list[int]:
        if task.request.retries == 0:
            raise task.retry(args=(10,)) if first == 1 else task.retry(kwargs={"first": 20})
        return [first, second]

    results = [again.delay(first=1, second=2), again.delay(3, 4)]
    twin.run()
    assert [result.get(timeout=0) for result in results] == [[10, 2], [20, 4]]
