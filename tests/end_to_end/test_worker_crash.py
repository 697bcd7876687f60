"""A worker's process is killed in the middle of a batch: nothing is lost."""

import json
import os
import signal
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from celeriac.row import headings
from local.system import System
from local.wait import until

pytestmark = pytest.mark.cloud


@pytest.mark.usefixtures("short_visibility")
def test_a_batch_whose_worker_is_killed_half_way_is_finished_by_another(system: System, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    calls = [{"task": "probe.add", "args": [n, n]} for n in range(9)]
    calls.insert(4, {"task": "probe.hold", "args": [str(gate)]})
    ids = [task["id"] for task in system.api.post_json("/tasks", calls).json["tasks"]]
    killed = until(lambda: _process_of(system, ids[4]), "the task to tell its process", timeout_s=30)

    os.kill(killed, signal.SIGKILL)
    gate.touch()

    ends = [system.finished(task_id) for task_id in ids]
    assert {end["state"] for end in ends} == {"SUCCESS"}
    held = ends.pop(4)
    assert held["result"] != killed
    assert [end["result"] for end in ends] == [2 * n for n in range(9)]


@pytest.mark.parametrize(
    ("task", "args", "kind"),
    [
        ("probe.die", [], "WorkerLostError"),
        ("probe.hang", [], "WorkerLostError"),
        ("probe.hog", [], "MemoryError"),
        ("probe.wait_in_c", [], "TimeLimitExceeded"),
    ],
)
@pytest.mark.usefixtures("short_visibility")
def test_whatever_a_task_dies_of_it_is_a_failure_that_says_so(
    system: System, task: str, args: list[Any], kind: str
) -> None:
    sent = system.api.post_json("/tasks", {"task": task, "args": args}).json["tasks"][0]

    end = until(lambda: _end_of(system, sent["id"]), "the failure", timeout_s=90)
    assert (end["state"], end["error"]["type"]) == ("FAILURE", kind)


@pytest.mark.usefixtures("short_visibility")
def test_a_text_that_nobody_can_read_is_listed_and_leaves_the_queues(system: System) -> None:
    sqs = system.endpoint.client("sqs")
    poison = f"no json {uuid.uuid4()}"
    sqs.send_message(QueueUrl=system.queue_url("probe"), MessageBody=poison)

    row = until(lambda: _listed(system, poison), "the row of the dead letter", timeout_s=60)
    assert (row["queue"]["S"], row["state"]["S"]) == ("probe", "FAILURE")
    assert "DecodeError" in row["error"]["S"]
    until(lambda: _depth(system, "probe-dead") == 0, "the letter to be taken off its queue", timeout_s=30)


def _listed(system: System, text: str) -> dict[str, Any] | None:
    """The item in the list of failures that keeps this text."""
    query = system.endpoint.client("dynamodb").query
    where = {"TableName": f"{system.outputs.deployment}-results", "IndexName": "listed"}
    lists = [{":under": {"S": heading}} for heading in headings("FAILURE", datetime.now(UTC).date())]
    answers = [
        query(**where, KeyConditionExpression="listed = :under", ExpressionAttributeValues=under) for under in lists
    ]
    found = (item for answer in answers for item in answer["Items"])
    return next((item for item in found if json.dumps(text) == item.get("message", {}).get("S")), None)


def _depth(system: System, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs = system.endpoint.client("sqs")
    found = sqs.get_queue_attributes(QueueUrl=system.queue_url(queue), AttributeNames=names)["Attributes"]
    return sum(int(value) for value in found.values())


def _end_of(system: System, task_id: str) -> dict[str, Any] | None:
    task = system.task(task_id)
    return task if task["state"] in {"SUCCESS", "FAILURE"} else None


def _process_of(system: System, task_id: str) -> int | None:
    task = system.task(task_id)
    return int(task["meta"]["pid"]) if task["state"] == "PROGRESS" else None
