"""`GET /logs/{id}`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api import task_log
from celeriac.operations import LogLine
from celeriac.testing import Twin


def logged(
    twin: Twin, task_id: str, message: str = "a line", *, worker: str = "greet", ago_s: float = 0, **fields: Any
) -> None:
    """Have a worker log a line about a task."""
    told = {"time": "…", "level": "INFO", "message": message, "task_id": task_id, "task": "greet.hello", **fields}
    at = twin.now - timedelta(seconds=ago_s)
    twin.operations.lines.append(LogLine(id=f"{len(twin.operations.lines)}", at=at, worker=worker, fields=told))


def log(client: Any, task_id: str, **query: str) -> Any:
    """What is told of a task's log."""
    answer = client.call("GET", "/logs/{id}", path={"id": task_id}, query=query or None)
    assert answer.status == 200, answer.json
    return answer.json


def run(client: Any, twin: Twin, task: str = "greet.hello") -> str:
    """Have a task run; returns its id."""
    task_id = str(client.post("/tasks", {"task": task, "args": ["Ada"]}).ids[0])
    twin.run()
    return task_id


def test_an_attempt_is_told_with_its_end_and_what_the_task_wrote(client: Any, twin: Twin) -> None:
    task_id = run(client, twin)
    logged(twin, task_id, "shaking hands", logger="greet.tasks", hands=2)
    about: dict[str, Any] = {
        "logger": "celeriac.app.trace",
        "attempt": 0,
        "receives": 1,
        "queue": "greet",
        "duration_s": 0.25,
    }
    logged(twin, task_id, "task success", **about)
    logged(twin, "another", "task success")

    own, end = log(client, task_id)["lines"]

    assert (own["message"], own["state"], own["attempt"]) == ("shaking hands", None, None)
    assert own["fields"] == {"logger": "greet.tasks", "hands": 2}
    assert end == {
        "at": end["at"],
        "worker": "greet",
        "level": "INFO",
        "message": "task success",
        "attempt": 0,
        "state": "SUCCESS",
        "duration_s": 0.25,
        "receives": 1,
        "traceback": None,
        "fields": {"logger": "celeriac.app.trace", "queue": "greet"},
    }


def test_the_traceback_of_a_failure_is_told_for_itself(client: Any, twin: Twin) -> None:
    task_id = run(client, twin)
    record = {"exc_type": "ValueError", "exc_message": ["why"], "traceback": "Traceback …"}
    logged(twin, task_id, "task failure", logger="celeriac.app.trace", error=record)
    logged(twin, task_id, "oh", traceback="Traceback of a task's own …")

    failure, own = log(client, task_id)["lines"]

    assert (failure["state"], failure["traceback"]) == ("FAILURE", "Traceback …")
    assert failure["fields"]["error"] == {"exc_type": "ValueError", "exc_message": ["why"]}
    assert own["traceback"] == "Traceback of a task's own …"


@pytest.mark.parametrize("value", [None, True, "0", [], {}, 1e308])
def test_a_task_may_log_fields_of_any_kind(client: Any, twin: Twin, value: Any) -> None:
    task_id = run(client, twin)
    logged(twin, task_id, attempt=value, receives=value, error=value, traceback=[value])

    (line,) = log(client, task_id)["lines"]

    assert (line["attempt"], line["receives"], line["traceback"]) == (None, None, None)
    assert line["fields"]["attempt"] == value


def test_lines_are_told_from_a_day_before_to_an_hour_after(client: Any, twin: Twin) -> None:
    task_id = run(client, twin)
    for hours in (-2, -0.5, 0, 23, 25):
        logged(twin, task_id, f"{hours}", ago_s=hours * 3600)

    assert [line["message"] for line in log(client, task_id)["lines"]] == ["23", "0", "-0.5"]
    since = (twin.now - timedelta(hours=30)).isoformat()
    assert [line["message"] for line in log(client, task_id, since=since)["lines"]] == ["25", "23", "0", "-0.5", "-2"]


def test_a_task_without_a_row_is_looked_for_in_all_logs(client: Any, twin: Twin) -> None:
    logged(twin, "ignored", worker="thumbnail")

    assert [line["worker"] for line in log(client, "ignored")["lines"]] == ["thumbnail"]


def test_what_does_not_fit_into_an_answer_is_cut(client: Any, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    task_id = run(client, twin)
    for number in range(5):
        logged(twin, task_id, f"{number}")

    assert log(client, task_id)["is_cut"] is False
    monkeypatch.setattr(task_log, "LINES", 3)
    assert [line["message"] for line in log(client, task_id)["lines"]] == ["0", "1", "2"]
    assert log(client, task_id)["is_cut"] is True
    monkeypatch.setattr(task_log, "CHARS", 10)
    assert len(log(client, task_id)["lines"]) == 1, "one is told, however long"


@pytest.mark.parametrize("since", ["", "yesterday", "2026-01-01T00:00:00", "\ud800", "1e400"])
def test_a_wrong_time_is_named(client: Any, since: str) -> None:
    answer = client.call("GET", "/logs/{id}", path={"id": "a"}, query={"since": since})

    assert (answer.status, answer.json["errors"][0]["parameter"]) == (422, "since")


def test_no_log_is_asked_for_when_the_time_is_up_and_nobody_is_told_that_there_is_nothing(
    client: Any, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged(twin, "ignored", worker="thumbnail")
    monkeypatch.setattr(task_log, "SEARCHED_S", -1)

    assert log(client, "ignored") == {"lines": [], "is_cut": True}
