"""JSON and nothing else, there and back; and errors that name the argument."""

from __future__ import annotations

import enum
import json
import uuid
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celeriac import Celeriac
from celeriac.exceptions import DecodeError, EncodeError, SerializationError
from celeriac.serialization import blame, dumps, loads
from celeriac.testing import Twin

EXTENDED = [
    datetime(2026, 11, 22, 23, 0, tzinfo=UTC),
    datetime(2026, 11, 22, 23, 0, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    datetime(2026, 11, 22),  # noqa: DTZ001 - a naive one stays naive
    date(2026, 11, 22),
    time(23, 0, 1),
    Decimal("10.50"),
    Decimal("-Infinity"),
    UUID("12345678-1234-5678-1234-567812345678"),
    b"",
    bytes(range(256)),
]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.dates()
    | st.times()
    | st.decimals(allow_nan=False)
    | st.uuids()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20
)


@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert loads(dumps(value)) == value


@pytest.mark.parametrize("value", EXTENDED, ids=repr)
def test_extended_types_come_back_as_what_they_were(value: object) -> None:
    back = loads(dumps({"x": [value]}))["x"][0]
    assert back == value
    assert type(back) is type(value)


def test_the_text_is_compact_ascii() -> None:
    assert dumps({"ü": [1, 2]}) == '{"\\u00fc":[1,2]}'


def test_tuples_come_back_as_lists_as_in_celery() -> None:
    assert loads(dumps((1, (2,)))) == [1, [2]]


class Colour(enum.StrEnum):
    RED = "red"


class Size(enum.IntEnum):
    SMALL = 1


def test_subclasses_of_json_types_are_written_as_what_they_are() -> None:
    assert loads(dumps([Colour.RED, OrderedDict(a=1), Size.SMALL])) == ["red", {"a": 1}, 1]


def test_a_type_that_nobody_registered_stays_an_object() -> None:
    assert loads('{"__type__":"colour","__value__":"red"}') == {"__type__": "colour", "__value__": "red"}


@pytest.mark.parametrize(
    "text",
    [
        '{"__type__":"datetime","__value__":"yesterday"}',
        '{"__type__":"datetime","__value__":20261122}',
        '{"__type__":"date","__value__":null}',
        '{"__type__":"decimal","__value__":"one"}',
        '{"__type__":"decimal","__value__":[1,[2],3]}',
        '{"__type__":"uuid","__value__":5}',
        '{"__type__":"uuid","__value__":{}}',
        '{"__type__":"uuid","__value__":"5"}',
        '{"__type__":"bytes","__value__":"\u00fc"}',
        '{"__type__":"bytes","__value__":"a"}',
    ],
)
def test_an_object_that_only_looks_like_one_of_the_types_stays_an_object(text: str) -> None:
    assert loads(text) == json.loads(text)


def test_an_object_that_knows_its_json_is_written_as_that() -> None:
    class Money:
        def __json__(self) -> dict[str, Any]:
            return {"amount": Decimal("9.90"), "currency": "EUR"}

    assert loads(dumps([Money()])) == [{"amount": Decimal("9.90"), "currency": "EUR"}]


def test_an_object_with_more_than_the_two_keys_stays_an_object() -> None:
    text = '{"__type__":"date","__value__":"2026-11-22","x":1}'
    assert loads(text) == json.loads(text)


class Impolite:
    def __repr__(self) -> str:
        raise RuntimeError("no repr for you")


def endless() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({1, 2}, r"\{1, 2\} \(set\) at value"),
        ({"a": [0, {"b": {3}}]}, r"\{3\} \(set\) at value\['a'\]\[1\]\['b'\]"),
        ((1, (2, object())), r"\(object\) at value\[1\]\[1\]"),
        (float("nan"), r"nan \(float\) at value"),
        ([float("inf")], r"inf \(float\) at value\[0\]"),
        ({(1, 2): 3}, r"\(dict\) at value"),
        (endless(), "contains itself"),
        (deep(10_000), "nested too deep"),
        ([10**5000], r"\(int\) at value\[0\]"),
        ([Impolite()], r"\(Impolite\) at value\[0\]"),
        (1j, r"1j \(complex\)"),
        (timedelta(1), r"\(timedelta\)"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else "",
)
def test_what_json_cannot_carry_is_refused_with_its_place(value: object, complaint: str) -> None:
    with pytest.raises(EncodeError, match=complaint):
        dumps(value)


def test_a_long_value_is_shortened_in_the_complaint() -> None:
    with pytest.raises(EncodeError) as caught:
        dumps([set(range(10_000))])
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "NaN",
        "[Infinity]",
        "[-Infinity]",
        "[1e999]",
        "[-1e999]",
        "1" * 5000,
        "[" * 100_000,
        '{"a":' * 100_000,
        b"\xff\xfe\xfd",
        b"\x00\x01",
    ],
    ids=lambda text: str(text)[:40],
)
def test_anything_else_than_our_json_is_a_decode_error(text: str | bytes) -> None:
    with pytest.raises(DecodeError, match="not the JSON of a Celeriac"):
        loads(text)


@given(st.binary() | st.text())
def test_reading_any_text_gives_a_value_or_a_decode_error(text: str | bytes) -> None:
    try:
        value = loads(text)
    except DecodeError:
        return
    assert loads(dumps(value)) == value


def test_both_errors_have_one_root() -> None:
    assert issubclass(EncodeError, SerializationError)
    assert issubclass(DecodeError, SerializationError)


def task(image_key: str, sizes: object = (), *more: object, crop: object = None) -> None:
    """Has every kind of parameter."""


@pytest.mark.parametrize(
    ("args", "kwargs", "name"),
    [
        ((object(),), {}, "'image_key'"),
        (("k", {1}), {}, "'sizes'"),
        (("k", [], 1, {1}), {}, r"'args\[3\]'"),
        (("k",), {"crop": {1}}, "'crop'"),
        (("k",), {"sizes": [1, {"w": {1}}]}, r"'sizes' .* at value\[1\]\['w'\]"),
    ],
)
def test_the_argument_that_json_cannot_carry_is_named(args: tuple[Any, ...], kwargs: dict[str, Any], name: str) -> None:
    with pytest.raises(EncodeError, match=rf"argument {name}.*"):
        blame("thumbnail.task", task, args, kwargs)


def test_the_position_is_named_where_the_function_is_not_known() -> None:
    with pytest.raises(EncodeError, match=r"argument 'args\[1\]' of notify.send_email"):
        blame("notify.send_email", None, [1, {2}], {})


def test_arguments_that_json_can_carry_are_not_blamed() -> None:
    blame("thumbnail.task", task, ["k", [1, 2]], {"crop": None})


def test_delay_names_the_argument_and_sends_nothing() -> None:
    app = Celeriac("office")

    @app.task(bind=True, autoretry_for=(OSError,))
    def file_away(self: object, folder: str, papers: object = None) -> None: ...

    with Twin(app) as twin:
        with pytest.raises(EncodeError, match=r"argument 'papers' of .*file_away: .* \(set\) at value; pass something"):
            file_away.delay("a", {uuid.UUID(int=0)})
        with pytest.raises(EncodeError, match="argument 'folder'"):
            file_away.apply_async(kwargs={"folder": object()})
        with pytest.raises(EncodeError, match=r"argument 'args\[0\]' of notify.x"):
            app.send_task("notify.x", [object()], queue="office")
        assert not twin.broker.messages["office"]
