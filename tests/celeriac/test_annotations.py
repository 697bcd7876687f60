"""`task_annotations`: options of tasks that the configuration changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from celeriac import Celeriac
from celeriac.task import Task
from celeriac.testing import Twin


def declared(app: Celeriac) -> Task:
    return app.task(name="shop.work")(lambda x=1: x)


def test_a_task_is_changed_by_its_name_and_by_what_is_for_all() -> None:
    annotations = {"shop.work": {"max_retries": 9}, "*": {"default_retry_delay": 1}, "shop.other": {"max_retries": 0}}
    task = declared(app := Celeriac("shop", task_annotations=annotations))
    assert "shop.work" in app.tasks
    assert (task.max_retries, task.default_retry_delay) == (9, 1)


def test_a_task_that_is_declared_after_the_settings_were_read_is_changed_too() -> None:
    app = Celeriac("shop", task_annotations={"*": {"max_retries": 9}})
    app.conf.read()
    assert declared(app).max_retries == 9


class Annotation:
    """An annotation as a class: Celery's documentation has one."""

    def annotate(self, task: Task) -> dict[str, Any] | None:
        return {"max_retries": 8} if task.name.startswith("shop.") else None


@pytest.mark.parametrize("annotation", [Annotation(), f"{__name__}.Annotation"])
def test_an_annotation_may_be_an_object_and_the_first_that_fits_counts(
    annotation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(Annotation=Annotation))
    task = declared(app := Celeriac("shop", task_annotations=[{}, annotation, {"shop.work": {"max_retries": 1}}]))
    app.conf.read()
    assert task.max_retries == 8


def test_a_handler_is_replaced_and_a_call_is_wrapped() -> None:
    seen: list[Any] = []

    def on_success(self: Task, retval: Any, *_more: Any) -> None:
        seen.append((self.name, retval))

    def doubled(call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, *args, **kwargs: 2 * call(self, *args, **kwargs)

    app = Celeriac("shop", task_annotations={"shop.work": {"on_success": on_success, "@__call__": doubled}})
    task = declared(app)
    with Twin(app) as twin:
        result = task.delay(4)
        twin.run()
        assert result.get(timeout=1) == 8
    assert seen == [("shop.work", 8)]
