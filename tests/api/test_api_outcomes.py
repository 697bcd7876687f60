"""`GET /tasks/{id}`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from celeriac.app import Celeriac
from celeriac.testing import Twin


def sent(client: Any, task: str, *args: Any) -> str:
    """Send one task; returns its id."""
    return str(client.post("/tasks", {"task": task, "args": list(args)}).ids[0])


def test_a_task_that_has_not_run_is_pending(client: Any) -> None:
    task_id = sent(client, "greet.hello", "Ada")

    assert client.task(task_id).json == {
        "id": task_id,
        "task": "greet.hello",
        "state": "PENDING",
        "result": None,
        "error": None,
        "meta": None,
        "children": [],
        "queue": "greet",
        "attempt": 0,
        "started_at": None,
        "done_at": None,
        "links": {"self": f"/tasks/{task_id}"},
    }


def test_a_task_that_succeeded_has_its_result_and_times(client: Any, twin: Twin) -> None:
    task_id = sent(client, "greet.hello", "Ada")
    twin.run()

    task = client.task(task_id).json
    assert (task["state"], task["result"]) == ("SUCCESS", "Hello, Ada")
    assert task["done_at"].endswith("Z")


@pytest.mark.parametrize(
    ("reasons", "message"),
    [(["no such thing"], "no such thing"), ([], ""), (["a", "b"], "a, b"), (["\ud800"], "\ud800")],
)
def test_a_task_that_failed_has_its_error_without_the_traceback(
    client: Any, twin: Twin, reasons: list[str], message: str
) -> None:
    task_id = sent(client, "greet.fail", *reasons)
    twin.run()

    task = client.task(task_id).json
    assert (task["state"], task["result"]) == ("FAILURE", None)
    assert task["error"] == {"type": "ValueError", "message": message}


def test_progress_is_told_on_the_way(client: Any, twin: Twin) -> None:
    task_id = sent(client, "greet.count", 3)
    seen: list[dict[str, Any]] = []

    def look(step: str) -> None:
        if step.startswith("record SUCCESS") and not seen:
            seen.append(client.task(task_id).json)

    twin.fault = look
    twin.run()

    assert [(task["state"], task["meta"]) for task in seen] == [("PROGRESS", {"done": 1, "of": 3})]


def test_the_tasks_that_a_task_sent_are_its_children(client: Any, twin: Twin) -> None:
    task_id = sent(client, "greet.count", 3)
    twin.run()

    (child,) = client.task(task_id).json["children"]
    assert client.task(child).json["result"] == "Hello, child"


@pytest.mark.parametrize("task_id", ["no-such-task", "key#1", "\ud800", "a\nb", "x" * 256, "%00", "", "ключ"])
def test_an_unknown_id_is_a_404(client: Any, task_id: str) -> None:
    answer = client.task(task_id)

    assert answer.status == 404
    assert answer.json["type"] == "urn:celeriac:problem:task-not-found"


def test_a_result_that_has_expired_is_a_404(client: Any, twin: Twin) -> None:
    task_id = sent(client, "greet.hello", "Ada")
    twin.run()
    twin.now += timedelta(days=365)

    assert client.task(task_id).status == 404


def test_a_result_too_large_for_http_is_left_out_with_the_reason(client: Any, twin: Twin) -> None:
    task_id = sent(client, "greet.hello", "x" * 3_000_000)
    twin.run()

    task = client.task(task_id).json
    assert (task["state"], task["result"]) == ("SUCCESS", None)
    assert "too many for HTTP" in task["result_omitted"]


@pytest.mark.parametrize("wait", ["-1", "26", "soon", "", "nan", "1e999", "\ud800"])
def test_a_wait_is_0_to_25_seconds(client: Any, wait: str) -> None:
    refused = client.task("some-id", wait=wait)

    assert refused.status == 422
    assert refused.json["errors"][0]["parameter"] == "wait"


def test_wait_holds_the_answer_until_the_task_is_finished(client: Any, twin: Twin) -> None:
    task_id = sent(client, "greet.hello", "Ada")
    looked = threading.Event()
    twin.fault = lambda step: looked.set() if step == f"read row {task_id}" else None

    def work() -> None:
        assert looked.wait(60)
        twin.run()

    worker = threading.Thread(target=work)
    worker.start()
    answer = client.task(task_id, wait="20")
    worker.join()

    assert answer.json["state"] == "SUCCESS"


def test_wait_ends_with_the_task_as_it_is(client: Any) -> None:
    task_id = sent(client, "greet.hello", "Ada")

    def ask() -> None:
        answer = client.task(task_id, wait="0.25")
        assert (answer.status, answer.json["state"]) == (200, "PENDING")

    assert 0.1 <= quickest(ask) < 1


def quickest(call: Callable[[], None]) -> float:
    """How many seconds a call takes that no busy machine holds up."""

    def took() -> float:
        begun = time.monotonic()
        call()
        return time.monotonic() - begun

    return min(took() for _ in range(5))


def test_wait_leaves_time_for_the_answer(client: Any) -> None:
    client.invocation = type(client.invocation)(remaining_s=1.2)
    task_id = sent(client, "greet.hello", "Ada")

    def ask() -> None:
        assert client.task(task_id, wait="25").status == 200

    assert quickest(ask) < 1


def test_wait_waits_for_a_child_that_has_not_told_of_itself_yet(client: Any, twin: Twin) -> None:
    task_id = "sent-by-a-program"
    app: Celeriac = twin.apps["greet"]
    app.send_task("greet.hello", ["Ada"], task_id=task_id)
    looked = threading.Event()
    twin.fault = lambda step: looked.set() if step == f"read row {task_id}" else None

    def work() -> None:
        assert looked.wait(60)
        twin.run()

    worker = threading.Thread(target=work)
    before = client.task(task_id).status
    looked.clear()
    worker.start()
    answer = client.task(task_id, wait="20")
    worker.join()

    assert (before, answer.status, answer.json["state"]) == (404, 200, "SUCCESS")
