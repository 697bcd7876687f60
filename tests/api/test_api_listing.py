"""`GET /tasks`."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from api import listing
from celeriac import clock, states
from celeriac.row import Row
from celeriac.testing import Twin


def failed(client: Any, twin: Twin, number: int, name: str = "greet.fail") -> list[str]:
    """Have tasks fail in one batch, at one moment; returns their ids."""
    ids = list(client.post("/tasks", [{"task": name, "args": ["why"]}] * number).ids)
    twin.run()
    return ids


def pages(client: Any, **query: str) -> list[list[str]]:
    """The ids of all pages."""
    found: list[list[str]] = []
    while True:
        answer = client.call("GET", "/tasks", query=query)
        assert answer.status == 200, answer.json
        found.append([task["id"] for task in answer.json["tasks"]])
        if answer.json["next"] is None:
            return found
        query["next"] = answer.json["next"]


def test_failures_come_newest_first_over_days(client: Any, twin: Twin) -> None:
    ids = []
    for _ in range(4):
        ids += failed(client, twin, 1)
        twin.now += timedelta(hours=30)

    assert pages(client, state="FAILURE") == [ids[::-1]]
    assert [id_ for page in pages(client, state="FAILURE", limit="1") for id_ in page] == ids[::-1]


def test_pages_have_each_task_once_though_many_failed_at_one_moment(client: Any, twin: Twin) -> None:
    with clock.running_on(lambda: twin.now):
        ids = failed(client, twin, 7) + failed(client, twin, 4)

    found = pages(client, state="FAILURE", limit="3")

    assert [len(page) for page in found][:3] == [3, 3, 3]
    assert sorted(id_ for page in found for id_ in page) == sorted(ids)


def test_what_fails_while_somebody_pages_moves_nothing(client: Any, twin: Twin) -> None:
    ids = []
    for _ in range(4):
        ids += failed(client, twin, 1)
        twin.now += timedelta(seconds=1)
    first = client.call("GET", "/tasks", query={"state": "FAILURE", "limit": "2"}).json
    failed(client, twin, 3)

    second = client.call("GET", "/tasks", query={"state": "FAILURE", "limit": "2", "next": first["next"]}).json

    assert [task["id"] for task in first["tasks"] + second["tasks"]] == ids[::-1]


def test_a_failure_tells_why(client: Any, twin: Twin) -> None:
    (task_id,) = failed(client, twin, 1)

    (task,) = client.call("GET", "/tasks", query={"state": "FAILURE"}).json["tasks"]

    assert task == {
        "id": task_id,
        "task": "greet.fail",
        "state": "FAILURE",
        "error": {"type": "ValueError", "message": "why"},
        "queue": "greet",
        "attempt": 0,
        "started_at": task["started_at"],
        "done_at": task["done_at"],
        "links": {"self": f"/tasks/{task_id}"},
    }


def test_a_list_is_narrowed_by_name_and_by_time(client: Any, twin: Twin) -> None:
    old = failed(client, twin, 1)
    twin.now += timedelta(days=1)
    since = twin.now.isoformat()
    new = failed(client, twin, 2)

    assert sorted(pages(client, state="FAILURE", since=since)[0]) == sorted(new)
    assert sorted(pages(client, state="FAILURE", name="greet.fail")[0]) == sorted(old + new)
    assert pages(client, state="FAILURE", name="greet.hello") == [[]]


def test_a_filter_does_not_make_one_request_read_everything(
    client: Any, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = failed(client, twin, 7)
    monkeypatch.setattr(listing, "LOOKED_AT", 3)

    assert [len(page) for page in pages(client, state="FAILURE", name="greet.hello")] == [0, 0, 0]
    assert sorted(id_ for page in pages(client, state="FAILURE") for id_ in page) == sorted(ids)


def test_a_request_stops_reading_in_time_and_still_gets_on(
    client: Any, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = failed(client, twin, 3)
    monkeypatch.setattr(listing, "READ_FOR_S", -1)

    assert [len(page) for page in pages(client, state="FAILURE")] == [1, 1, 1]
    assert sorted(id_ for page in pages(client, state="FAILURE") for id_ in page) == sorted(ids)


def test_what_runs_is_listed_over_all_queues(client: Any, twin: Twin) -> None:
    for number, queue in enumerate(["greet", "notify", "greet", "thumbnail"]):
        started_at = twin.now + timedelta(seconds=number - 10)
        row = Row(id=f"id-{number}", state=states.STARTED, name="x", queue=queue, started_at=started_at)
        twin.services.backend.progress(row)

    assert pages(client, state="STARTED") == [["id-3", "id-2", "id-1", "id-0"]]
    assert pages(client, state="STARTED", limit="3") == [["id-3", "id-2", "id-1"], ["id-0"]]


@pytest.fixture
def lists_all(twin: Twin) -> None:
    """Workers with `list_tasks`."""
    twin.services.backend.lists_all = True


def ended(twin: Twin, number: int, state: str, *, ago_s: float = 0, **fields: Any) -> str:
    """Have a row say that a task ended so; returns its id."""
    at = twin.now - timedelta(seconds=ago_s)
    row = Row(id=f"id-{number}", state=state, name="x", queue="greet", done_at=at, **fields)
    twin.services.backend.record(row)
    return row.id


@pytest.mark.usefixtures("lists_all")
def test_all_that_is_listed_comes_newest_first(client: Any, twin: Twin) -> None:
    outcomes = [states.SUCCESS, states.FAILURE, states.RETRY, states.REVOKED, states.SUCCESS]
    ids = [ended(twin, number, state, ago_s=number * 3 * 3600) for number, state in enumerate(outcomes)]
    running = Row(id="runs", state=states.STARTED, queue="notify", started_at=twin.now - timedelta(hours=4))
    twin.services.backend.progress(running)
    expected = [*ids[:2], "runs", *ids[2:]]

    assert pages(client) == [expected]
    assert [id_ for page in pages(client, limit="2") for id_ in page] == expected


@pytest.mark.usefixtures("lists_all")
@pytest.mark.parametrize("state", [states.SUCCESS, states.RETRY, states.REVOKED, states.FAILURE])
def test_a_list_of_one_state_has_no_other(client: Any, twin: Twin, state: str) -> None:
    ids = {one: ended(twin, number, one) for number, one in enumerate(["SUCCESS", "RETRY", "REVOKED", "FAILURE"])}

    assert pages(client, state=state) == [[ids[state]]]


@pytest.mark.usefixtures("lists_all")
def test_a_retry_is_listed_until_its_next_attempt_has_ended(client: Any, twin: Twin) -> None:
    task_id = ended(twin, 1, states.RETRY, attempt=1)
    assert pages(client, state="RETRY") == [[task_id]]

    ended(twin, 1, states.SUCCESS, attempt=1)

    assert pages(client, state="RETRY") == [[]]
    assert pages(client, state="SUCCESS") == [[task_id]]


@pytest.mark.usefixtures("lists_all")
def test_a_retry_that_is_revoked_says_so(client: Any, twin: Twin) -> None:
    task_id = ended(twin, 1, states.RETRY, attempt=1)
    client.call("DELETE", "/tasks/{id}", path={"id": task_id})

    assert pages(client, state="RETRY") == [[]]
    (task,) = client.call("GET", "/tasks").json["tasks"]
    assert (task["id"], task["state"]) == (task_id, "REVOKED")


def test_what_no_worker_asked_for_is_not_listed(client: Any, twin: Twin) -> None:
    for number, state in enumerate(["SUCCESS", "RETRY", "REVOKED"]):
        ended(twin, number, state)
    failure = ended(twin, 9, states.FAILURE)

    assert pages(client) == [[failure]]
    assert pages(client, state="SUCCESS") == [[]]


@pytest.mark.usefixtures("lists_all")
def test_a_real_task_is_listed_and_one_that_ignores_its_result_is_not(client: Any, twin: Twin) -> None:
    ids = list(client.post("/tasks", [{"task": "greet.hello", "args": ["Ada"]}] * 3).ids)
    import_module("greet.tasks").forget.delay("Ada")
    twin.run()

    assert sorted(pages(client)[0]) == sorted(ids)


def test_a_list_is_narrowed_by_queue(client: Any, twin: Twin) -> None:
    here = ended(twin, 1, states.FAILURE)
    twin.services.backend.record(Row(id="else", state=states.FAILURE, queue="notify", done_at=twin.now))

    assert pages(client, queue="greet") == [[here]]
    assert pages(client, queue="notify", state="FAILURE") == [["else"]]
    assert pages(client, queue="\ud800") == [[]]


def test_a_page_says_whose_tasks_are_all_listed(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.call("GET", "/tasks").json["listed"] is None
    for told, listed in (("", []), ("notify thumbnail", ["notify", "thumbnail"])):
        monkeypatch.setenv("HTTP_LISTED_WORKERS", told)
        assert client.call("GET", "/tasks").json["listed"] == listed


@pytest.mark.parametrize("state", ["PENDING", "failure", "", "REJECTED", "PROGRESS"])
def test_what_no_index_holds_is_refused_with_the_reason(client: Any, state: str) -> None:
    answer = client.call("GET", "/tasks", query={"state": state})

    assert (answer.status, answer.json["errors"][0]["parameter"]) == (422, "state")
    assert "GET /queues" in answer.json["detail"]


@pytest.mark.parametrize("name", ["limit", "since", "next"])
@pytest.mark.parametrize("value", ["", "-1", "x", "1e400", "2026-01-01T00:00:00", "\ud800", "💥"])
def test_a_wrong_parameter_is_named(client: Any, name: str, value: str) -> None:
    answer = client.call("GET", "/tasks", query={"state": "FAILURE", name: value})

    if (name, value) == ("next", ""):
        assert answer.status == 200  # an empty one is the first page's
    elif answer.status != 200:
        assert (answer.status, answer.json["errors"][0]["parameter"]) == (422, name)
    assert answer.status < 500


@pytest.mark.parametrize(
    "place",
    [
        [],
        {},
        ["x", []],
        ["2026-01-01T00:00:00Z", [1]],
        ["0001-01-01T00:00:00+23:59", []],
        ["9999-12-31T23:59:59-23:59", []],
        ["2026-01-01T00:00:00", []],
    ],
)
def test_a_place_that_no_page_had_is_harmless(client: Any, place: Any) -> None:
    text = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()

    assert client.call("GET", "/tasks", query={"state": "FAILURE", "next": text}).status == 422
