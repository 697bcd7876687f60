"""Signatures and chains: calls as data, and what becomes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from celeriac import Celeriac, Signature, chain, chord, group, signature, states
from celeriac.canvas import _chain, maybe_signature
from celeriac.exceptions import NotRegistered
from celeriac.result import AsyncResult
from celeriac.testing import Twin


class Office:
    """An app whose tasks note what they were called with."""

    def __init__(self) -> None:
        self.app = app = Celeriac("office")
        self.noted: list[tuple[Any, ...]] = []
        self.add = app.task(name="office.add")(lambda x, y=0: x + y)
        self.tell = app.task(name="office.tell")(lambda failed_id, label: self.noted.append((failed_id, label)))
        self.note = app.task(name="office.note")(lambda *args, **kwargs: self.noted.append((*args, *kwargs.items())))
        self.fail = app.task(name="office.fail")(self._fail)

    def _fail(self, *_args: Any) -> None:
        raise ValueError("never works")


@pytest.fixture
def office() -> Office:
    return Office()


def ids_of(result: AsyncResult | None) -> list[str]:
    """The ids of a chain's results, the first task's first."""
    return [*ids_of(result.parent), result.id] if result else []


# Signatures


def as_json(call: Any) -> str:
    return json.dumps(call, sort_keys=True)


def test_a_signature_is_a_json_object_with_celerys_fields(office: Office) -> None:
    assert office.add.s(1, y=2) == {
        "task": "office.add",
        "args": (1,),
        "kwargs": {"y": 2},
        "options": {},
        "subtask_type": None,
        "immutable": False,
    }
    assert office.add.si(1)["immutable"] is True
    assert office.add.signature((1,), {"y": 2}, countdown=5).options == {"countdown": 5}
    assert repr(office.add.s(1, y=2)) == "office.add(1, y=2)"


def test_a_signature_is_made_of_a_name_or_of_json_or_is_one_already(office: Office) -> None:
    by_name = signature("office.add", (1,), {"y": 2}, app=office.app, countdown=5)
    assert by_name == office.add.signature((1,), {"y": 2}, countdown=5)
    assert signature(dict(by_name), app=office.app) == by_name
    assert signature(by_name) == by_name
    assert signature(by_name) is not by_name
    assert office.app.signature("office.add", (1,)) == office.add.s(1)
    assert maybe_signature("no signature") == "no signature"


@pytest.mark.parametrize(
    "make",
    [
        lambda office: office.add.s(1, y=2).set(countdown=5, queue="fast"),
        lambda office: office.add.si(1).on_error(office.tell.s("no")),
        lambda office: office.add.s(1) | office.add.s(2).set(expires=5) | office.note.si(),
        lambda office: chain(office.add.s(1), office.note.s()).on_error(office.note.s()).set(countdown=3),
    ],
)
def test_a_signature_survives_json(office: Office, make: Any) -> None:
    original = make(office)
    back = signature(json.loads(json.dumps(original)), app=office.app)
    assert as_json(back) == as_json(original) == as_json(back.clone())
    assert type(back) is type(original)


def test_a_signature_called_here_runs_here(office: Office) -> None:
    assert office.add.s(1)(2) == 3
    assert office.add.si(1)(2) == 1
    with pytest.raises(NotRegistered, match=r"no task 'office\.absent' here; registered are: .*office\.add"):
        office.app.signature("office.absent")()


def test_arguments_of_the_call_come_first_and_keywords_win(office: Office, twin: Twin) -> None:
    office.note.s(2, a=1, b=1).delay(1, b=2)
    office.note.s(2).apply_async((1,), {"c": 3}, queue="office")
    twin.run()
    assert office.noted == [(1, 2, ("a", 1), ("b", 2)), (1, 2, ("c", 3))]


def test_an_immutable_signature_takes_no_more_arguments(office: Office, twin: Twin) -> None:
    office.note.si(1).delay(2, c=3)
    office.note.s(1).set(immutable=True).delay(2)
    twin.run()
    assert office.noted == [(1,), (1,)]


def test_options_of_a_signature_are_those_of_its_call(office: Office, twin: Twin) -> None:
    started = twin.now
    office.note.s().set(countdown=60).apply_async(task_id="id-1")
    twin.run()
    assert twin.now - started == timedelta(minutes=1)
    assert twin.backend.get("id-1") is not None


def test_a_task_that_is_known_elsewhere_only_can_be_sent_by_its_signature(office: Office) -> None:
    with Twin(office.app, Celeriac("notify")) as twin:
        office.app.signature("notify.send_email", (1,)).delay()
        assert "notify.send_email" in twin.broker.messages["notify"][0].body


def test_frozen_a_signature_has_the_id_of_its_result(office: Office, twin: Twin) -> None:
    call = office.add.s(1, 2)
    assert call.id is None
    result = call.freeze()
    assert call.freeze().id == result.id == call.id
    assert call.delay().id == result.id
    twin.run()
    assert result.get(timeout=0) == 3
    assert office.add.s(1).freeze("mine").id == "mine"


def test_a_copy_shares_nothing_with_its_original(office: Office) -> None:
    original = office.add.s(1).on_error(office.tell.s("a"))
    untouched = json.dumps(original)
    copy = original.clone((0,), countdown=5)
    copy.link(office.note.s("b"))
    copy.link_error(office.tell.s("c"))
    copy.set(queue="fast")
    copy["kwargs"]["y"] = 9
    assert json.dumps(original) == untouched
    assert (original.args, copy.args) == ((1,), (0, 1))


def test_the_same_callback_is_linked_once(office: Office) -> None:
    call = office.add.s(1)
    assert call.link(office.note.s()) == office.note.s()
    call.link(office.note.s())
    assert call.options["link"] == [office.note.s()]


def test_a_callback_may_be_linked_to_one_that_was_an_option(office: Office, twin: Twin) -> None:
    call = office.add.signature((1,), link=office.note.s("first"))
    call.link(office.note.s("second"))
    call.delay(1)
    twin.run()
    assert office.noted == [(2, "first"), (2, "second")]


# Callbacks


def test_a_callback_gets_the_result_and_an_immutable_one_does_not(office: Office, twin: Twin) -> None:
    result = office.add.apply_async((1, 2), link=[office.note.s("sum"), office.note.si("done")])
    twin.run()
    assert office.noted == [(3, "sum"), ("done",)]
    assert result.get(timeout=0) == 3


def test_an_error_callback_gets_the_id_of_the_task_that_failed(office: Office, twin: Twin) -> None:
    result = office.fail.apply_async(link=office.note.s("fine"), link_error=office.tell.s("failed"))
    twin.run()
    assert office.noted == [(result.id, "failed")]


def test_a_callback_may_have_callbacks(office: Office, twin: Twin) -> None:
    inner = office.add.s(10).on_error(office.tell.s("inner"))
    inner.link(office.note.s("deep"))
    office.add.apply_async((1, 2), link=inner)
    twin.run()
    assert office.noted == [(13, "deep")]


def test_a_chain_may_be_a_callback(office: Office, twin: Twin) -> None:
    office.add.apply_async((1, 2), link=chain(office.add.s(10), office.add.s(100), office.note.s("end")))
    twin.run()
    assert office.noted == [(113, "end")]


def test_a_chain_may_be_an_error_callback(office: Office, twin: Twin) -> None:
    result = office.fail.apply_async(link_error=office.tell.s("first") | office.note.si("second"))
    twin.run()
    assert office.noted == [(result.id, "first"), ("second",)]


def test_a_chain_that_is_a_callback_keeps_its_own_callbacks(office: Office, twin: Twin) -> None:
    inner = chain(office.add.s(10), office.add.s(100)).on_error(office.tell.s("failed"))
    inner.link(office.note.s("end"))
    broken = chain(office.add.s(10), office.fail.s()).on_error(office.tell.s("broken"))
    office.add.apply_async((1, 2), link=[inner, broken])
    twin.run()
    assert (113, "end") in office.noted
    assert [args[1] for args in office.noted] == ["end", "broken"]


def test_callbacks_and_what_follows_know_their_parent_and_root(office: Office, twin: Twin) -> None:
    last = chain(office.add.s(1), office.add.s(2)).apply_async(link=office.note.s())
    twin.run()
    first, second = (twin.backend.get(task_id) for task_id in ids_of(last))
    [noted] = [row for row, _ in twin.backend.rows.values() if row.name == "office.note"]
    assert first is not None
    assert second is not None
    assert (first.root_id, first.parent_id) == (first.id, None)
    assert (second.root_id, second.parent_id) == (first.id, first.id)
    assert (noted.root_id, noted.parent_id) == (first.id, second.id)


# Chains


@pytest.mark.parametrize(
    "make",
    [
        lambda o: chain(o.add.s(1, 2), o.add.s(10), o.add.s(100)),
        lambda o: chain([o.add.s(1, 2), o.add.s(10), o.add.s(100)]),
        lambda o: chain(step for step in (o.add.s(1, 2), o.add.s(10), o.add.s(100))),
        lambda o: o.add.s(1, 2) | o.add.s(10) | o.add.s(100),
        lambda o: o.add.s(1, 2) | (o.add.s(10) | o.add.s(100)),
        lambda o: chain(o.add.s(1, 2), chain(o.add.s(10), o.add.s(100))),
        lambda o: chain(json.loads(json.dumps([o.add.s(1, 2), o.add.s(10), o.add.s(100)])), app=o.app),
        lambda o: o.app.signature(json.loads(json.dumps(o.add.s(1, 2) | o.add.s(10) | o.add.s(100)))),
    ],
)
def test_every_form_of_a_chain_hands_each_result_on(office: Office, twin: Twin, make: Any) -> None:
    result = make(office).delay()
    twin.run()
    assert result.get(timeout=0) == 113
    assert result.parent.get(timeout=0) == 13
    assert result.parent.parent.get(timeout=0) == 3
    assert result.parent.parent.parent is None
    assert ids_of(result) == [result.parent.parent.id, result.parent.id, result.id]


@pytest.mark.parametrize("call", ["delay", "apply_async", "__call__"])
def test_a_chain_is_sent_by_any_of_its_names(office: Office, twin: Twin, call: str) -> None:
    result = getattr(office.add.s(1, 2) | office.add.s(10), call)()
    twin.run()
    assert result.get(timeout=0) == 13


def test_a_chain_of_one_task_is_that_task(office: Office, twin: Twin) -> None:
    result = chain(office.add.s(1, 2)).delay()
    twin.run()
    assert (result.get(timeout=0), result.parent) == (3, None)


@pytest.mark.parametrize("nothing", [(), ([],), (iter([]),)])
def test_a_chain_of_no_tasks_sends_nothing(nothing: tuple[Any, ...]) -> None:
    assert chain(*nothing)() is None


def test_a_chain_is_made_of_signatures(office: Office) -> None:
    with pytest.raises(TypeError, match=r"a chain is made of signatures, such as task\.s\(…\), not of <@task"):
        chain(office.add.s(1), office.add)
    with pytest.raises(TypeError, match="unsupported operand"):
        office.add.s(1) | 5


def test_arguments_of_the_call_go_to_the_first_task(office: Office, twin: Twin) -> None:
    steps = chain(office.add.s(2), office.add.s(10))
    result, other = steps.delay(1), steps.apply_async((5,))
    twin.run()
    assert (result.get(timeout=0), other.get(timeout=0)) == (13, 17)


def test_a_chain_can_be_sent_twice_and_stays_as_it_was(office: Office, twin: Twin) -> None:
    steps = chain(office.add.s(1).on_error(office.tell.s("own")), office.add.s(2))
    untouched = json.dumps(steps)
    first = steps.apply_async((1,), link_error=office.tell.s("once"), link=office.note.s("sum"))
    second = steps.delay(2)
    twin.run()
    assert json.dumps(steps) == untouched
    assert not {*ids_of(first)} & {*ids_of(second)}
    assert (first.get(timeout=0), second.get(timeout=0)) == (4, 5)
    assert office.noted == [(4, "sum")]


def test_an_immutable_task_in_a_chain_gets_its_own_arguments_only(office: Office, twin: Twin) -> None:
    (office.add.s(1, 2) | office.note.si("own") | office.note.s("after none")).delay()
    twin.run()
    assert office.noted == [("own",), (None, "after none")]


def test_options_of_a_chain_go_where_they_belong(office: Office, twin: Twin) -> None:
    started = twin.now
    callbacks: dict[str, Any] = {"link": office.note.s("end"), "link_error": [office.note.s("error")]}
    result = chain(office.add.s(1, 2), office.add.s(10)).apply_async(countdown=60, task_id="last", **callbacks)
    assert result.id == "last"
    twin.run()
    assert twin.now - started == timedelta(minutes=1)
    assert office.noted == [(13, "end")]
    assert result.get(timeout=0) == 13


def test_each_task_of_a_chain_has_options_of_its_own(office: Office, twin: Twin) -> None:
    started = twin.now
    steps = [office.add.s(1, 2), office.add.s(10).set(countdown=60), office.add.s(1).set(task_id="third", countdown=5)]
    result = chain(*steps).delay()
    twin.run()
    assert (result.id, result.get(timeout=0)) == ("third", 14)
    assert twin.now - started == timedelta(seconds=65)


def test_a_failure_ends_the_chain_and_whoever_waits_learns_why(office: Office, twin: Twin) -> None:
    last = chain(office.add.s(1, 2), office.fail.s(), office.add.s(1), office.note.s()).delay()
    twin.run()
    results = [office.app.AsyncResult(task_id) for task_id in ids_of(last)]
    assert [result.state for result in results] == ["SUCCESS", "FAILURE", "FAILURE", "FAILURE"]
    with pytest.raises(ValueError, match="never works"):
        last.get(timeout=0)
    assert office.noted == []
    row = twin.backend.get(last.id)
    assert row is not None
    assert (row.name, row.parent_id, row.root_id) == ("office.note", results[1].id, results[0].id)


def test_the_error_callback_of_a_chain_is_called_once_for_the_task_that_failed(office: Office, twin: Twin) -> None:
    last = chain(office.add.s(1, 2), office.fail.s(), office.add.s(1)).on_error(office.tell.s("failed")).delay()
    twin.run()
    assert office.noted == [(ids_of(last)[1], "failed")]


def test_a_chain_inside_a_chain_keeps_its_callbacks(office: Office, twin: Twin) -> None:
    inner: Any = chain(office.add.s(10), office.add.s(100)).on_error(office.tell.s("inner"))
    inner.link(office.note.s("inner end"))
    broken: Any = chain(office.fail.s(), office.add.s(1)).on_error(office.tell.s("in here"))
    (office.add.s(1, 2) | inner | office.fail.s()).delay()
    (office.fail.s() | inner).delay()
    (office.add.s(0, 0) | broken).delay()
    twin.run()
    assert (113, "inner end") in office.noted
    assert [args[1] for args in office.noted] == ["in here", "inner end"], "its error callback is its own tasks' only"


def test_a_chain_whose_task_expires_ends_there(office: Office, twin: Twin) -> None:
    last = chain(office.add.s(1, 2), office.add.s(1).set(countdown=60, expires=30), office.note.s()).delay()
    twin.run()
    assert last.parent is not None
    assert (last.parent.state, last.state) == (states.REVOKED, states.FAILURE)
    assert office.noted == []


def test_a_chain_with_a_retry_in_it_goes_on_after_the_retry(office: Office, twin: Twin) -> None:
    @office.app.task(bind=True, name="office.flaky", default_retry_delay=5)
    def flaky(task: Any, x: int) -> int:
        if not task.request.retries:
            raise task.retry()
        return x * 2

    last = chain(office.add.s(1, 2), flaky.s(), office.add.s(100)).delay()
    twin.run()
    assert last.get(timeout=0) == 106


def test_each_task_of_a_chain_goes_to_the_queue_of_its_own_app() -> None:
    thumbnail, notify = Celeriac("thumbnail"), Celeriac("notify")
    queues: list[str] = []

    @thumbnail.task(name="thumbnail.make", bind=True)
    def make(task: Any, key: str) -> str:
        queues.append(task.request.delivery_info["routing_key"])
        return f"{key}.jpg"

    @notify.task(name="notify.tell", bind=True)
    def tell(task: Any, key: str, user: str) -> str:
        queues.append(task.request.delivery_info["routing_key"])
        return f"{user}: {key}"

    with Twin(thumbnail, notify) as twin:
        result = chain(make.s("cat"), tell.s("ada"), make.s()).delay()
        by_name = chain(make.s("dog"), Signature("notify.tell", ("bob",), app=thumbnail)).delay()
        twin.run()
        assert result.get(timeout=0) == "ada: cat.jpg.jpg"
        assert by_name.get(timeout=0) == "bob: dog.jpg"
    assert sorted(queues) == ["notify"] * 2 + ["thumbnail"] * 3


def test_a_moment_among_the_options_of_a_later_task_travels_with_the_chain(office: Office) -> None:
    eta = datetime(2026, 12, 24, 18, tzinfo=UTC)
    with Twin(office.app) as twin:
        twin.now = datetime(2026, 12, 24, 12, tzinfo=UTC)
        last = chain(office.add.s(1, 2), office.add.s(1).set(eta=eta)).delay()
        twin.run()
        assert last.get(timeout=0) == 4
        assert twin.now >= eta


def test_a_long_chain_ends(office: Office, twin: Twin) -> None:
    result = chain(office.add.s(0, 1), *(office.add.s(1) for _ in range(99))).delay()
    twin.run()
    assert result.get(timeout=0) == 100


def test_a_kind_of_canvas_is_known_by_its_name_or_its_class() -> None:
    @Signature.register_type()
    class Survey(Signature):
        @classmethod
        def from_dict(cls, fields: Any, app: Any = None) -> Survey:
            return cls(dict(fields), app=app)

    try:
        assert isinstance(signature({"task": "poll", "subtask_type": "Survey"}), Survey)
    finally:
        del Signature.TYPES["Survey"]


# What users of Celery may know of a canvas


def test_a_chain_copies_its_steps_but_the_last_as_in_celery(office: Office) -> None:
    first, last = office.add.s(1), office.add.s(2)
    made = chain(first, last)
    assert (made.tasks[0] is first, made.tasks[-1] is last) == (False, True)
    made.link_error(office.note.s())
    one, other = made.unchain_tasks()
    assert one.options["link_error"][0] is not other.options["link_error"][0]


def test_a_chain_that_is_led_by_a_group_is_a_chord_and_any_other_a_chain(office: Office) -> None:
    add, whole = office.add, chord([office.add.s(1, 1)], office.note.s())
    led = chain(group(add.s(1, 1), add.s(2, 2)), office.note.s())
    assert [made.subtask_type for made in (led, chain(whole, add.s(1)), chain([add.s(1)]))] == [
        "chord", "chain", "chain"
    ]  # fmt: skip


@pytest.mark.parametrize("make", [lambda add: chain(group([]), app=add.app), lambda _: _chain(group([]), chain())])
def test_a_chain_of_nothing_but_empty_groups_returns_an_empty_list(office: Office, twin: Twin, make: Any) -> None:
    assert make(office.add).freeze().results == []
    assert make(office.add).apply_async().get(timeout=0) == []
    assert make(office.add).apply().get() == []


def test_canvases_give_their_own_arguments_to_what_they_call_first(office: Office, twin: Twin) -> None:
    chain(office.note.s("a"), office.add.si(1, 1)).clone(("b",)).delay("c")
    group(office.note.s("d")).clone(("e",)).delay()
    chain(office.note.s("f"), office.add.si(1, 1)).set(immutable=True).delay("g")
    twin.run()
    assert sorted(map(str, office.noted)) == sorted(["('c', 'b', 'a')", "('e', 'd')", "('f',)"])


def test_a_chord_tells_how_many_results_its_body_waits_for(office: Office) -> None:
    add = office.add
    pair = group(add.s(1, 1), add.s(2, 2))
    header = [add.s(1, 1), chain(add.s(1, 1), pair), chord(pair, add.s()), pair]
    assert chord(header, add.s()).__length_hint__() == 1 + 2 + 1 + 2


def test_a_kind_of_ones_own_survives_json_and_copying(office: Office) -> None:
    @Signature.register_type()
    class pair(group):  # noqa: N801 - as Celery's
        def __init__(self, *tasks: Any, **options: Any) -> None:
            super().__init__(*tasks, **options)
            self.subtask_type = "pair"

    made = pair(office.add.s(1, 1), office.add.s(2, 2))
    assert [type(copy) for copy in (made.clone(), signature(json.loads(json.dumps(made))))] == [pair, pair]


def test_a_signature_may_be_told_its_task(office: Office) -> None:
    assert Signature("unknown", (1, 2), type=office.add).type is office.add
    call = Signature({"task": "unknown"})
    call.type = office.add
    assert (call.type, call.args, call.immutable) == (office.add, None, None)
    assert office.add.s(1).__json__() == dict(office.add.s(1))
