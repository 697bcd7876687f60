"""From a call to a message: options, times, ids and the queue."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from celeriac import Celeriac, chain, clock, limits
from celeriac.exceptions import EncodeError, ImproperlyConfigured, QueueNotFound
from celeriac.ids import derived_id
from celeriac.message import Message
from celeriac.options import OPTIONS
from celeriac.publish import attempt_after, message_of
from celeriac.task import Task
from celeriac.testing import Crash, Twin

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAIVE_ONE = datetime(2026, 11, 22, 13)  # noqa: DTZ001 - to see that it is taken for UTC


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.running_on(lambda: NOON):
        yield


@pytest.fixture
def app() -> Celeriac:
    return Celeriac("office")


def built(app: Celeriac, **options: Any) -> Message:
    """The message of a task that nobody here knows."""
    return message_of(app, "notify.send_email", [1], {"x": 2}, **options)


def test_a_call_without_options_is_a_message_with_an_id_of_its_own(app: Celeriac) -> None:
    first, second = built(app), built(app)
    assert first == Message(
        id=first.id, task="notify.send_email", args=[1], kwargs={"x": 2}, queue="notify", root_id=first.id
    )
    assert first.id != second.id


def test_every_documented_option_is_taken(app: Celeriac) -> None:
    callback = app.signature("office.note")
    options: dict[str, Any] = {
        "task_id": "id-1",
        "countdown": 10,
        "expires": 60,
        "queue": "fast",
        "chain": [dict(callback)],
        "link": callback,
        "link_error": [callback],
        "ignore_result": True,
        "group_id": "group-1",
        "group_index": 3,
        "chord": {"join": "group-1", "index": 3, "size": 5},
        "time_limit": 5,
        "soft_time_limit": 4,
        "headers": {"tenant": "acme"},
        "root_id": "root-1",
        "parent_id": "parent-1",
        "retries": 1,
        "priority": 7,
        "shadow": "mail",
        "argsrepr": "[...]",
        "kwargsrepr": "{...}",
        "replaced_task_nesting": 2,
        "reply_to": "replies",
        "origin": "web-1",
        "tenant": "acme",
        "message_group_id": "user-1",
    }
    assert built(app, **options) == Message(
        id="id-1",
        task="notify.send_email",
        args=[1],
        kwargs={"x": 2},
        queue="fast",
        retries=1,
        eta=NOON + timedelta(seconds=10),
        expires=NOON + timedelta(seconds=60),
        root_id="root-1",
        parent_id="parent-1",
        chain=[callback],
        link=[callback],
        link_error=[callback],
        time_limit=5,
        soft_time_limit=4,
        ignore_result=True,
        headers={"tenant": "acme"},
        group="group-1",
        group_index=3,
        chord={"join": "group-1", "index": 3, "size": 5},
        priority=7,
        shadow="mail",
        argsrepr="[...]",
        kwargsrepr="{...}",
        replaced_task_nesting=2,
        reply_to="replies",
        origin="web-1",
        tenant="acme",
        message_group_id="user-1",
    )
    assert {*options, "eta", "MessageGroupId"} == OPTIONS


def test_what_celery_calls_MessageGroupId_is_the_message_group(app: Celeriac) -> None:
    assert built(app, MessageGroupId="user-1").message_group_id == "user-1"


def test_options_that_nobody_knows_are_the_messages_properties(app: Celeriac) -> None:
    message = built(app, app_id="1234", content_encoding=None, MessageDeduplicationId="once", serializer="json")
    assert message.properties == {"app_id": "1234", "MessageDeduplicationId": "once"}


def test_an_option_of_none_is_one_that_was_not_given(app: Celeriac) -> None:
    assert built(app, task_id="id-1", **dict.fromkeys(OPTIONS - {"task_id"})) == built(app, task_id="id-1")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"link": "notify.send_email"}, "made of signatures, such as"),
        ({"link_error": [{"name": "x"}]}, "made of signatures, such as"),
        ({"link": {"task": "a.b", "options": {"link": [5]}}}, "made of signatures, such as"),
        ({"chain": [{"task": "a.b", "options": {"link": [{"task": "a.c"}, {}]}}]}, "made of signatures, such as"),
    ],
)
def test_callbacks_that_are_no_signatures_are_refused(app: Celeriac, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        built(app, **options)


def test_a_step_of_a_chain_that_is_no_signature_is_refused_before_anything_is_sent(app: Celeriac) -> None:
    with Twin(app) as twin:
        inner = chain(app.signature("office.b"), app.signature("office.c").set(link="office.d"))
        with pytest.raises(TypeError, match="made of signatures, such as"):
            app.send_task("office.a", link=inner)
        assert not twin.broker.messages["office"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"countdown": 1, "eta": NOON}, "give countdown or eta, not both"),
        ({"countdown": 0, "eta": NOON}, "give countdown or eta, not both"),
        ({"soft_time_limit": 10, "time_limit": 5}, r"soft_time_limit must be less than or equal to time_limit"),
        ({"time_limit": 0}, "'time_limit' must be seconds above 0, not 0"),
        ({"soft_time_limit": -1}, "'soft_time_limit' must be seconds above 0"),
        ({"time_limit": "5"}, "'time_limit' must be seconds above 0, not '5'"),
        ({"ignore_result": "yes"}, "'ignore_result' must be true or false"),
        ({"retries": -1}, "'retries' must be a whole number"),
        ({"task_id": 5}, "'id' must be a string"),
        ({"task_id": "x" * 256}, "'id' must be a string of 1 to 255"),
        ({"task_id": "\ud800"}, "'id' must be a string .* of Unicode"),
        ({"root_id": 7}, "'root_id' must be a task id"),
        ({"headers": {1: 2}}, "'headers' must be an object"),
        ({"queue": 3}, "'queue' must be the name of a queue"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_sent(
    app: Celeriac, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=complaint):
        built(app, **options)


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_a_name_that_no_worker_would_read_is_refused(app: Celeriac, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="'task' must be the name of a task"):
        message_of(app, name, None, None)


@pytest.mark.parametrize(("args", "kwargs"), [("abc", None), (b"abc", None), ([], [1]), ([], "abc")])
def test_arguments_of_the_wrong_shape_are_refused(app: Celeriac, args: Any, kwargs: Any) -> None:
    with pytest.raises(TypeError, match=r"notify.send_email: args must be a list or a tuple and kwargs a mapping"):
        message_of(app, "notify.send_email", args, kwargs)


def test_arguments_may_be_a_tuple_a_generator_or_nothing(app: Celeriac) -> None:
    assert message_of(app, "a.b", (1, 2), None).args == [1, 2]
    assert message_of(app, "a.b", (n for n in [1, 2]), None).args == [1, 2]  # type: ignore[arg-type]  # no sequence, and taken
    assert message_of(app, "a.b", None, None).args == []


def test_the_callers_own_lists_are_left_alone(app: Celeriac) -> None:
    args, kwargs, headers = [1], {"x": 1}, {"h": 1}
    message = message_of(app, "a.b", args, kwargs, headers=headers)
    args.append(2)
    kwargs["y"] = 2
    headers["i"] = 2
    assert (message.args, message.kwargs, message.headers) == ([1], {"x": 1}, {"h": 1})


@pytest.mark.parametrize(
    ("options", "eta"),
    [
        ({}, None),
        ({"countdown": 0}, None),
        ({"countdown": 1.5}, NOON + timedelta(seconds=1.5)),
        ({"countdown": -5}, NOON - timedelta(seconds=5)),
        ({"eta": NAIVE_ONE}, NOON + timedelta(hours=1)),
        ({"eta": NOON.astimezone(timezone(timedelta(hours=9)))}, NOON),
        ({"eta": NOON - timedelta(days=400)}, NOON - timedelta(days=400)),
        ({"countdown": limits.RETRY_COUNTDOWN_S}, NOON + timedelta(days=366)),
    ],
)
def test_when_a_task_may_start(app: Celeriac, options: dict[str, Any], eta: datetime | None) -> None:
    message = built(app, **options)
    assert message.eta == eta
    assert message.eta is None or message.eta.tzinfo is not None


@pytest.mark.parametrize("far", [{"countdown": 367 * 86400}, {"countdown": 1e300}, {"eta": NOON.replace(year=2028)}])
def test_a_delay_of_more_than_a_year_is_refused(app: Celeriac, far: dict[str, Any]) -> None:
    with pytest.raises(ImproperlyConfigured, match="is more than a year away"):
        built(app, **far)


@pytest.mark.parametrize(
    ("expires", "moment"),
    [
        (60, NOON + timedelta(minutes=1)),
        (0.5, NOON + timedelta(seconds=0.5)),
        (0, NOON),
        (timedelta(hours=1), NOON + timedelta(hours=1)),
        (NAIVE_ONE, NOON + timedelta(hours=1)),
        (NOON + timedelta(days=1), NOON + timedelta(days=1)),
    ],
)
def test_expiry_is_seconds_a_length_of_time_or_a_moment(app: Celeriac, expires: Any, moment: datetime) -> None:
    assert built(app, expires=expires).expires == moment


def test_a_naive_time_is_in_the_apps_time_zone() -> None:
    app = Celeriac("office", timezone="Europe/Berlin")
    task = app.task(name="office.work")(lambda: None)
    message = message_of(app, "office.work", None, None, eta=NAIVE_ONE, expires="2026-11-22T14:00:00")
    assert (message.eta, message.expires) == (NOON, NOON + timedelta(hours=1))
    assert attempt_after(task, message, None, None, eta=NAIVE_ONE).eta == NOON


@pytest.mark.parametrize("text", ["2026-11-22T13:00:00", "2026-11-22T13:00:00Z", "2026-11-22T14:00:00+01:00"])
def test_a_time_may_be_text(app: Celeriac, text: str) -> None:
    message = built(app, eta=text, expires=text)
    assert (message.eta, message.expires) == (NOON + timedelta(hours=1),) * 2


@pytest.mark.parametrize("option", ["eta", "expires"])
def test_a_text_that_is_no_time_is_refused(app: Celeriac, option: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="'soon' is no ISO 8601 time"):
        built(app, **{option: "soon"})


@pytest.mark.parametrize("serializer", ["pickle", "yaml", "msgpack"])
def test_a_serializer_other_than_json_is_refused(app: Celeriac, serializer: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="serializer must be 'json'"):
        built(app, serializer=serializer)


def test_a_task_may_say_under_which_name_a_call_is_shown(app: Celeriac) -> None:
    class Named(Task):
        def shadow_name(self, args: Any, kwargs: Any, options: Any) -> str | None:
            return f"{self.name} for {args[0]}" if args else None

    app.task(name="office.work", base=Named)(lambda *_: None)
    assert message_of(app, "office.work", ["acme"], None).shadow == "office.work for acme"
    assert message_of(app, "office.work", ["acme"], None, shadow="x").shadow == "x"
    assert message_of(app, "office.work", None, None).shadow is None


def test_a_task_class_can_be_subscripted_as_celerys() -> None:
    base: Any = Task
    assert issubclass(types.new_class("Typed", (base[[int], str],)), Task)


def test_a_date_is_no_moment_to_expire_at(app: Celeriac) -> None:
    with pytest.raises(TypeError):
        built(app, expires=date(2026, 11, 23))


def test_an_expiry_beyond_the_calendar_is_refused(app: Celeriac) -> None:
    with pytest.raises(ImproperlyConfigured, match="expires"):
        built(app, expires=1e12)


def test_the_defaults_of_a_task_hold_unless_the_call_says_otherwise(app: Celeriac) -> None:
    options: dict[str, Any] = {
        "queue": "slow",
        "expires": 60,
        "ignore_result": True,
        "time_limit": 9,
        "soft_time_limit": 8,
    }
    app.task(name="office.work", **options)(lambda: None)
    message = message_of(app, "office.work", None, None)
    assert (message.queue, message.expires, message.ignore_result) == ("slow", NOON + timedelta(seconds=60), True)
    assert (message.time_limit, message.soft_time_limit) == (9, 8)
    other = message_of(app, "office.work", None, None, queue="fast", expires=5, ignore_result=False, time_limit=20)
    assert (other.queue, other.expires, other.ignore_result) == ("fast", NOON + timedelta(seconds=5), False)
    assert (other.time_limit, other.soft_time_limit) == (20, 8)


def test_the_defaults_of_an_app_hold_unless_the_task_says_otherwise() -> None:
    app = Celeriac("office", task_ignore_result=True, task_time_limit=30, task_soft_time_limit=20)
    app.task(name="office.plain")(lambda: None)
    app.task(name="office.own", ignore_result=False, time_limit=5, soft_time_limit=3)(lambda: None)
    plain, own = message_of(app, "office.plain", None, None), message_of(app, "office.own", None, None)
    assert (plain.ignore_result, plain.time_limit, plain.soft_time_limit) == (True, 30, 20)
    assert (own.ignore_result, own.time_limit, own.soft_time_limit) == (False, 5, 3)


def test_a_derived_id_depends_on_each_of_its_parts_and_on_nothing_else() -> None:
    assert derived_id("id-1", 0, "chain") == derived_id("id-1", 0, "chain")
    parts = [("id-1", 0, "chain"), ("id-1", 1, "chain"), ("id-2", 0, "chain"), ("id-1", 0, "link"), ("id-1", "0chain")]
    assert len({derived_id(*each) for each in parts}) == len(parts)


class Sender:
    """A task that sends others, and a note of all ids that it ever sent; its first run dies half way."""

    def __init__(self, send: Any) -> None:
        self.app, self.runs = Celeriac("office"), list[list[str]]()
        self.app.task(name="office.note")(lambda *_: None)

        @self.app.task(bind=True, name="office.sender", default_retry_delay=1)
        def sender(task: Task) -> None:
            self.runs.append([])
            for sent in send(self.app):
                self.runs[-1].append(sent.id)
            if len(self.runs) == 1:
                raise Crash
            if task.request.retries == 0:
                raise task.retry()

        with Twin(self.app) as twin:
            sender.delay()
            twin.run()


def three_calls(app: Celeriac) -> Iterator[Any]:
    yield app.send_task("office.note", [1])
    yield app.send_task("office.note", [1])
    yield app.send_task("office.note", [2])


def signatures(app: Celeriac) -> Iterator[Any]:
    yield app.signature("office.note").delay(1)
    yield app.signature("office.note").delay(1)


def two_chains(app: Celeriac) -> Iterator[Any]:
    note = app.signature("office.note", immutable=True)
    yield (note | note | note).delay()
    yield (note | note | note).delay()


def frozen_ones(app: Celeriac) -> Iterator[Any]:
    first, second = app.signature("office.note"), app.signature("office.note")
    yield first.freeze()
    yield second.freeze()
    yield second.delay()
    yield first.delay()


@pytest.mark.parametrize("send", [three_calls, signatures, two_chains, frozen_ones])
def test_an_attempt_that_runs_again_sends_the_same_ids_and_a_retry_sends_others(send: Any) -> None:
    died, again, retried = Sender(send).runs
    assert died == again
    assert not {*again} & {*retried}


@pytest.mark.parametrize("send", [three_calls, signatures, two_chains])
def test_equal_calls_of_one_attempt_have_ids_of_their_own(send: Any) -> None:
    for run in Sender(send).runs:
        assert len(run) == len({*run})


def test_a_child_knows_its_parent_and_the_root_of_the_story(app: Celeriac) -> None:
    seen: list[Message] = []

    @app.task(bind=True, name="office.work")
    def work(task: Task, depth: int) -> None:
        assert task.request.message is not None
        seen.append(task.request.message)
        if depth:
            app.send_task("office.work", [depth - 1])

    with Twin(app) as twin:
        work.delay(2)
        twin.run()
    first, second, third = seen
    assert (first.root_id, first.parent_id) == (first.id, None)
    assert (second.root_id, second.parent_id) == (first.id, first.id)
    assert (third.root_id, third.parent_id) == (first.id, second.id)


def test_a_queue_that_this_process_may_not_send_to_is_refused(app: Celeriac) -> None:
    with Twin(app), pytest.raises(QueueNotFound, match="no queue 'notify' in this deployment; it has office"):
        app.send_task("notify.send_email")


def test_an_option_that_json_cannot_carry_is_named_by_its_place(app: Celeriac) -> None:
    with Twin(app), pytest.raises(EncodeError, match=r"\(set\) at value\['headers'\]\['x'\]"):
        app.send_task("office.work", headers={"x": {1}})
    with Twin(app), pytest.raises(EncodeError, match=r"\(set\) at value\['chain'\]\[0\]\['args'\]\[0\]"):
        chain(app.signature("office.work"), app.signature("office.work", ({1},))).delay()


def test_the_attempt_that_follows_is_the_same_task_again(app: Celeriac) -> None:
    task = app.task(name="office.work")(lambda: None)
    message = message_of(app, "office.work", [1], {"x": 1}, link=app.signature("office.note"), headers={"a": 1})
    after = attempt_after(task, message, None, None, countdown=60)
    assert after == message.replace(retries=1, eta=NOON + timedelta(minutes=1))
    changed = attempt_after(task, message, (2,), {"y": 1}, queue="fast", expires=5, time_limit=3, headers={"b": 2})
    assert changed == message.replace(
        retries=1,
        args=[2],
        kwargs={"y": 1},
        queue="fast",
        expires=NOON + timedelta(seconds=5),
        time_limit=3,
        headers={"b": 2},
    )
    more = attempt_after(task, message.replace(properties={"app_id": "1"}), None, None, priority=5, reason="full")
    assert (more.priority, more.properties) == (5, {"app_id": "1", "reason": "full"})
    assert attempt_after(task, more, None, None, task_id="another").id == message.id


def test_a_priority_is_the_calls_or_the_tasks_or_the_apps() -> None:
    app = Celeriac("office", task_default_priority=2)
    app.task(name="office.plain")(lambda: None)
    app.task(name="office.urgent", priority=8)(lambda: None)
    assert message_of(app, "office.plain", None, None).priority == 2
    assert message_of(app, "office.urgent", None, None).priority == 8
    assert message_of(app, "office.urgent", None, None, priority=0).priority == 0


@pytest.mark.parametrize("inherited", [True, False])
def test_children_and_callbacks_have_their_parents_priority_where_the_app_says_so(inherited: bool) -> None:
    app, seen = Celeriac("office", task_inherit_parent_priority=inherited), dict[str, Any]()

    @app.task(bind=True, name="office.work")
    def work(task: Task, name: str) -> str:
        seen[name] = task.request.delivery_info["priority"]
        if name == "parent":
            app.send_task("office.work", ["child"])
            app.send_task("office.work", ["own"], priority=1)
        return name

    with Twin(app) as twin:
        work.apply_async(["parent"], priority=7, link=[work.si("callback"), work.si("own callback").set(priority=1)])
        (work.si("first") | work.si("second").set(priority=5) | work.si("third")).delay()
        twin.run()
    heir = 7 if inherited else None
    assert seen == {
        "parent": 7, "child": heir, "own": 1, "callback": heir, "own callback": 1,
        "first": None, "second": 5, "third": 5 if inherited else None,
    }  # fmt: skip
