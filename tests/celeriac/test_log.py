"""JSON lines, as CloudWatch Logs Insights reads them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from celeriac import Celeriac, log, signals
from celeriac.task import Task
from celeriac.testing import Crash, Twin
from tests.celeriac.office import Office, call, invoked


class RuntimeHandler(logging.Handler):
    """The handler of Lambda's runtime: it writes what it is given, and nothing after it."""

    def __init__(self, stream: StringIO) -> None:
        super().__init__()
        self.stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        self.stream.write(self.format(record))


@pytest.fixture(params=[RuntimeHandler, logging.StreamHandler])
def lines(request: pytest.FixtureRequest) -> Iterator[Any]:
    """What a Lambda's root logger writes, line by line; the root logger is as before afterwards."""
    root, stream = logging.getLogger(), StringIO()
    before = (root.handlers, root.level)
    root.handlers = [request.param(stream)]
    log.configure({"AWS_LAMBDA_FUNCTION_NAME": "celeriac-dev-office"})
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = before[0]
    root.setLevel(before[1])
    logging.getLogger("celeriac.worker.strategy").setLevel(logging.NOTSET)


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
        "logger": "celeriac.app.trace",
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


def test_what_a_task_logs_itself_carries_its_id_and_name(lines: Any) -> None:
    app = Celeriac("night")

    @app.task(name="night.watch")
    def watch() -> None:
        log.get_task_logger("night.tasks").info("all is %s", "well")
        logging.getLogger("elsewhere").warning("a fox")

    with Twin(app) as twin:
        result = watch.delay()
        logging.getLogger("elsewhere").warning("nobody's")
        twin.run()
    said = {line["message"]: line for line in lines()}
    for text in ("all is well", "a fox"):
        assert (said[text]["task_id"], said[text]["task"]) == (result.id, "night.watch")
    assert "task_id" not in said["nobody's"]


def test_a_formatter_of_celerys_kind_knows_the_task() -> None:
    app, stream = Celeriac("night"), StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log.TaskFormatter("%(task_name)s[%(task_id)s] %(message)s"))
    logger = log.get_task_logger("night.formatted")
    logger.addHandler(handler)

    @app.task(name="night.watch")
    def watch() -> None:
        logger.warning("a fox")

    with Twin(app) as twin:
        result = watch.delay()
        twin.run()
        watch()
    assert stream.getvalue() == f"night.watch[{result.id}] a fox\n???[???] a fox\n"


def test_a_task_logger_is_a_child_of_celeriacs_and_may_not_be_it() -> None:
    assert log.get_task_logger("night.tasks").parent is log.task_logger
    assert log.get_task_logger("celeriac.task.night").parent is log.task_logger
    with pytest.raises(RuntimeError, match="is Celeriac's own"):
        log.get_task_logger("celeriac.task")


def test_the_migrating_imports_give_the_same_functions() -> None:
    from celeriac.utils import uuid
    from celeriac.utils.log import get_task_logger

    assert get_task_logger is log.get_task_logger
    assert uuid() != uuid()


def test_celerys_records_show_arguments_as_the_call_lets_them_be_shown(
    caplog: pytest.LogCaptureFixture, office: Office, twin: Twin
) -> None:
    caplog.set_level(logging.INFO)
    office.work.apply_async(["4111 1111"], argsrepr="<card>", shadow="pay")
    office.work.delay(7)
    twin.run()
    told = [
        (record.name, record.msg, record.data["name"], record.data["args"], record.data["kwargs"])
        for record in caplog.records
        if hasattr(record, "data")
    ]
    expected = [("celeriac.worker.strategy", log.LOG_RECEIVED), ("celeriac.app.trace", log.LOG_SUCCESS)]
    assert told == [
        (*whose, name, args, "{}") for name, args in [("pay", "<card>"), ("office.work", "[7]")] for whose in expected
    ]


def test_redacted_arguments_are_in_no_line_and_in_no_error(lines: Any) -> None:
    app = Celeriac("till")

    @app.task(bind=True, name="till.pay", max_retries=0)
    def pay(task: Task, _card: str, pin: str = "") -> None:
        raise task.retry()

    with Twin(app) as twin:
        call = pay.s("4111-1111", pin="0000").set(argsrepr="<card>", kwargsrepr="<pin>")
        result = call.delay()
        twin.run()
        error = str(result.result)
    assert error.startswith("Can't retry till.pay[")
    assert error.endswith("args:<card> kwargs:<pin>")
    text = json.dumps(lines()) + error
    assert "4111" not in text
    assert "0000" not in text


def test_a_receiver_of_setup_logging_does_it_alone(lines: Any) -> None:
    told: list[Any] = []
    signals.setup_logging.connect(lambda **about: told.append(about["loglevel"]), weak=False, dispatch_uid="own")
    root = logging.getLogger()
    root.handlers[0].setFormatter(None)
    try:
        log.configure({"AWS_LAMBDA_FUNCTION_NAME": "celeriac-dev-office"})
    finally:
        signals.setup_logging.disconnect(dispatch_uid="own")
    assert (told, root.handlers[0].formatter) == ([logging.INFO], None)


def test_the_root_logger_is_left_alone_where_the_app_says_so(lines: Any) -> None:
    root = logging.getLogger()
    root.handlers[0].setFormatter(None)
    log.configure({"AWS_LAMBDA_FUNCTION_NAME": "celeriac-dev-office"}, hijack_root=False)
    assert root.handlers[0].formatter is None


def test_who_listens_may_change_the_loggers_that_were_set_up(lines: Any) -> None:
    told: list[Any] = []
    for signal in (signals.after_setup_logger, signals.after_setup_task_logger):
        signal.connect(lambda logger, **_: told.append(logger), weak=False, dispatch_uid="own")
    try:
        log.configure({"AWS_LAMBDA_FUNCTION_NAME": "celeriac-dev-office"})
    finally:
        for signal in (signals.after_setup_logger, signals.after_setup_task_logger):
            signal.disconnect(dispatch_uid="own")
    assert told == [logging.getLogger(), log.task_logger]


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
    told = [getattr(record, "fields", {}) for record in caplog.records if "delivered again" in record.getMessage()]
    assert [(fields["task_id"], fields["receives"]) for fields in told] == [(result.id, 2), (result.id, 3)]
