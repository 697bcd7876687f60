"""JSON lines, as CloudWatch Logs Insights reads them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from celeriac import Celeriac, log
from celeriac.testing import Crash, Twin
from tests.celeriac.office import Office, call, invoked


@pytest.fixture
def lines() -> Iterator[Any]:
    """What a Lambda's root logger writes, line by line; the root logger is as before afterwards."""
    root, stream = logging.getLogger(), StringIO()
    before = (root.handlers, root.level)
    root.handlers = [logging.StreamHandler(stream)]
    log.configure({"AWS_LAMBDA_FUNCTION_NAME": "celeriac-dev-office"})
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = before[0]
    root.setLevel(before[1])


def test_a_line_is_an_object_with_its_fields(lines: Any) -> None:
    log.task_line(logging.INFO, "task success", task_id="id-1", duration_s=0.5, error=None)
    [line] = lines()
    assert line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "celeriac",
        "message": "task success",
        "task_id": "id-1",
        "duration_s": 0.5,
    }


def test_other_peoples_records_are_objects_too(lines: Any) -> None:
    logging.getLogger("somebody").warning("hello %s", "world")
    assert [(line["logger"], line["message"]) for line in lines()] == [("somebody", "hello world")]


def test_an_exception_stays_on_its_line(lines: Any) -> None:
    logging.getLogger("somebody").error("oh", exc_info=ValueError("two\nlines"))
    [line] = lines()
    assert line["traceback"].endswith("ValueError: two\nlines")


@pytest.mark.parametrize("value", [object(), {1, 2}, "\ud800", b"bytes"])
def test_any_value_can_be_logged(lines: Any, value: object) -> None:
    log.task_line(logging.INFO, "odd", value=value)
    assert "value" in lines()[0]


def test_a_task_is_one_line_that_says_whose_attempt_it_was_and_not_what_it_was_about(
    lines: Any, office: Office, twin: Twin
) -> None:
    secret = call(1, root_id="root-1", retries=2).replace(args=["secret"])
    invoked(office.app, secret)
    assert twin.backend.get("id-1")
    [line] = lines()
    assert line.pop("time")
    assert line.pop("duration_s") >= 0
    assert line == {
        "level": "INFO",
        "logger": "celeriac",
        "message": "task success",
        "task_id": "id-1",
        "task": "office.work",
        "attempt": 2,
        "queue": "office",
        "receives": 1,
        "root_id": "root-1",
    }


@pytest.mark.parametrize(("error", "level"), [(ValueError("no"), "ERROR"), (None, "INFO")])
def test_a_failure_is_an_error_and_has_its_reason(
    lines: Any, office: Office, twin: Twin, error: Exception | None, level: str
) -> None:
    @office.app.task(name="office.maybe")
    def maybe(_number: int) -> None:
        if error:
            raise error

    invoked(office.app, call(1, "office.maybe"))
    assert twin.backend.get("id-1")
    [line] = lines()
    assert line["level"] == level
    assert (line.get("error", {}).get("exc_type") == "ValueError") is (error is not None)


def test_what_cannot_be_read_is_an_error_with_the_messages_id(lines: Any, office: Office, twin: Twin) -> None:
    assert not twin.dead_letters
    invoked(office.app, "no json")
    [line] = lines()
    assert (line["level"], line["message_id"]) == ("ERROR", "sqs-0")
    assert line["message"].startswith("message cannot be read: not the JSON of a Celeriac message")


def test_outside_of_lambda_logging_is_left_as_it_is() -> None:
    root = logging.getLogger()
    before = [(handler, handler.formatter) for handler in root.handlers], root.level
    log.configure({})
    assert ([(handler, handler.formatter) for handler in root.handlers], root.level) == before


def test_a_task_that_may_have_killed_its_worker_is_named_before_it_runs_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Celeriac("night")

    @app.task(name="night.kill")
    def kill() -> None:
        raise Crash("as kill -9 would")

    with Twin(app, max_receives=3) as twin, caplog.at_level(logging.WARNING, "celeriac"):
        result = kill.delay()
        twin.run()
    told = [getattr(record, "fields", {}) for record in caplog.records if "delivered again" in record.message]
    assert [(fields["task_id"], fields["receives"]) for fields in told] == [(result.id, 2), (result.id, 3)]
