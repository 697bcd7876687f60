"""Every route for operators on what is deployed: each changes what it says, and what it tells is so."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from celeriac.message import Message
from local.system import System
from local.wait import until
from tests.end_to_end.test_python_program import printed

pytestmark = pytest.mark.cloud

SOON_S = 120
BULK = "probe.bulk"
CHAIN = """
import json
from celeriac import Celeriac, chain

app = Celeriac("web")
last = chain(app.signature("probe.add", [1, 2]), app.signature("probe.add", [3]), app.signature("probe.add", [4]))()
print(json.dumps([last.parent.parent.id, last.parent.id, last.id]))
last.get(timeout=120)
"""


def sent(system: System, task: str, *args: Any, **options: Any) -> str:
    """Submit a task; returns its id."""
    answer = system.api.post_json("/tasks", {"task": task, "args": list(args), **options})
    assert answer.status == 202, answer.body
    return str(answer.json["tasks"][0]["id"])


def got(system: System, path: str, **query: str) -> Any:
    """What a GET answers."""
    answer = system.api.get(path, **query)
    assert answer.status == 200, answer.body
    return answer.json


def done(system: System, method: str, path: str, content: Any = None) -> Any:
    """What a change answers."""
    body = None if content is None else json.dumps(content).encode()
    answer = system.api.call(method, path, body, {"Content-Type": "application/json"} if body else None)
    assert answer.status in {200, 201, 202}, answer.body
    return answer.json


def refused(system: System, method: str, path: str) -> int:
    """The status of a change that cannot be."""
    return int(system.api.call(method, path).status)


def of_queue(system: System, name: str) -> Any:
    """What is told of one queue."""
    (told,) = [queue for queue in got(system, "/queues")["queues"] if queue["name"] == name]
    return told


def ids(page: Any) -> list[str]:
    """The ids of a list's tasks."""
    return [task["id"] for task in page["tasks"]]


@contextmanager
def paused(system: System, queue: str) -> Iterator[None]:
    """The queue is not read, by the operators' word."""
    done(system, "POST", f"/queues/{queue}/pause")
    try:
        until(lambda: of_queue(system, queue)["paused"], f"{queue} to be paused", SOON_S)
        yield
    finally:
        done(system, "POST", f"/queues/{queue}/resume")
        until(lambda: of_queue(system, queue)["paused"] is False, f"{queue} to be read again", SOON_S)


def test_what_waits_in_a_paused_queue_runs_when_it_is_resumed(system: System) -> None:
    with paused(system, BULK):
        task_id = sent(system, "probe.add", 1, 2, queue=BULK)
        assert of_queue(system, BULK)["waiting"] == 1
        assert got(system, f"/tasks/{task_id}")["state"] == "PENDING"

    assert system.finished(task_id)["result"] == 3


def test_what_waits_in_a_queue_that_is_purged_never_runs(system: System) -> None:
    with paused(system, BULK):
        task_id = sent(system, "probe.add", 1, 2, queue=BULK)
        assert done(system, "POST", f"/queues/{BULK}/purge") == {"queue": BULK, "purged": 1}
        until(lambda: of_queue(system, BULK)["waiting"] == 0, "the queue to be empty", SOON_S)

    after = sent(system, "probe.add", 3, 4, queue=BULK)
    assert system.finished(after)["result"] == 7
    assert got(system, f"/tasks/{task_id}")["state"] == "PENDING"


@contextmanager
def unrecorded(system: System, queue: str) -> Iterator[str]:
    """The dead letters of a queue stay where they are; gives their queue's URL."""
    url = system.queue_url(queue)
    arn = system.endpoint.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    functions: Any = system.endpoint.client("lambda")
    found = functions.list_event_source_mappings(EventSourceArn=arn["Attributes"]["QueueArn"])
    (mapping,) = found["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        until(lambda: _state(functions, mapping) == "Disabled", "dead letters to be left alone", SOON_S)
        yield url
    finally:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def _state(functions: Any, mapping: Any) -> str:
    return str(functions.get_event_source_mapping(UUID=mapping["UUID"])["State"])


def test_dead_letters_that_nobody_recorded_run_when_they_are_sent_back(system: System) -> None:
    task_id = f"dead-{uuid.uuid4()}"
    letter = Message(id=task_id, task="probe.add", args=[20, 22], queue=BULK)
    with unrecorded(system, "probe-bulk-dead") as url:
        system.endpoint.client("sqs").send_message(QueueUrl=url, MessageBody=letter.dumps())
        assert of_queue(system, BULK)["dead"] == 1

        assert done(system, "POST", f"/queues/{BULK}/redrive") == {"queue": BULK, "moved": 1, "done": True}

        until(lambda: system.api.get(f"/tasks/{task_id}").status == 200, "the task to be known", SOON_S)
        assert system.finished(task_id)["result"] == 42
        assert of_queue(system, BULK)["dead"] == 0


def test_a_failure_is_listed_told_of_sent_again_and_struck_off(system: System) -> None:
    reason = f"no paper {uuid.uuid4()}"
    task_id = sent(system, "probe.fail", reason)
    assert system.finished(task_id)["state"] == "FAILURE"
    assert task_id in ids(got(system, "/tasks", state="FAILURE", name="probe.fail", queue="probe"))
    assert task_id not in ids(got(system, "/tasks", state="SUCCESS", name="probe.fail"))

    story = got(system, f"/stories/{task_id}")
    assert "raise ValueError(reason)" in story["task"]["traceback"]
    assert story["message"]["args"] == [reason]

    assert done(system, "POST", f"/tasks/{task_id}/retry")["attempt"] == 1
    until(lambda: got(system, f"/tasks/{task_id}")["state"] == "FAILURE", "the second attempt", SOON_S)
    assert got(system, f"/tasks/{task_id}")["attempt"] == 1

    done(system, "POST", f"/tasks/{task_id}/drop")
    assert task_id not in ids(got(system, "/tasks", state="FAILURE", name="probe.fail"))
    assert refused(system, "POST", f"/tasks/{task_id}/drop") == 409
    assert refused(system, "POST", f"/tasks/{task_id}/retry") == 409


def test_the_log_tells_of_every_attempt(system: System) -> None:
    task_id = sent(system, "probe.fail", "no ink")
    system.finished(task_id)
    done(system, "POST", f"/tasks/{task_id}/retry")

    def ends() -> list[tuple[int, str]]:
        answer = system.api.get(f"/logs/{task_id}")
        lines = answer.json["lines"] if answer.status == 200 else []
        return [(line["attempt"], line["state"]) for line in lines if line["state"]]

    until(lambda: ends() == [(0, "FAILURE"), (1, "FAILURE")], "the log's lines", SOON_S)
    for line in got(system, f"/logs/{task_id}")["lines"]:
        assert (line["worker"], "no ink" in line["traceback"]) == ("probe", True)


def test_every_task_that_ends_is_listed_where_its_worker_asks_for_it(system: System) -> None:
    begun = datetime.now(UTC) - timedelta(seconds=1)
    task_id = sent(system, "probe.add", 1, 2)
    system.finished(task_id)

    page = got(system, "/tasks", since=begun.isoformat(), name="probe.add")
    assert task_id in ids(page)
    assert {"probe", "process_pdf", "thumbnail", "notify"} <= {*page["listed"]}
    assert task_id in ids(got(system, "/tasks", state="SUCCESS", since=begun.isoformat(), name="probe.add"))


def test_a_story_has_the_whole_chain(system: System) -> None:
    ((first, second, last),) = printed(system, CHAIN)

    story = got(system, f"/stories/{second}")

    parents = {member["id"]: member["parent_id"] for member in story["family"]}
    assert parents == {first: None, second: first, last: second}
    assert story["task"]["root_id"] == first


def test_a_task_that_is_revoked_before_it_begins_does_not_run(system: System) -> None:
    with paused(system, BULK):
        task_id = sent(system, "probe.add", 1, 2, queue=BULK)
        assert done(system, "DELETE", f"/tasks/{task_id}")["state"] == "REVOKED"

    until(lambda: task_id in ids(got(system, "/tasks", state="REVOKED")), "its outcome", SOON_S)
    assert system.finished(task_id)["result"] is None


def test_a_task_that_runs_is_listed_and_can_be_ended(system: System, tmp_path: Path) -> None:
    task_id = sent(system, "probe.wait", str(tmp_path / "gate"))
    until(lambda: got(system, f"/tasks/{task_id}")["state"] == "PROGRESS", "the task to run", SOON_S)

    done(system, "DELETE", f"/tasks/{task_id}")

    # One that runs goes on; its next attempt, which it asks for after two seconds, does not begin.
    assert system.finished(task_id)["state"] == "REVOKED"
    assert refused(system, "POST", f"/tasks/{task_id}/retry") == 409


def test_schedules_are_made_changed_paused_and_deleted(system: System) -> None:
    name = f"operated-{uuid.uuid4().hex[:8]}"
    call = {"name": name, "task": "probe.add", "schedule": "0 3 * * *", "args": [1, 2], "timezone": "Europe/Berlin"}

    def listed() -> Any:
        return next((one for one in got(system, "/schedules")["schedules"] if one["name"] == name), None)

    assert done(system, "POST", "/schedules", call)["enabled"] is True
    assert listed()["args"] == [1, 2]
    done(system, "PATCH", f"/schedules/{name}", {"args": [3, 4]})
    assert listed()["args"] == [3, 4]
    done(system, "POST", f"/schedules/{name}/pause")
    assert (listed()["enabled"], listed()["next_runs"]) == (False, [])
    done(system, "POST", f"/schedules/{name}/resume")
    assert listed()["enabled"] is True
    done(system, "DELETE", f"/schedules/{name}")
    assert listed() is None


def test_a_worker_tells_its_tasks_once_it_has_run(system: System) -> None:
    system.finished(sent(system, "probe.add", 1, 2))

    (probe,) = [worker for worker in got(system, "/workers")["workers"] if worker["name"] == "probe"]
    assert (probe["state"], "probe.add" in probe["tasks"]) == ("Active", True)


def test_metrics_tell_of_what_is_deployed(system: System) -> None:
    if not system.endpoint.knows_percentiles():
        pytest.skip("this emulator's CloudWatch fails at percentiles (LocalStack's of 4.14 did)")
    system.finished(sent(system, "probe.add", 1, 2))

    figures = got(system, "/metrics", worker="probe")
    assert {queue["name"] for queue in figures["queues"]} == {"probe", BULK, "probe.fast", "probe.ordered"}
    assert {"probe.add", None} <= {one["task"] for one in figures["workers"]}
    assert len(figures["times"]) == len(figures["workers"][0]["received"]) == 180
