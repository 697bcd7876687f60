"""`GET /stories/{id}`."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest

from api import family, story
from celeriac import chain, chord, group, states
from celeriac.row import Row
from celeriac.testing import Twin

HELLO = {"task": "greet.hello", "args": ["Ada"]}
FAIL = {"task": "greet.fail", "args": ["why"]}


@pytest.fixture
def greet(twin: Twin) -> Any:
    """The module of the worker's tasks, which the twin runs."""
    del twin
    return import_module("greet.tasks")


def sent(client: Any, call: dict[str, Any]) -> str:
    """Send one task; returns its id."""
    return str(client.post("/tasks", call).ids[0])


def told(client: Any, task_id: str) -> Any:
    """A task's story."""
    answer = client.call("GET", "/stories/{id}", path={"id": task_id})
    assert answer.status == 200, answer.json
    return answer.json


def members(document: Any) -> dict[str, str | None]:
    """The family: each with its parent."""
    return {member["id"]: member["parent_id"] for member in document["family"]}


def test_a_failure_is_told_with_its_message_and_its_traceback(client: Any, twin: Twin) -> None:
    task_id = sent(client, FAIL)
    twin.run()

    document = told(client, task_id)

    assert document["task"].items() >= client.task(task_id).json.items()
    assert "raise ValueError(*reasons)" in document["task"]["traceback"]
    assert (document["message"]["task"], document["message"]["args"]) == ("greet.fail", ["why"])
    assert document["task"]["root_id"] == task_id


def test_submitters_are_told_of_no_traceback_and_no_arguments(client: Any, twin: Twin) -> None:
    task_id = sent(client, FAIL)
    twin.run()

    assert not {"traceback", "message"} & client.task(task_id).json.keys()


def test_a_success_has_a_result_and_no_message(client: Any, twin: Twin) -> None:
    task_id = sent(client, HELLO)
    twin.run()

    document = told(client, task_id)

    assert (document["task"]["result"], document["task"]["traceback"]) == ("Hello, Ada", None)
    assert document["message"] is None
    (member,) = document["family"]
    assert member == {
        "id": task_id,
        "task": "greet.hello",
        "state": "SUCCESS",
        "parent_id": None,
        "group_id": None,
        "queue": "greet",
        "attempt": 0,
        "started_at": document["task"]["started_at"],
        "done_at": document["task"]["done_at"],
        "error": None,
    }
    assert document["family_is_cut"] is False


def test_a_text_that_no_worker_could_read_is_the_message(client: Any, twin: Twin) -> None:
    row = Row(id="poison", state=states.FAILURE, queue="greet", message=json.dumps("{"), error="{}", done_at=twin.now)
    twin.services.backend.record(row)

    assert told(client, "poison")["message"] == "{"


def test_every_member_of_a_chain_knows_the_whole_of_it(client: Any, twin: Twin, greet: Any) -> None:
    last = chain(greet.hello.s("a"), greet.echo.s(), greet.echo.s())()
    twin.run()
    ids = [last.parent.parent.id, last.parent.id, last.id]

    for task_id in ids:
        document = told(client, task_id)
        assert members(document) == {ids[0]: None, ids[1]: ids[0], ids[2]: ids[1]}
        assert document["family"][0]["id"] == task_id


def test_a_chord_is_told_of_with_its_header_and_its_body(client: Any, twin: Twin, greet: Any) -> None:
    body = chain(greet.hello.s("a"), chord([greet.echo.s(1), greet.echo.s(2)], greet.echo.s()))()
    twin.run()
    first, second = (member.id for member in body.parent.results)

    for task_id in (first, second, body.id):
        document = told(client, task_id)
        assert len(document["family"]) == 4
        assert members(document)[body.id] == second
        groups = {member["id"]: member["group_id"] for member in document["family"]}
        assert groups[first] == groups[second] == body.parent.id


def test_a_chord_that_waits_shows_what_it_waits_for(client: Any, twin: Twin, greet: Any) -> None:
    body = chord([greet.echo.s(1), greet.echo.s(2).set(countdown=60)], greet.hello.s())()
    twin.run(until=twin.now)
    done, waiting = (member.id for member in body.parent.results)

    family = {member["id"]: member for member in told(client, done)["family"]}

    assert {task_id: (member["task"], member["state"]) for task_id, member in family.items()} == {
        done: ("greet.echo", "SUCCESS"),
        waiting: (None, "PENDING"),
        body.id: ("greet.hello", "PENDING"),
    }
    assert family[body.id]["parent_id"] == waiting


def test_a_failure_in_the_family_says_why(client: Any, twin: Twin, greet: Any) -> None:
    last = chain(greet.echo.si(), greet.fail.si("no paper"))()
    twin.run()

    errors = {member["id"]: member["error"] for member in told(client, last.parent.id)["family"]}

    assert errors == {last.parent.id: None, last.id: {"type": "ValueError", "message": "no paper"}}


def test_a_child_without_a_row_is_known_by_its_id(client: Any, twin: Twin) -> None:
    task_id = sent(client, {"task": "greet.count", "args": [1]})
    twin.run()
    (child,) = client.task(task_id).json["children"]
    twin.services.backend.forget(child)

    known = next(member for member in told(client, task_id)["family"] if member["id"] == child)

    assert (known["task"], known["state"], known["parent_id"]) == (None, "PENDING", task_id)


def test_where_a_parent_has_no_row_the_first_of_all_is_found(client: Any, twin: Twin) -> None:
    for task_id, parent_id in (("root", None), ("leaf", "gone")):
        row = Row(id=task_id, state=states.SUCCESS, parent_id=parent_id, root_id="root", done_at=twin.now)
        twin.services.backend.record(row)

    assert members(told(client, "leaf")) == {"leaf": "gone", "root": None}


def test_tasks_that_are_each_others_parents_end_the_search(client: Any, twin: Twin) -> None:
    for task_id, other in (("a", "b"), ("b", "a"), ("own", "own")):
        row = Row(id=task_id, state=states.SUCCESS, parent_id=other, root_id=other, children=(other, task_id))
        twin.services.backend.record(row)

    assert members(told(client, "a")) == {"a": "b", "b": "a"}
    assert members(told(client, "own")) == {"own": "own"}


@pytest.mark.parametrize("number", [199, 200, 1000])
def test_a_family_is_cut_at_two_hundred(client: Any, twin: Twin, number: int) -> None:
    parent = Row(id="parent", state=states.SUCCESS, children=(["g", [f"id-{index}" for index in range(number)]],))
    twin.services.backend.record(parent)

    document = told(client, "parent")

    assert (len(document["family"]), document["family_is_cut"]) == (family.MEMBERS, number >= family.MEMBERS)
    assert {member["group_id"] for member in document["family"][1:]} == {"g"}


def test_a_long_line_of_parents_is_cut_at_the_far_end(client: Any, twin: Twin) -> None:
    for number in range(300):
        row = Row(id=f"id-{number}", state=states.SUCCESS, parent_id=f"id-{number - 1}" if number else None)
        twin.services.backend.record(row.replace(children=(f"id-{number + 1}",)))

    document = told(client, "id-299")

    assert document["family_is_cut"] is True
    assert [member["id"] for member in document["family"][:3]] == ["id-299", "id-298", "id-297"]


def test_a_large_family_takes_two_requests_a_generation(client: Any, twin: Twin, greet: Any) -> None:
    sender = group(greet.echo.s(number) for number in range(50))()
    twin.run()
    row = Row(id="parent", state=states.SUCCESS, children=([sender.id, [member.id for member in sender.results]],))
    twin.services.backend.record(row)
    twin.steps.clear()

    told(client, "parent")

    assert twin.steps.count("read rows") == 5  # upwards; twice the members and their joins, of which there are none


@pytest.mark.parametrize("what", ["result", "message"])
def test_what_is_too_long_to_read_is_left_out_and_says_so(
    client: Any, twin: Twin, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story, "TEXT_CHARS", 100)
    row = Row(id="long", state=states.FAILURE, done_at=twin.now, error="{}")
    text = json.dumps("x" * 100)
    twin.services.backend.record(row.replace(**{what: text}))

    document = told(client, "long")
    holder = document["task"] if what == "result" else document

    assert holder[what] is None
    assert "102 characters" in holder[f"{what}_omitted"]


@pytest.mark.parametrize("path", ["/stories/{id}", "/logs/{id}"])
@pytest.mark.parametrize("task_id", ["no-such-task", "orders#all", "key#1", "a\nb", "", "\ud800", "x" * 300])
def test_what_is_no_task_has_no_story_and_no_log(client: Any, path: str, task_id: str) -> None:
    answer = client.call("GET", path, path={"id": task_id})

    assert (answer.status, answer.json["type"]) == (404, "urn:celeriac:problem:task-not-found")
