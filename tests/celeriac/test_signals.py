"""Signals and handlers: who is told what, and that telling disturbs nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from celeriac import Celeriac, Task
from celeriac.broker import Entry
from celeriac.exceptions import CeleryWarning, DecodeError, NotRegistered
from celeriac.signals import (
    Signal,
    after_task_publish,
    beat_init,
    before_task_publish,
    task_failure,
    task_internal_error,
    task_postrun,
    task_prerun,
    task_received,
    task_rejected,
    task_retry,
    task_success,
    task_unknown,
)
from celeriac.testing import Twin

told: list[Any] = []


class Told(Task):
    """A task whose handlers note that they were called."""

    def before_start(self, task_id: Any, args: Any, kwargs: Any) -> None:
        told.append("before_start")
        if args == ["refuse"]:
            raise PermissionError("not this one")

    def on_success(self, retval: Any, task_id: Any, args: Any, kwargs: Any) -> None:
        told.append(f"on_success {retval}")
        raise RuntimeError("a handler may fail")

    def on_retry(self, exc: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        told.append(f"on_retry {exc!r}")

    def on_failure(self, exc: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        told.append(f"on_failure {exc!r} {'Traceback' in str(einfo)}")

    def after_return(self, status: Any, retval: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        told.append(f"after_return {status}")


app = Celeriac("radio")


@app.task(name="radio.work", base=Told, bind=True, max_retries=1, default_retry_delay=1)
def work(self: Task, how: str) -> str:
    if how == "fail":
        raise ValueError(how)
    if how == "retry" and self.request.retries == 0:
        raise self.retry(exc=OSError(how))
    return how


@pytest.fixture
def twin() -> Iterator[Twin]:
    told.clear()
    with Twin(app) as twin:
        yield twin


@pytest.mark.parametrize(
    ("how", "notes"),
    [
        ("fine", ["before_start", "on_success fine", "after_return SUCCESS"]),
        ("fail", ["before_start", "on_failure ValueError('fail') True", "after_return FAILURE"]),
        (
            "retry",
            [
                *["before_start", "on_retry OSError('retry')", "after_return RETRY"],
                *["before_start", "on_success retry", "after_return SUCCESS"],
            ],
        ),
        ("refuse", ["before_start", "on_failure PermissionError('not this one') True", "after_return FAILURE"]),
    ],
)
def test_a_tasks_handlers_are_called_around_its_body(twin: Twin, how: str, notes: list[str]) -> None:
    result = work.delay(how)
    twin.run()
    assert told == notes
    assert result.state == ("FAILURE" if how in {"fail", "refuse"} else "SUCCESS")


def test_signals_tell_what_became_of_tasks(twin: Twin) -> None:
    def note(signal: Signal, sender: Any, **_arguments: Any) -> None:
        told.append((signal.name, sender.name))

    signals = [task_prerun, task_success, task_failure, task_retry, task_postrun]
    for signal in signals:
        signal.connect(note)
    for how in ("fine", "fail", "retry"):
        work.delay(how)
        twin.run()
    for signal in signals:
        assert signal.disconnect(note)
    names = [entry[0] for entry in told if isinstance(entry, tuple)]
    assert names == [
        *["task_prerun", "task_success", "task_postrun"],
        *["task_prerun", "task_failure", "task_postrun"],
        *["task_prerun", "task_retry", "task_postrun"],
        *["task_prerun", "task_success", "task_postrun"],
    ]


@pytest.fixture
def heard(request: pytest.FixtureRequest) -> Iterator[list[dict[str, Any]]]:
    """What a signal tells while the test goes on."""
    arguments: list[dict[str, Any]] = []
    request.param.connect(lambda **about: arguments.append(about), weak=False, dispatch_uid="heard")
    yield arguments
    request.param.disconnect(dispatch_uid="heard")


@pytest.mark.parametrize("heard", [task_received], indirect=True)
def test_a_task_is_received_with_its_request(twin: Twin, heard: list[dict[str, Any]]) -> None:
    result = work.apply_async(["fine"], link_error=app.signature("radio.work"))
    twin.run()
    [about] = heard
    request = about["request"]
    assert (about["sender"], request.id, request.task_id) == (work, result.id, result.id)
    assert (request.name, request.task_name, request.task) == ("radio.work",) * 3
    assert (request.args, [call["task"] for call in request.errbacks]) == (["fine"], ["radio.work"])


@pytest.mark.parametrize("heard", [task_unknown], indirect=True)
def test_a_task_that_nobody_has_is_told_of(twin: Twin, heard: list[dict[str, Any]]) -> None:
    result = app.send_task("radio.nobody", queue="radio")
    twin.run()
    [about] = heard
    assert (about["sender"], about["name"], about["id"]) == (app, "radio.nobody", result.id)
    assert (about["message"].task, type(about["exc"])) == ("radio.nobody", NotRegistered)


@pytest.mark.parametrize("heard", [task_rejected], indirect=True)
def test_a_message_that_cannot_be_read_is_told_of(twin: Twin, heard: list[dict[str, Any]]) -> None:
    twin.broker.send_batch("radio", [Entry("stranger", "not JSON")])
    twin.run()
    assert {(about["message"]["body"], type(about["exc"])) for about in heard} == {("not JSON", DecodeError)}


@pytest.mark.parametrize("heard", [task_internal_error], indirect=True)
def test_trouble_around_a_task_is_told_of_and_that_of_a_task_is_not(heard: list[dict[str, Any]]) -> None:
    def away(step: str) -> None:
        if step.startswith("record") and not heard:
            raise OSError("the table is away")

    with Twin(app, fault=away) as twin:
        result = work.delay("fine")
        work.delay("fail")
        twin.run()
        assert result.get(timeout=0) == "fine"
    [about] = heard
    assert (about["sender"], about["task_id"], about["args"]) == (work, result.id, ["fine"])
    assert (repr(about["exception"]), about["request"].id) == ("OSError('the table is away')", result.id)


@pytest.mark.parametrize("heard", [task_success], indirect=True)
def test_a_success_is_told_with_its_seconds(twin: Twin, heard: list[dict[str, Any]]) -> None:
    work.delay("fine")
    twin.run()
    assert heard[0]["result"] == "fine"
    assert 0 < heard[0]["runtime"] < 60


def test_a_receiver_may_add_headers_to_what_is_published(twin: Twin) -> None:
    @app.task(name="radio.headers", bind=True)
    def headers(self: Task) -> dict[str, Any]:
        return self.request.headers

    def add(headers: dict[str, Any], **_arguments: Any) -> None:
        headers["tenant"] = "acme"

    def note(headers: dict[str, Any], sender: str, **_arguments: Any) -> None:
        told.append((sender, headers["id"], headers["tenant"]))

    before_task_publish.connect(add, sender="radio.headers")
    after_task_publish.connect(note, sender="radio.headers")
    result = headers.delay()
    twin.run()
    before_task_publish.disconnect(add, sender="radio.headers")
    after_task_publish.disconnect(note, sender="radio.headers")
    assert result.get(timeout=0) == {"tenant": "acme"}
    assert told == [("radio.headers", result.id, "acme")]


def test_a_receiver_that_raises_stops_nobody() -> None:
    signal = Signal("test")

    @signal.connect
    def broken(**_arguments: Any) -> None:
        raise ValueError("broken")

    @signal.connect(sender="me")  # type: ignore[untyped-decorator]  # it returns the function it is given
    def fine(**_arguments: Any) -> str:
        return "fine"

    answers = dict(signal.send("me"))
    assert isinstance(answers[broken], ValueError)
    assert answers[fine] == "fine"
    assert [receiver for receiver, _ in signal.send("somebody else")] == [broken]


def test_a_receiver_is_connected_once_and_forgotten_with_its_function() -> None:
    signal = Signal("test")

    def receiver(**_arguments: Any) -> None: ...

    signal.connect(receiver)
    signal.connect(receiver)
    signal.connect(lambda **_arguments: None, weak=False, dispatch_uid="mine")
    signal.connect(lambda **_arguments: None, weak=False, dispatch_uid="mine")
    assert len(signal.send(None)) == 2
    del receiver
    gc.collect()
    assert len(signal.send(None)) == 1
    assert signal.disconnect(dispatch_uid="mine")
    assert not signal.has_listeners()


def test_a_receiver_that_takes_the_place_of_a_forgotten_one_in_memory_is_connected() -> None:
    signal = Signal("test")

    for number in range(50):  # CPython gives the next function the memory of the last one

        def receiver(**_arguments: Any) -> int:
            return number  # noqa: B023 - called within the same round

        signal.connect(receiver)
        assert [answer for _, answer in signal.send(None)] == [number]
        del receiver


def test_a_signal_that_is_never_sent_says_so_when_it_is_connected_to() -> None:
    def receiver(**_: Any) -> None: ...

    with pytest.warns(CeleryWarning, match="beat_init is never sent here"):
        beat_init.connect(receiver)
    assert beat_init.disconnect(receiver)
