"""Stamps: headers of one's own on every task of a canvas, wherever it goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from celeriac import Celeriac, Task, chain, chord, group, signature
from celeriac.canvas import StampingVisitor
from celeriac.canvas.stamping import merged_stamps
from celeriac.signals import before_task_publish
from celeriac.testing import Twin

app = Celeriac("post")
seen: list[tuple[str, dict[str, Any]]] = []


@app.task(name="post.look", bind=True)
def look(self: Task, *_args: Any) -> dict[str, Any]:
    seen.append((self.name, self.request.stamps))
    return self.request.stamps


@app.task(name="post.again", bind=True, default_retry_delay=1)
def again(self: Task) -> dict[str, Any]:
    if self.request.retries == 0:
        raise self.retry()
    return self.request.stamps


@app.task(name="post.become", bind=True)
def become(self: Task) -> Any:
    return self.replace(look.s().stamp(new=2))


@app.task(name="post.fail")
def fail() -> None:
    raise ValueError("never works")


class Visitor(StampingVisitor):
    """Stamps each part of a canvas with what it is."""

    def on_signature(self, sig: Any, **headers: Any) -> dict[str, Any]:
        return {"task": sig.task}

    def on_group_start(self, group: Any, **headers: Any) -> dict[str, Any]:
        return {"in_a_group": True}

    def on_chain_start(self, chain: Any, **headers: Any) -> dict[str, Any]:
        return {"in_a_chain": True, "secret": 1, "stamped_headers": ["in_a_chain"]}

    def on_chord_body(self, sig: Any, **headers: Any) -> dict[str, Any]:
        return {"is_a_body": True}

    def on_callback(self, callback: Any, **headers: Any) -> dict[str, Any]:
        return {"is_a_callback": True}

    def on_errback(self, errback: Any, **headers: Any) -> dict[str, Any]:
        return {"is_an_errback": True}


@pytest.fixture
def twin() -> Iterator[Twin]:
    seen.clear()
    with Twin(app) as twin:
        yield twin


LOOK = {"task": "post.look"}


def test_a_stamp_is_in_the_request_and_among_what_is_published(twin: Twin) -> None:
    told: list[Any] = []

    def note(headers: dict[str, Any], **_arguments: Any) -> None:
        told.append((headers["stamped_headers"], headers["stamps"]))

    before_task_publish.connect(note)
    result = look.s().stamp(tenant="acme", trace=[1, 2]).delay()
    before_task_publish.disconnect(note)
    twin.run()
    assert result.get(timeout=0) == {"tenant": "acme", "trace": [1, 2]}
    assert told == [(["tenant", "trace"], {"tenant": "acme", "trace": [1, 2]})]


def test_a_visitor_stamps_every_part_of_a_canvas(twin: Twin) -> None:
    last = chain(look.s(), group(look.s(), look.s()), look.s()).stamp(Visitor(), by="hand").delay()
    twin.run()
    chained = {**LOOK, "in_a_chain": True, "by": "hand"}
    member = {**chained, "in_a_group": True}
    assert last.get(timeout=0) == {**member, "is_a_body": True}
    assert [stamps for _, stamps in seen] == [chained, member, member, {**member, "is_a_body": True}]


def test_a_header_and_a_body_are_stamped(twin: Twin) -> None:
    chord([look.s(), look.s()], look.s()).stamp(Visitor()).delay()
    twin.run()
    member = {**LOOK, "in_a_group": True}
    assert [stamps for _, stamps in seen] == [member, member, {**member, "is_a_body": True}]


def test_callbacks_are_stamped_with_what_they_are(twin: Twin) -> None:
    call = look.s()
    call.link(look.s())
    broken = fail.s().on_error(look.si())
    call.stamp(Visitor())
    broken.stamp(Visitor())
    call.delay()
    broken.delay()
    twin.run()
    assert [stamps for _, stamps in seen] == [LOOK, {**LOOK, "is_a_callback": True}, {**LOOK, "is_an_errback": True}]


def test_stamps_survive_retries_replacements_and_json(twin: Twin) -> None:
    retried = again.s().stamp(a=1).delay()
    replaced = become.s().stamp(a=1).delay()
    copied = signature(json.loads(json.dumps(look.s().stamp(a=1))), app=app).delay()
    twin.run()
    assert retried.get(timeout=0) == {"a": 1}
    assert replaced.get(timeout=0) == {"a": 1, "new": 2}
    assert copied.get(timeout=0) == {"a": 1}


def test_of_two_stamps_of_one_name_the_first_counts_or_both_are_listed() -> None:
    assert merged_stamps({"a": 1}, {"a": 2, "b": 3}, append=False) == {"a": 1, "b": 3, "stamped_headers": ["a", "b"]}
    assert merged_stamps({"a": 1}, {"a": [2, 3]}, append=True) == {"a": [1, 2, 3], "stamped_headers": ["a"]}
    assert merged_stamps({"a": 1}, None, append=False) == {"a": 1, "stamped_headers": ["a"]}


def test_a_later_call_does_not_change_a_stamp(twin: Twin) -> None:
    result = look.s().stamp(tenant="acme").apply_async(tenant="another")
    twin.run()
    assert result.get(timeout=0) == {"tenant": "acme"}


def test_a_stamp_that_is_a_set_travels_as_a_list(twin: Twin) -> None:
    stamped = look.s()
    stamped.stamp(teams={"b", "a"})
    result = stamped.delay()
    twin.run()
    assert result.get(timeout=0) == {"teams": ["a", "b"]}
