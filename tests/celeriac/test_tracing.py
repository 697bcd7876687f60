"""Traces: whose header a message has, and that it has none unless somebody says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from celeriac import chain, chord, signals, tracing
from celeriac.beat.firing import fired
from celeriac.message import Message
from celeriac.task import Task
from celeriac.testing import Twin
from tests.celeriac.office import Office, invoked, queued

HEADER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
ANOTHER = HEADER.replace("5759", "6000")


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERIAC_TRACING", "on")


def traces(twin: Twin) -> list[str | None]:
    return [message.trace for message in queued(twin)]


def test_off_is_the_default_and_changes_no_byte(office: Office, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", HEADER)
    with tracing.following(HEADER):
        office.work.delay(1)
    (letter,) = twin.broker.messages["office"]
    assert "trace" not in json.loads(letter.body)
    assert letter.trace is None


@pytest.mark.usefixtures("on")
def test_a_producer_in_lambda_sends_the_header_of_its_invocation(
    office: Office, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.work.delay(1)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", HEADER)
    office.work.delay(2)
    assert traces(twin) == [None, HEADER]
    assert [letter.trace for letter in twin.broker.messages["office"]] == [None, HEADER]


@pytest.mark.usefixtures("on")
def test_a_program_elsewhere_says_which_trace_its_calls_belong_to(office: Office, twin: Twin) -> None:
    with tracing.following(HEADER):
        office.work.delay(1)
    office.work.delay(2)
    assert traces(twin) == [HEADER, None]


@pytest.mark.usefixtures("on")
def test_what_a_task_sends_has_its_messages_trace_and_not_that_of_the_batch(
    office: Office, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    @office.app.task(name="office.pass_on")
    def pass_on() -> None:
        office.work.delay(1)

    for header in (HEADER, ANOTHER):
        with tracing.following(header):
            pass_on.delay()
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-0-batch")
    twin.invoke("office")
    assert traces(twin) == [HEADER, ANOTHER]


@pytest.mark.usefixtures("on")
def test_all_that_follows_a_task_is_in_its_trace(office: Office, twin: Twin) -> None:
    seen: dict[str, str | None] = {}

    @office.app.task(name="office.see", bind=True, default_retry_delay=3600)
    def see(task: Task, name: str, *_more: Any) -> str:
        if name == "retried" and not task.request.retries:
            raise task.retry()
        seen[name] = tracing.current()
        return name

    @office.app.task(name="office.see_fail")
    def fail() -> None:
        raise ValueError

    with tracing.following(HEADER):
        chain(see.si("first"), see.si("second")).apply_async(link=see.si("callback"))
        chord([see.si("member"), see.si("other")], see.si("body")).delay()
        see.delay("retried")
        fail.apply_async(link_error=see.si("errback"))
    twin.run()
    assert seen == dict.fromkeys(
        ["first", "second", "callback", "member", "other", "body", "retried", "errback"], HEADER
    )


@pytest.mark.usefixtures("on")
def test_a_header_that_comes_beside_a_message_only_is_followed_too(office: Office, twin: Twin) -> None:
    @office.app.task(name="office.pass_on")
    def pass_on() -> None:
        office.work.delay(1)

    pass_on.delay()
    twin.broker.messages["office"][0].trace = HEADER
    twin.invoke("office")
    assert traces(twin) == [HEADER]


@pytest.mark.usefixtures("on")
def test_what_a_schedule_sends_is_in_no_trace_of_whoever_made_the_schedule(office: Office, twin: Twin) -> None:
    with tracing.following(HEADER):
        office.app.schedules.create("it", office.work, 3600, [1])
    (rule,) = twin.scheduler.rules()
    twin.broker.put(rule.queue, fired(rule.body, twin.now))
    assert traces(twin) == [None]


@pytest.mark.parametrize("hostile", ["", 5, "x" * 501, "line\nbreak", "é", ["Root"]])
def test_what_is_no_header_is_refused_with_the_message(office: Office, hostile: object) -> None:
    body = json.dumps({"v": 1, "id": "a", "task": "office.work", "queue": "office", "trace": hostile})
    with Twin(office.app):
        assert invoked(office.app, body) == ["sqs-0"]


def test_w3cs_traceparent_travels_as_a_header_by_celerys_signals(office: Office, twin: Twin) -> None:
    """As OpenTelemetry's instrumentation of Celery does it."""
    seen: list[Any] = []

    def inject(headers: dict[str, Any], **_: Any) -> None:
        headers["traceparent"] = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"

    def extract(task: Task, **_: Any) -> None:
        seen.append(task.request.get("traceparent"))

    signals.before_task_publish.connect(inject)
    signals.task_prerun.connect(extract)
    try:
        office.work.delay(1)
        twin.run()
    finally:
        signals.before_task_publish.disconnect(inject)
        signals.task_prerun.disconnect(extract)
    assert seen == ["00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"]


def test_a_message_reads_and_writes_its_trace() -> None:
    message = Message(id="a", task="office.work", trace=HEADER)
    assert Message.loads(message.dumps()) == message
