"""Tasks about pydantic's models."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from celeriac import Celeriac, Task, chain, group
from celeriac.exceptions import EncodeError
from celeriac.testing import Twin


class Order(BaseModel):
    item: str
    count: int = Field(default=1, ge=1)
    due: date | None = None


class Rush(Order):
    by_air: bool = True


class Receipt(BaseModel):
    text: str


class Shown(BaseModel):
    """A model that writes down what its validators are told."""

    told: str = ""

    @field_validator("told", mode="before")
    @classmethod
    def note(cls, value: str, info: ValidationInfo) -> str:
        context = info.context or {}
        return value or f"{context['celery_task_name']} {context['celeriac_app'].main} {context.get('mood')}"


app = Celeriac("shop")


@app.task(pydantic=True, bind=True)
def order(self: Task, order: Order, note: str = "", other: Order | None = None) -> Receipt:
    assert isinstance(order, Order)
    assert other is None or isinstance(other, Order)
    return Receipt(text=f"{order.count} {order.item} {order.due} {note} {other.item if other else '-'}")


@app.task(pydantic=True)
async def order_later(order: Order) -> Receipt | None:
    return Receipt(text=order.item)


@app.task(pydantic=True, pydantic_context={"mood": "merry"})
def show(shown: Shown) -> Shown:
    return shown


@app.task(pydantic=True, pydantic_strict=True)
def strict(order: Order) -> int:
    return order.count


@app.task(pydantic=True, pydantic_dump_kwargs={"exclude_defaults": True})
def terse(order: Order) -> Order:
    return order


@app.task
def plain(value: Any) -> Any:
    return value


def outcome(call: Any) -> Any:
    with Twin(app) as twin:
        result = call()
        twin.run()
        return result.get(timeout=0)


TEA = {"item": "tea", "count": 2, "due": "2026-12-24"}
TOLD = {"text": "2 tea 2026-12-24  -"}


@pytest.mark.parametrize("value", [TEA, Order.model_validate(TEA)], ids=["data", "a model"])
def test_models_are_built_from_what_travels_and_a_result_is_dumped(value: Any) -> None:
    assert outcome(lambda: order.delay(value)) == TOLD
    assert outcome(lambda: order.apply_async(kwargs={"order": value})) == TOLD
    assert outcome(lambda: order.s(value).delay()) == TOLD
    assert outcome(lambda: order.s().delay(value)) == TOLD
    assert outcome(lambda: app.send_task(order.name, [value])) == TOLD
    assert order.apply((value,)).get() == TOLD
    assert order(value) == TOLD


def test_what_travels_is_plain_data() -> None:
    with Twin(app) as twin:
        order.delay(Order.model_validate(TEA), other=Order(item="milk"))
        [message] = twin.broker.messages["shop"]
    assert '"args":[{"item":"tea","count":2,"due":"2026-12-24"}]' in message.body
    assert '"kwargs":{"other":{"item":"milk","count":1,"due":null}}' in message.body


def test_models_go_through_canvases() -> None:
    tea = Order.model_validate(TEA)
    assert outcome(lambda: chain(plain.s(1), order.si(tea), plain.s()).delay()) == TOLD
    assert outcome(lambda: group(order.s(tea), order.s(tea)).delay()) == [TOLD, TOLD]
    assert outcome(lambda: chain(order.s(), plain.s()).delay(tea)) == TOLD


def test_an_argument_may_be_none_where_the_annotation_says_so() -> None:
    assert outcome(lambda: order.delay(TEA, other=None)) == TOLD
    assert outcome(lambda: order.delay(TEA, "x", TEA)) == {"text": "2 tea 2026-12-24 x tea"}


def test_a_coroutine_may_be_about_models() -> None:
    assert outcome(lambda: order_later.delay(Order(item="tea"))) == {"text": "tea"}


def test_what_does_not_validate_fails_the_task() -> None:
    with Twin(app) as twin:
        result = order.delay({"item": "tea", "count": 0})
        twin.run()
        assert result.state == "FAILURE"
        assert "greater than or equal to 1" in str(result.result)


def test_strictness_the_context_and_the_way_to_dump_are_the_tasks() -> None:
    assert outcome(lambda: show.delay({"told": ""})) == {"told": f"{show.name} shop merry"}
    assert outcome(lambda: terse.delay(Order(item="tea"))) == {"item": "tea"}
    with Twin(app) as twin:
        result = strict.delay({"item": "tea", "count": "2"})
        twin.run()
        assert result.state == "FAILURE"
    assert outcome(lambda: strict.delay({"item": "tea", "count": 2})) == 2


def test_a_model_that_would_not_come_back_equal_is_refused_where_it_is_sent() -> None:
    with Twin(app), pytest.raises(EncodeError, match=r"argument 'order' of .*Rush"):
        order.delay(Rush(item="tea"))
    with Twin(app), pytest.raises(EncodeError, match=r"argument 'value' of .*Order"):
        plain.delay(Order(item="tea"))


def test_pydantic_is_loaded_only_when_such_a_task_is_called() -> None:
    program = (
        "import sys; from celeriac import Celeriac; app = Celeriac('a');"
        "app.task(pydantic=True)(lambda x: x); app.task(lambda: 1).s(); print('pydantic' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
