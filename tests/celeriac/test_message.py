"""The wire format: what is sent comes back, and whatever else a queue may hold is refused in one way."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from celeriac.exceptions import DecodeError, EncodeError
from celeriac.message import VERSION, Message, signature_fields
from celeriac.serialization import dumps

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEAST: dict[str, Any] = {"v": 1, "id": "id-1", "task": "a.work"}

text = st.text(max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(text, values, max_size=3)
ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=255)
encodable = st.text(st.characters(codec="utf-8"), max_size=8)
groups = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=128)
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=offsets)  # noqa: DTZ001 - bounds are naive
seconds = st.floats(0.001, 1e9) | st.integers(1, 10**9)
signatures = st.lists(st.fixed_dictionaries({"task": text, "args": st.lists(values, max_size=2)}), max_size=2)
fields: dict[str, st.SearchStrategy[Any]] = {
    "id": ids,
    "task": ids,
    "args": st.lists(values, max_size=4),
    "kwargs": objects,
    "queue": encodable,
    "retries": st.integers(0, 10**6),
    "eta": st.none() | moments,
    "expires": st.none() | moments,
    "root_id": st.none() | ids,
    "parent_id": st.none() | ids,
    "chain": signatures,
    "link": signatures,
    "link_error": signatures,
    "time_limit": st.none() | seconds,
    "soft_time_limit": st.none() | seconds,
    "ignore_result": st.none() | st.booleans(),
    "headers": objects,
    "stamps": objects,
    "group": st.none() | ids,
    "group_index": st.none() | st.integers(0, 10**6),
    "chord": st.none() | st.fixed_dictionaries({"join": ids, "index": st.integers(0, 99), "size": st.integers(1, 100)}),
    "priority": st.none() | st.integers(0, 255),
    "properties": objects,
    "shadow": st.none() | encodable,
    "argsrepr": st.none() | encodable,
    "kwargsrepr": st.none() | encodable,
    "replaced_task_nesting": st.integers(0, 10**6),
    "reply_to": st.none() | encodable,
    "origin": st.none() | encodable,
    "tenant": st.none() | groups,
    "message_group_id": st.none() | groups,
    "slot": st.none() | moments,
    "missed": st.integers(0, 9),
    "unique": st.none() | ids,
    "trace": st.none() | st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=500),
    "extra": st.dictionaries(st.text(min_size=1, max_size=8).map(lambda name: f"x-{name}"), values, max_size=3),
}


def test_the_strategies_above_forget_no_field() -> None:
    assert [*fields] == [item.name for item in dataclasses.fields(Message)]


@given(st.builds(Message, **fields))
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    text = message.dumps()
    read = Message.loads(text)
    assert read == message
    assert read.dumps() == text


def test_what_says_nothing_is_left_out() -> None:
    assert json.loads(Message(id="id-1", task="a.work").dumps()) == LEAST


def test_a_result_that_is_explicitly_wanted_is_not_left_out() -> None:
    assert json.loads(Message(id="id-1", task="a.work", ignore_result=False).dumps())["ignore_result"] is False


def test_a_moment_keeps_its_offset() -> None:
    eta = NOON.astimezone(timezone(timedelta(hours=5, minutes=45)))
    text = Message(id="id-1", task="a.work", eta=eta).dumps()
    assert json.loads(text)["eta"] == "2026-11-22T17:45:00+05:45"


def test_a_message_is_frozen() -> None:
    message = Message(id="id-1", task="a.work")
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.retries = 1  # type: ignore[misc]  # it is frozen
    assert message.replace(retries=1).retries == 1
    assert message.retries == 0


def test_fields_of_a_newer_producer_travel_on_with_a_retry() -> None:
    newer = {**LEAST, "mood": 9, "flavour": {"a": [1]}}
    read = Message.loads(json.dumps(newer))
    assert read.extra == {"mood": 9, "flavour": {"a": [1]}}
    assert json.loads(read.replace(retries=1).dumps()) == {**newer, "retries": 1}


def test_a_null_field_is_an_absent_one() -> None:
    assert Message.from_fields({**LEAST, "eta": None, "args": None, "ignore_result": None}) == Message.from_fields(
        LEAST
    )


def test_an_argument_that_json_cannot_carry_is_an_encode_error() -> None:
    with pytest.raises(EncodeError, match=r"\{1\} \(set\) at value\['args'\]\[0\]\['a'\]"):
        Message(id="id-1", task="a.work", args=[{"a": {1}}]).dumps()


SNAN = {"__type__": "decimal", "__value__": "sNaN"}


@pytest.mark.parametrize("version", [None, 0, 2, "1", 1.0, True, [1], {"v": 1}, SNAN, 10**4000], ids=repr)
def test_an_unknown_version_is_refused(version: object) -> None:
    with pytest.raises(DecodeError, match=f"message version .* is unknown to this worker, which reads {VERSION}"):
        Message.loads(json.dumps({**LEAST, "v": version}))


def test_a_message_without_a_version_is_refused() -> None:
    with pytest.raises(DecodeError, match="message version None is unknown"):
        Message.loads('{"id":"id-1","task":"a.work"}')


@pytest.mark.parametrize("text", ["1", '"a"', "null", "[]", "[[1]]", '{"__type__":"date","__value__":"2026-11-22"}'])
def test_only_an_object_is_a_message(text: str) -> None:
    with pytest.raises(DecodeError, match="a message is a JSON object, not"):
        Message.loads(text)


WRONG: dict[str, list[Any]] = {
    "id": [None, "", "x" * 256, 1, [], "\ud800", "a\udfffb"],
    "task": [None, "", 1, {}, "x" * 256, "a.\ud800"],
    "args": [{}, "abc", 1, True],
    "kwargs": [[], "abc", 1],
    "queue": [1, [], "\ud800"],
    "retries": [-1, 1.0, True, "1"],
    "eta": ["tomorrow", "2026-11-22T12:00:00", 1, [], "2026-11-22T12:00:00+00:00\ud800", "2026-02-30T00:00:00Z"],
    "expires": ["", "2026-11-22", 60],
    "root_id": ["", 1, "\ud800"],
    "parent_id": ["", 1, "\ud800"],
    "chain": [{}, [1], [{}], [{"task": 1}], "abc", [[]]],
    "link": [{"task": "a"}, [None]],
    "link_error": [{"task": "a"}, [None]],
    "time_limit": [0, -1, "1", True],
    "soft_time_limit": [0, -0.5, "1", False],
    "ignore_result": [0, "false", []],
    "headers": [[], "a"],
    "stamps": [[], "a"],
    "group": ["", 5],
    "group_index": [-1, "1", True],
    "chord": ["a", {}, {"join": "", "index": 0, "size": 1}, {"join": "j", "index": -1, "size": 1}],
    "priority": [-1, 256, "5", 5.0, True],
    "properties": [[], "a"],
    "shadow": [1, "\ud800"],
    "argsrepr": [[1], "\ud800"],
    "kwargsrepr": [{}, "\ud800"],
    "replaced_task_nesting": [-1, "1", True],
    "reply_to": [1, "\ud800"],
    "origin": [1, "\ud800"],
    "tenant": ["", "two words", "x" * 129, "ö", 1, "a\n"],
    "message_group_id": ["", "two words", "x" * 129, "ö", 1, "a\n"],
    "slot": ["soon", 5, "2026-11-22T12:00:00"],
    "missed": [-1, 1.5, "1", True],
    "unique": ["", "x" * 256, 1],
    "trace": ["", "x" * 501, "é", "a\nb", 1],
}


def test_every_field_has_its_wrong_values() -> None:
    assert {*WRONG, "extra"} == {item.name for item in dataclasses.fields(Message)}


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param(name, value, id=f"{name}-{value!r:.30}") for name, values in WRONG.items() for value in values],
)
def test_a_malformed_field_is_named(name: str, value: object) -> None:
    with pytest.raises(DecodeError, match=f"'{name}' must be "):
        Message.loads(json.dumps({**LEAST, name: value}))


def test_everything_that_is_wrong_is_listed_at_once() -> None:
    with pytest.raises(DecodeError) as caught:
        Message.from_fields({**LEAST, "args": 1, "retries": -1, "eta": "x"})
    assert str(caught.value) == (
        "message 'id-1': 'args' must be a list, not 1; 'retries' must be a whole number of 0 or more, not -1; "
        "'eta' must be an ISO 8601 time with an offset, not 'x'"
    )


def test_a_complaint_does_not_repeat_a_whole_value() -> None:
    with pytest.raises(DecodeError) as caught:
        Message.from_fields({**LEAST, "id": "x" * 100_000, "args": "y" * 100_000})
    assert len(str(caught.value)) < 500


def in_field(name: str) -> Callable[[str], str]:
    head = {field: value for field, value in LEAST.items() if field != name}
    return lambda value: f'{json.dumps(head)[:-1]}, "{name}": {value}}}'


def nested(levels: int, opening: str, closing: str) -> str:
    return opening * levels + "1" + closing * levels


@pytest.mark.parametrize("name", ["v", "id", "args", "kwargs", "chain", "eta", "headers", "something"])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"__type__":', "}]")])
def test_nesting_of_any_depth_gives_a_message_or_a_decode_error(name: str, opening: str, closing: str) -> None:
    for levels in (*range(900, 1001, 9), 100_000):
        text = in_field(name)(nested(levels, opening, closing))
        try:
            message = Message.loads(text)
        except DecodeError:
            continue
        assert Message.loads(message.dumps()) == message


hostile = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=4)
    | st.sampled_from(["1e999", "2026-11-22T12:00:00+00:00", "datetime", "uuid", "sNaN", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*fields, "v", "__type__", "__value__", "task"]), inner, max_size=3)
        | st.fixed_dictionaries(
            {
                "__type__": st.sampled_from(["datetime", "date", "time", "decimal", "uuid", "bytes"]) | inner,
                "__value__": inner,
            }
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*fields, "v"]), hostile, max_size=4), st.booleans())
@example({"v": {"__type__": "decimal", "__value__": "sNaN"}}, False)
@example({"args": [{"__type__": "uuid", "__value__": 5}]}, True)
def test_hostile_fields_give_a_message_that_can_be_sent_on_or_a_decode_error(wild: dict[str, Any], real: bool) -> None:
    text = json.dumps({**(LEAST if real else {}), **wild})
    try:
        message = Message.loads(text)
    except DecodeError:
        return
    assert Message.loads(message.dumps()) == message


@given(st.binary() | st.binary().map(lambda tail: dumps(LEAST).encode()[:-1] + tail))
def test_any_bytes_give_a_message_or_a_decode_error(body: bytes) -> None:
    try:
        message = Message.loads(body)
    except DecodeError:
        return
    assert message.id


@pytest.mark.parametrize(
    ("value", "is_one"),
    [({"task": "a.work"}, True), ({"task": None}, False), ({}, False), ([], False), ("a.work", False), (None, False)],
)
def test_a_signature_is_an_object_that_names_a_task(value: object, is_one: bool) -> None:
    assert signature_fields(value) is is_one
