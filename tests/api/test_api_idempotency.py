"""A request that comes again: with its `Idempotency-Key`, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from celeriac.exceptions import OperationalError
from celeriac.testing import Twin

CALLS = [{"task": "greet.hello", "args": ["Ada"]}, {"task": "greet.hello", "args": ["Grace"]}]


def failing(*places: str) -> Callable[[str], None]:
    """A fault of AWS wherever a step begins with one of these."""

    def fault(step: str) -> None:
        if step.startswith(places):
            raise OperationalError(f"no {step}: arn:aws:iam::123456789012:role/secret")

    return fault


def test_a_repeat_answers_the_same_ids_and_sends_nothing(client: Any, twin: Twin) -> None:
    first = client.post("/tasks", CALLS, key="k")
    repeat = client.post("/tasks", CALLS, key="k")

    assert (first.status, repeat.status) == (202, 202)
    assert repeat.ids == first.ids
    assert len(twin.broker.messages["greet"]) == 2


def test_a_repeat_tells_how_far_its_tasks_have_come(client: Any, twin: Twin) -> None:
    client.post("/tasks", CALLS, key="k")
    twin.run()
    repeat = client.post("/tasks", CALLS, key="k")

    assert [task["state"] for task in repeat.json["tasks"]] == ["SUCCESS", "SUCCESS"]


def test_without_a_key_every_request_is_a_new_one(client: Any, twin: Twin) -> None:
    first, second = client.post("/tasks", CALLS), client.post("/tasks", CALLS)

    assert not set(first.ids) & set(second.ids)
    assert len(twin.broker.messages["greet"]) == 4


def test_a_repeat_may_order_its_json_otherwise(client: Any) -> None:
    first = client.post_text("/tasks", '{"task": "greet.hello", "kwargs": {"name": "Ada", "greeting": "Hi"}}', key="k")
    repeat = client.post_text("/tasks", '{"kwargs":{"greeting":"Hi","name":"Ada"},"task":"greet.hello"}', key="k")

    assert repeat.ids == first.ids


def test_a_key_in_quotes_is_the_same_key(client: Any) -> None:
    assert client.post("/tasks", CALLS, key='"k"').ids == client.post("/tasks", CALLS, key="k").ids


def test_a_key_that_comes_again_with_another_body_is_refused(client: Any, twin: Twin) -> None:
    client.post("/tasks", CALLS, key="k")
    refused = client.post("/tasks", CALLS[:1], key="k")

    assert refused.status == 422
    assert refused.json["type"] == "urn:celeriac:problem:idempotency-key-reused"
    assert len(twin.broker.messages["greet"]) == 2


def test_a_key_of_one_path_is_not_that_of_another(client: Any, twin: Twin, files: object) -> None:
    del files
    client.post("/tasks", CALLS, key="k")

    assert client.upload("/images", b"image", "image/png", key="k").status == 422
    assert not twin.broker.messages["thumbnail"]


def test_each_caller_has_keys_of_its_own(client: Any) -> None:
    first = client.post("/tasks", CALLS, key="k")
    client.caller = "AROAOTHER:session-1"
    other = client.post("/tasks", CALLS[:1], key="k")

    assert other.status == 202
    assert not set(other.ids) & set(first.ids)


def test_another_session_of_a_role_is_the_same_caller(client: Any) -> None:
    first = client.post("/tasks", CALLS, key="k")
    client.caller = "AROAEXAMPLE:session-2"

    assert client.post("/tasks", CALLS, key="k").ids == first.ids


def test_a_request_that_is_refused_does_not_use_its_key_up(client: Any) -> None:
    refused = client.post("/tasks", [{"task": "greet.hello"}], key="k")

    assert (refused.status, client.post("/tasks", CALLS, key="k").status) == (422, 202)


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ", "a\nb", "a\n"])
def test_a_key_is_up_to_255_printable_characters(client: Any, key: str) -> None:
    refused = client.post("/tasks", CALLS, key=key)

    assert refused.status == 422
    assert refused.json["errors"][0]["parameter"] == "Idempotency-Key"


def test_the_marker_of_a_key_is_no_task(client: Any, twin: Twin) -> None:
    client.post("/tasks", CALLS, key="k")
    (marker,) = [row_id for row_id in twin.backend.rows if row_id.startswith("key#")]

    assert client.task(marker).status == 404


def test_a_key_may_be_used_anew_when_its_day_is_over(client: Any, twin: Twin) -> None:
    client.post("/tasks", CALLS, key="k")
    twin.now += timedelta(days=1, minutes=1)

    assert client.post("/tasks", CALLS[:1], key="k").status == 202


def test_what_was_not_sent_is_told_and_a_repeat_sends_just_that(client: Any, twin: Twin) -> None:
    calls = [CALLS[0], {"task": "notify.send_email", "args": ["ada", "hello"]}]
    twin.fault = failing("send to notify")
    failed = client.post("/tasks", calls, key="k")
    twin.fault = None
    repeat = client.post("/tasks", calls, key="k")

    assert failed.status == 503
    assert failed.headers["retry-after"] == "5"
    assert [(fault["index"], fault["id"]) for fault in failed.json["errors"]] == [(1, repeat.ids[1])]
    assert failed.ids == repeat.ids[:1]
    assert repeat.status == 202
    assert [len(twin.broker.messages[queue]) for queue in ("greet", "notify")] == [1, 1]


def test_what_was_not_sent_has_no_receipt_and_what_was_sent_has_one(client: Any, twin: Twin) -> None:
    twin.fault = failing("send to notify")
    failed = client.post("/tasks", [CALLS[0], {"task": "notify.send_email", "args": ["ada", "hello"]}])

    assert client.task(failed.ids[0]).status == 200
    assert client.task(failed.json["errors"][0]["id"]).status == 404


def test_a_problem_names_no_role_and_no_account(client: Any, twin: Twin) -> None:
    for place in ("send", "record", "accept", "read row"):
        twin.fault = failing(place)
        for failed in (client.post("/tasks", CALLS, key=place), client.task("some-id")):
            assert "arn:" not in str(failed)


@pytest.mark.parametrize("place", ["record", "accept"])
def test_a_table_that_does_not_answer_is_a_503_and_a_repeat_mends_it(client: Any, twin: Twin, place: str) -> None:
    twin.fault = failing(place)
    failed = client.post("/tasks", CALLS, key="k")
    twin.fault = None
    repeat = client.post("/tasks", CALLS, key="k")
    twin.run()

    assert (failed.status, repeat.status) == (503, 202)
    assert [client.task(task_id).json["result"] for task_id in repeat.ids] == ["Hello, Ada", "Hello, Grace"]


def test_a_request_that_died_after_each_step_can_be_repeated(client: Any, twin: Twin) -> None:
    client.post("/tasks", CALLS, key="steps")
    steps = list(twin.steps)

    for number in range(len(steps)):
        key, seen = f"k{number}", 0

        def die(_step: str, number: int = number) -> None:
            nonlocal seen
            seen += 1
            if seen == number + 1:
                raise KeyboardInterrupt  # what no `except Exception` can catch

        twin.fault = die
        with pytest.raises(KeyboardInterrupt):
            client.post("/tasks", CALLS, key=key)
        twin.fault = None
        repeat = client.post("/tasks", CALLS, key=key)
        twin.run()
        assert [client.task(task_id).json["result"] for task_id in repeat.ids] == ["Hello, Ada", "Hello, Grace"]
