"""The JSON Schema of the message, and the page about it, say what the code does."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, validators

from celeriac.exceptions import DecodeError
from celeriac.message import Message
from celeriac.serialization import loads
from celeriac.testing import Twin
from tests.celeriac.test_canvas_property import Studio, shapes
from tests.celeriac.test_message import LEAST, WRONG, fields, hostile

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "message-v1.schema.json").read_text())

_formats = FormatChecker(formats=())
_kinds = Draft202012Validator.TYPE_CHECKER.redefine(
    "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
).redefine("number", lambda _, value: isinstance(value, int | float) and not isinstance(value, bool))


def is_time(value: object) -> bool:
    """Formats are notes to most validators; here they count."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


_formats.checks("date-time", ValueError)(is_time)
VALIDATOR = validators.extend(Draft202012Validator, type_checker=_kinds)(SCHEMA, format_checker=_formats)


def agree(text: str) -> bool:
    """Whether a text is a message, about which schema and code must not differ."""
    try:
        value = loads(text)
    except DecodeError:
        return False
    valid = VALIDATOR.is_valid(value)
    try:
        Message.from_fields(value)
    except DecodeError:
        assert not valid, f"the schema takes what the code refuses: {text}"
    else:
        assert valid, f"the schema refuses what the code takes: {text}"
    return bool(valid)


def test_the_schema_is_one_and_knows_every_field() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    known = {item.name for item in dataclasses.fields(Message)} - {"extra"}
    assert {*SCHEMA["properties"]} == {"v", *known}


def test_the_page_has_a_row_for_every_field_and_says_what_the_schema_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", (DOCS / "message-format.md").read_text(), re.MULTILINE)
    assert rows == [(name, about["description"].rstrip(".")) for name, about in SCHEMA["properties"].items()]


def test_the_pages_message_is_one() -> None:
    [block] = re.findall(r"```json\n(.*?)```", (DOCS / "message-format.md").read_text(), re.DOTALL)
    assert agree(block)


@given(st.builds(Message, **fields))
def test_what_is_written_is_valid(message: Message) -> None:
    assert agree(message.dumps())


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_what_is_malformed_is_refused_by_both(name: str, value: object) -> None:
    assert not agree(json.dumps({**LEAST, name: value}))


@pytest.mark.parametrize("name", [name for name in fields if name not in {"id", "task", "extra"}])
def test_a_null_says_nothing_to_both(name: str) -> None:
    assert agree(json.dumps({**LEAST, name: None}))


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from([*fields, "v", "more"]), hostile, max_size=4), st.booleans())
@example({"priority": 256}, True)
@example({"headers": {"__type__": "date", "__value__": "2026-11-22"}}, True)
@example({"time_limit": {"__type__": "decimal", "__value__": "5"}}, True)
def test_about_hostile_messages_they_agree(wild: dict[str, Any], real: bool) -> None:
    agree(json.dumps({**(LEAST if real else {}), **wild}))


@settings(max_examples=60, deadline=None)
@given(shape=shapes)
def test_every_message_that_a_canvas_sends_is_valid(shape: Any) -> None:
    studio = Studio()
    with Twin(studio.app, batch_size=3) as twin:
        canvas = studio.canvas(shape)
        canvas.stamp(mood="merry")
        canvas.delay()
        seen = 0
        while waiting := twin.broker.messages["studio"]:
            assert all(agree(letter.body) for letter in waiting)
            seen += len(waiting)
            twin.invoke("studio")
        assert seen


def test_an_older_worker_loses_nothing_of_a_newer_producers() -> None:
    newer = {**LEAST, "flavour": {"sweet": [1, None]}, "headers": {"x": 1}}
    assert agree(json.dumps(newer))
    retried = Message.from_fields(newer).replace(retries=1).dumps()
    assert json.loads(retried) == {**newer, "retries": 1}
