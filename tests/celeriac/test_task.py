"""The task: a function that can be called here, sent there, and told about its own call."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from celeriac import Celeriac, Task, clock, states
from celeriac.exceptions import MaxRetriesExceededError, Retry
from celeriac.message import Message
from celeriac.testing import Twin
from tests.celeriac.office import row_of


@pytest.fixture
def app() -> Celeriac:
    return Celeriac("office")


# A function


def test_a_task_is_still_its_function(app: Celeriac) -> None:
    @app.task
    def add(x: int, y: int = 1) -> int:
        """Add two numbers."""
        return x + y

    assert add(1, y=2) == 3
    assert (vars(add)["__name__"], add.__doc__, add.__module__) == ("add", "Add two numbers.", __name__)
    assert add.__wrapped__(5) == 6  # type: ignore[attr-defined]  # of functools.wraps
    assert repr(add) == f"<@task: {add.name} of office>"


def test_a_bound_task_is_its_functions_first_argument(app: Celeriac) -> None:
    @app.task(bind=True)
    def name_of(self: Task, x: int) -> tuple[Task, int]:
        return self, x

    assert name_of(5) == (name_of, 5)
    assert name_of.s(5)() == (name_of, 5)


def test_the_options_have_celerys_defaults(app: Celeriac) -> None:
    task = app.task(lambda: None)
    assert (task.max_retries, task.default_retry_delay) == (3, 180)
    assert (task.autoretry_for, task.dont_autoretry_for, task.retry_kwargs) == ((), (), {})
    assert (task.retry_backoff, task.retry_backoff_max, task.retry_jitter) == (False, 600, True)
    assert (task.ignore_result, task.track_started, task.typing, task.throws) == (False, False, True, ())
    assert (task.time_limit, task.soft_time_limit, task.expires, task.queue) == (None, None, None, None)


def test_an_option_that_nobody_knows_is_an_attribute_of_the_tasks_own(app: Celeriac) -> None:
    @app.task(bind=True, colour="red", shared=False)
    def work(self: Any) -> str:
        return f"in {self.colour}"

    assert work() == "in red"


# Sending


def test_delay_is_apply_async_with_plain_arguments(app: Celeriac) -> None:
    add = app.task(lambda x, y=1: x + y)
    with Twin(app) as twin:
        results = [add.delay(1, y=2), add.apply_async((1,), {"y": 2}), add.apply_async([1], kwargs={"y": 2})]
        twin.run()
        assert [result.get(timeout=0) for result in results] == [3, 3, 3]


def test_a_call_without_arguments_needs_none(app: Celeriac) -> None:
    five = app.task(lambda: 5)
    with Twin(app) as twin:
        results = [five.delay(), five.apply_async(), five.apply_async(None, None), five.s().delay()]
        twin.run()
        assert [result.get(timeout=0) for result in results] == [5] * 4


@pytest.mark.parametrize(
    ("args", "kwargs", "complaint"),
    [
        ((), {}, r"missing a required argument: 'image_key'"),
        (("k", 1, 2), {}, r"too many positional arguments"),
        (("k",), {"size": 5}, r"got an unexpected keyword argument 'size'"),
        (("k",), {"image_key": "l"}, r"multiple values for argument 'image_key'"),
    ],
)
def test_arguments_that_the_function_does_not_take_are_refused_where_it_is_sent(
    app: Celeriac, args: tuple[Any, ...], kwargs: dict[str, Any], complaint: str
) -> None:
    @app.task(name="office.make", bind=True)
    def make(_self: Task, image_key: str, sizes: object = ()) -> object:
        return image_key, sizes

    with Twin(app) as twin:
        with pytest.raises(TypeError, match=rf"^office\.make\(image_key.*, sizes.*\).*: {complaint}"):
            make.delay(*args, **kwargs)
        with pytest.raises(TypeError, match=complaint):
            make.s(*args, **kwargs).delay()
        assert not twin.broker.messages["office"]


def test_without_typing_wrong_arguments_are_the_workers_business(app: Celeriac) -> None:
    make = app.task(name="office.make", typing=False)(lambda: None)
    with Twin(app) as twin:
        result = make.delay(1, 2, 3)
        twin.run()
        assert (result.state, type(result.result)) == (states.FAILURE, TypeError)


def test_a_result_can_be_had_by_its_id(app: Celeriac) -> None:
    five = app.task(lambda: 5)
    with Twin(app) as twin:
        sent = five.delay()
        twin.run()
        assert five.AsyncResult(sent.id).get(timeout=0) == 5


# Retrying


class Again:
    """A task that asks to be run again, in the way it is told to."""

    def __init__(self, app: Celeriac, ask: Callable[[Task], BaseException], **options: Any) -> None:
        self.calls: list[tuple[int, tuple[Any, ...], dict[str, Any]]] = []

        @app.task(name="office.again", bind=True, **options)
        def again(task: Task, *args: Any, **kwargs: Any) -> str:
            self.calls.append((task.request.retries, args, kwargs))
            if task.request.retries < 1:
                raise ask(task)
            return "done"

        self.task = again


def test_a_retry_is_the_same_task_again_later(app: Celeriac) -> None:
    again = Again(app, lambda task: task.retry())
    with Twin(app) as twin:
        started, result = twin.now, again.task.delay(1, x=2)
        twin.run(until=started)
        assert (result.state, isinstance(result.result, Retry)) == (states.RETRY, True)
        twin.run()
        assert result.get(timeout=0) == "done"
        assert twin.now - started == timedelta(seconds=180), "Celery's default_retry_delay"
    assert again.calls == [(0, (1,), {"x": 2}), (1, (1,), {"x": 2})]


@pytest.mark.parametrize(
    ("ask", "delay_s"),
    [
        (lambda task: task.retry(countdown=7), 7),
        (lambda task: task.retry(countdown=0), 0),
        (lambda task: task.retry(eta=clock.now() + timedelta(minutes=50)), 50 * 60),
        (lambda task: task.retry(throw=False), 30),
    ],
)
def test_the_delay_of_a_retry_is_a_countdown_a_moment_or_the_tasks_own(app: Celeriac, ask: Any, delay_s: float) -> None:
    again = Again(app, ask, default_retry_delay=30)
    with Twin(app) as twin:
        started, result = twin.now, again.task.delay()
        twin.run()
        assert result.get(timeout=0) == "done"
        assert (twin.now - started).total_seconds() == delay_s


def test_a_retry_may_change_arguments_and_options(app: Celeriac) -> None:
    again = Again(app, lambda task: task.retry(args=(9,), kwargs={"y": 8}, countdown=1, queue="fast", headers={"h": 1}))
    with Twin(app, Celeriac("fast")) as twin:
        again.task.delay(1, x=2)
        twin.run(until=twin.now)
        [letter] = twin.broker.messages["fast"]
        message = Message.loads(letter.body)
        assert (message.args, message.kwargs, message.headers, message.retries) == ([9], {"y": 8}, {"h": 1}, 1)


def test_a_retry_keeps_what_hangs_on_the_task(app: Celeriac) -> None:
    seen: list[Any] = []
    again = Again(app, lambda task: task.retry(countdown=1))
    note = app.task(name="office.note")(seen.append)
    with Twin(app) as twin:
        again.task.apply_async(link=note.s(), headers={"tenant": "acme"}, expires=60)
        twin.run()
    assert seen == ["done"]


def test_a_retry_tells_why_until_it_is_over(app: Celeriac) -> None:
    def busy(task: Task) -> BaseException:
        with pytest.raises(OSError, match="busy") as caught:
            raise OSError("busy")
        return task.retry(exc=caught.value, throw=False)

    again = Again(app, busy)
    with Twin(app) as twin:
        result = again.task.delay()
        twin.run(until=twin.now)
        assert (result.state, repr(result.result)) == (states.RETRY, "OSError('busy')")
        assert "raise OSError" in (result.traceback or "")
        assert not result.ready()
        twin.run()
        assert (result.state, result.traceback) == (states.SUCCESS, None)


def attempts(app: Celeriac, retry: Callable[[Task], Any], **options: Any) -> tuple[int, Any]:
    """How often a task runs that always asks to be run again, and what comes of it."""
    runs: list[int] = []

    @app.task(name="office.stubborn", bind=True, default_retry_delay=1, **options)
    def stubborn(task: Task) -> None:
        runs.append(task.request.retries)
        if len(runs) < 50:
            raise retry(task)

    with Twin(app) as twin:
        result = stubborn.delay()
        twin.run()
        return len(runs), result.result


def test_retries_end_with_max_retries_exceeded(app: Celeriac) -> None:
    runs, error = attempts(app, lambda task: task.retry())
    assert (runs, type(error)) == (1 + 3, MaxRetriesExceededError)
    assert str(error).startswith("Can't retry office.stubborn[")


def test_retries_end_with_the_error_that_was_their_reason(app: Celeriac) -> None:
    runs, error = attempts(app, lambda task: task.retry(exc=OSError("busy")), max_retries=1)
    assert (runs, repr(error)) == (2, "OSError('busy')")


def test_a_call_of_retry_may_have_a_limit_of_its_own(app: Celeriac) -> None:
    assert attempts(app, lambda task: task.retry(max_retries=5))[0] == 1 + 5


def test_no_limit_means_for_ever(app: Celeriac) -> None:
    assert attempts(app, lambda task: task.retry(), max_retries=None) == (50, None)


def test_no_retries_means_none(app: Celeriac) -> None:
    assert attempts(app, lambda task: task.retry(), max_retries=0)[0] == 1


def test_called_directly_there_is_nothing_to_retry_and_the_error_is_raised(app: Celeriac) -> None:
    again = Again(app, lambda task: task.retry(exc=OSError("busy")))
    with pytest.raises(OSError, match="busy"):
        again.task()
    again = Again(Celeriac("office"), lambda task: task.retry())
    with pytest.raises(MaxRetriesExceededError, match=r"Can.t retry office\.again"):
        again.task()


def test_a_retry_that_no_worker_would_read_fails_the_task(app: Celeriac) -> None:
    again = Again(app, lambda task: task.retry(priority=-5))
    with Twin(app) as twin:
        result = again.task.delay()
        twin.run()
        assert "'priority' must be a whole number" in repr(result.result)


def test_a_retry_has_the_priority_and_the_properties_of_the_call(app: Celeriac) -> None:
    seen: list[tuple[Any, Any]] = []

    @app.task(bind=True, name="office.insist", max_retries=1)
    def insist(task: Task) -> None:
        seen.append((task.request.delivery_info["priority"], task.request.properties["app_id"]))
        raise task.retry(countdown=0)

    with Twin(app) as twin:
        insist.apply_async(priority=7, app_id="1234")
        twin.run()
    assert seen == [(7, "1234"), (7, "1234")]


# States of its own


def test_a_state_of_the_tasks_own_is_seen_while_it_runs(app: Celeriac) -> None:
    seen: list[tuple[str, Any]] = []

    @app.task(bind=True)
    def long(task: Task) -> str:
        for done in range(3):
            task.update_state(state="PROGRESS", meta={"done": done})
            result = task.AsyncResult(str(task.request.id))
            seen.append((result.state, result.info))
        return "finished"

    with Twin(app) as twin:
        result = long.delay()
        twin.run()
        assert (result.state, result.result) == (states.SUCCESS, "finished")
        assert row_of(twin, result.id).meta is None
    assert seen == [("PROGRESS", {"done": done}) for done in range(3)]


def test_the_state_of_another_task_can_be_updated_by_its_id(app: Celeriac) -> None:
    task = app.task(lambda: None)
    with Twin(app):
        task.update_state("id-7", "CHECKED", {"by": "ada"})
        assert (app.AsyncResult("id-7").state, app.AsyncResult("id-7").info) == ("CHECKED", {"by": "ada"})


def test_called_directly_a_task_has_no_state_to_update(app: Celeriac) -> None:
    @app.task(bind=True)
    def work(task: Task) -> None:
        task.update_state(state="PROGRESS", meta={"done": 1})

    with Twin(app) as twin:
        work()
        assert not twin.backend.rows


# Classes


class Counter(Task):
    """A task as a class: it keeps something between its runs."""

    name = "office.count"

    def __init__(self) -> None:
        self.total = 0

    def run(self, more: int = 1) -> int:
        self.total += more
        return self.total


def test_a_class_based_task_keeps_its_state_between_runs(app: Celeriac) -> None:
    count = app.register_task(Counter())
    assert app.tasks["office.count"] is count
    with Twin(app) as twin:
        first, second = count.delay(), count.delay(more=5)
        twin.run()
        assert (first.get(timeout=0), second.get(timeout=0), count()) == (1, 6, 7)


def test_a_class_based_task_without_a_name_has_that_of_its_class(app: Celeriac) -> None:
    class Nameless(Task):
        def run(self) -> None: ...

    assert app.register_task(Nameless()).name == f"{__name__}.Nameless"


def test_a_task_without_a_body_says_so(app: Celeriac) -> None:
    class Empty(Task):
        name = "office.empty"

    with pytest.raises(NotImplementedError, match=r"office.empty has no run\(\)"):
        app.register_task(Empty())()


class Audited(Task):
    """A base with options, a helper, and a way of its own to be called."""

    max_retries = 7
    abstract = True
    log: list[tuple[str | None, int]]

    @functools.cached_property
    def connection(self) -> object:
        return object()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.log.append((self.request.id, self.request.retries))
        return super().__call__(*args, **kwargs)


def test_a_base_of_ones_own_gives_its_tasks_options_and_helpers(app: Celeriac) -> None:
    Audited.log = []
    first = app.task(name="office.first", base=Audited)(lambda x: x)
    second = app.task(name="office.second", base=Audited, max_retries=1)(lambda x: x)
    assert (first.max_retries, second.max_retries) == (7, 1)
    assert isinstance(first, Audited)
    assert isinstance(second, Audited)
    assert first.connection is first.connection
    assert first.connection is not second.connection
    assert first(5) == 5
    assert Audited.log == [(None, 0)]


def test_a_call_of_ones_own_wraps_the_run_in_a_worker_and_keeps_its_request(app: Celeriac) -> None:
    Audited.log = []

    @app.task(name="office.work", base=Audited, bind=True, default_retry_delay=1)
    def work(task: Task, x: int) -> list[Any]:
        if x and not task.request.retries:
            raise task.retry()
        return [task.request.id, task.request.called_directly, *(task(x - 1) if x else ())]

    with Twin(app) as twin:
        result = work.delay(1)
        twin.run()
        assert result.get(timeout=0) == [result.id, False, None, True]
    assert Audited.log == [(result.id, 0), (result.id, 1), (result.id, 1)]


def test_a_base_may_retry_by_itself(app: Celeriac) -> None:
    class Patient(Task):
        autoretry_for = (OSError,)
        default_retry_delay = 1

    @app.task(base=Patient, bind=True)
    def work(task: Task) -> int:
        if task.request.retries < 2:
            raise OSError("busy")
        return task.request.retries

    with Twin(app) as twin:
        result = work.delay()
        twin.run()
        assert result.get(timeout=0) == 2
