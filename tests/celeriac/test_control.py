"""`app.control` and `inspect()`: Celery's words and shapes, answered without a worker that stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from celeriac import Celeriac, clock, states
from celeriac.exceptions import CeleriacError, NotSupported
from celeriac.message import Message
from celeriac.row import Row
from celeriac.task import Task
from celeriac.testing import Twin
from tests.celeriac.office import Office


@pytest.fixture
def control(office: Office, twin: Twin) -> Any:
    assert twin
    return office.app.control


@pytest.fixture
def two() -> Iterator[tuple[Celeriac, Twin]]:
    """Two workers, one of which has a password and a rate."""
    front, back = Celeriac("front", task_ignore_result=True, office_api_key="hidden"), Celeriac("back")
    front.task(name="front.one", max_retries=7)(lambda: None)
    back.task(name="back.two")(lambda: None)
    with Twin(front, back) as twin:
        yield front, twin


def begin(twin: Twin) -> None:
    for queue in twin.apps:
        twin.invoke(queue)


def test_orders_are_silent_unless_a_reply_is_asked_for(control: Any) -> None:
    assert control.revoke("1") is None
    assert control.revoke_by_stamped_headers({"a": 1}) is None
    assert control.time_limit("office.work", 1, 2) is None


def test_each_worker_replies_as_those_of_celery_do(two: tuple[Celeriac, Twin]) -> None:
    control = two[0].control
    assert control.revoke(["1"], reply=True) == [
        {node: {"ok": "tasks {'1'} flagged as revoked"}} for node in ("back", "front")
    ]
    assert control.terminate("1", reply=True, destination=["back"]) == [{"back": {"ok": "terminate: 1"}}]
    answer = control.revoke_by_stamped_headers({"myheader": ["myvalue"]}, reply=True, destination="front")
    assert answer == [{"front": {"ok": "headers {'myheader': ['myvalue']} flagged as revoked, but not terminated"}}]
    assert control.ping() == [{"back": {"ok": "pong"}}, {"front": {"ok": "pong"}}]
    assert control.ping(destination=["front"]) == [{"front": {"ok": "pong"}}]
    assert control.broadcast("ping") == control.ping()
    assert control.broadcast("revoke", {"task_id": "1"}, reply=True) == control.revoke("1", reply=True)


@pytest.mark.parametrize("name", ["pool_grow", "add_consumer", "shutdown", "enable_events", "heartbeat", "election"])
def test_what_belongs_to_a_process_that_stays_says_what_there_is_instead(control: Any, name: str) -> None:
    with pytest.raises(NotSupported, match=f"{name}: ") as caught:
        getattr(control, name)(1, destination=["office"])
    assert isinstance(caught.value, CeleriacError | NotImplementedError)
    with pytest.raises(NotSupported, match=f"{name}: "):
        control.broadcast(name)


def test_what_celery_does_not_know_either_is_an_attribute_error(control: Any) -> None:
    with pytest.raises(AttributeError, match="conquer"):
        control.conquer()
    with pytest.raises(AttributeError, match="conquer"):
        control.inspect().conquer()
    with pytest.raises(NotSupported, match="commands of its own"):
        control.broadcast("conquer")
    with pytest.raises(NotSupported, match="clock"):
        control.inspect().clock()


def test_a_purge_says_how_much_it_took(office: Office, twin: Twin, control: Any) -> None:
    for number in range(3):
        office.work.apply_async((number,), countdown=number)
    assert control.purge(queues=[]) == 0, "none is named, and none is purged"
    assert control.purge() == 3
    assert control.discard_all() == 0
    twin.run()
    assert office.ran == []


def test_what_waits_is_counted(office: Office, control: Any) -> None:
    for countdown in (0, 0, 60):
        office.work.apply_async(countdown=countdown)
    inspect = control.inspect()
    reserved, scheduled = inspect.reserved()["office"], inspect.scheduled()["office"]
    assert (len(reserved), len(scheduled)) == (2, 1)
    assert [task["id"] for task in reserved] == [None, None]
    assert reserved[:1] == scheduled
    with pytest.raises(IndexError):
        reserved[2]
    assert inspect.stats()["office"]["queue"] == {"waiting": 2, "in_flight": 0, "delayed": 1}


def test_what_the_scheduler_keeps_is_told_by_id_and_time_before_what_is_only_counted(
    office: Office, control: Any
) -> None:
    office.work.apply_async(countdown=60)
    later, soon = (office.work.apply_async(countdown=hours * 3600) for hours in (30, 3))
    scheduled = control.inspect().scheduled()["office"]
    assert [task["id"] for task in scheduled] == [soon.id, later.id, None]
    first, *_, counted = scheduled
    due = datetime.fromisoformat(first["eta"])
    assert abs(due - clock.now() - timedelta(hours=3)) < timedelta(seconds=2)
    assert (first["request"]["id"], first["request"]["hostname"]) == (soon.id, "office")
    assert first["request"]["delivery_info"]["routing_key"] == "office"
    assert counted == dict.fromkeys(first)
    assert (len(scheduled[1:]), scheduled[-1]) == (2, counted)


def test_what_runs_is_told_of_tasks_that_track_their_start(office: Office, twin: Twin, control: Any) -> None:
    seen: dict[str, Any] = {}

    @office.app.task(name="office.followed", bind=True, track_started=True)
    def followed(task: Task, *_args: Any, **_kwargs: Any) -> None:
        task.update_state(state="PROGRESS", meta={"done": 1})
        inspect = control.inspect()
        seen.update(active=inspect.active()["office"], queried=inspect.query_task(task.request.id)["office"])
        seen.update(in_flight=inspect.stats()["office"]["queue"]["in_flight"])

    result = followed.delay("photo.jpg", width=200)
    assert control.inspect().active() == {"office": []}
    twin.run()
    [info] = seen["active"]
    assert (info["id"], info["name"], info["hostname"]) == (result.id, "office.followed", "office")
    assert (info["args"], info["kwargs"]) == (["photo.jpg"], {"width": 200})
    assert info["time_start"] == pytest.approx(clock.now().timestamp(), abs=5)
    assert seen["queried"] == {result.id: ["active", info]}
    assert seen["in_flight"] == 1
    assert control.inspect().active() == {"office": []}
    assert control.inspect().query_task(result.id) == {"office": {}}
    assert twin.backend.rows[result.id][0].message is None, "a success keeps none"


@pytest.mark.parametrize(
    ("argument", "told"),
    [("x" * 200, ["x" * 200]), ("x" * 400, None), ("é" * 100, None), ("x" * 20_000, None), ("\ud800", ["\ud800"])],
)
def test_what_runs_is_told_with_its_arguments_if_they_are_short(
    office: Office, twin: Twin, control: Any, argument: str, told: Any
) -> None:
    seen: dict[str, Any] = {}

    @office.app.task(name="office.followed", track_started=True)
    def followed(_text: str) -> None:
        [seen["info"]] = control.inspect().active()["office"]

    followed.delay(argument)
    twin.run()
    assert seen["info"]["args"] == told
    assert seen["info"]["kwargs"] == (None if told is None else {})


def test_a_long_message_of_a_retry_is_left_where_it_is(office: Office, twin: Twin, control: Any) -> None:
    @office.app.task(name="office.again", bind=True)
    def again(task: Task, _text: str) -> None:
        raise task.retry(countdown=600)

    ids = [again.delay(text).id for text in ("short", "x" * 20_000)]
    twin.run(until=twin.now + timedelta(seconds=60))
    found = control.inspect().query_task(ids)["office"]
    assert [found[task_id][0] for task_id in ids] == ["scheduled", "scheduled"]
    assert [found[task_id][1]["args"] for task_id in ids] == [["short"], None]


def test_a_task_is_found_by_where_it_waits(twin: Twin, control: Any) -> None:
    for task_id, state in (("1", states.PENDING), ("2", states.RETRY), ("3", "PROGRESS"), ("4", states.SUCCESS)):
        message = Message(id=task_id, task="office.work", queue="office")
        write = twin.backend.progress if state != states.SUCCESS else twin.backend.record
        write(Row.of(message, state))
    found = control.inspect().query_task(["1", "2"], "3", "4", "nobody")["office"]
    assert {task_id: place for task_id, (place, _) in found.items()} == {
        "1": "reserved",
        "2": "scheduled",
        "3": "active",
    }


def test_the_revoked_are_listed_until_a_worker_has_met_them(office: Office, twin: Twin, control: Any) -> None:
    result = office.work.delay(1)
    control.revoke([result.id, "nobody"])
    assert sorted(control.inspect().revoked()["office"]) == sorted([result.id, "nobody"])
    twin.run()
    assert control.inspect().revoked() == {"office": ["nobody"]}


def test_a_worker_tells_of_its_tasks_and_settings_once_it_has_begun(two: tuple[Celeriac, Twin]) -> None:
    app, twin = two
    assert app.control.inspect().registered() is None
    begin(twin)
    inspect = app.control.inspect()
    assert inspect.registered() == {"back": ["back.two"], "front": ["front.one"]}
    assert inspect.registered("name", "max_retries")["front"] == ["front.one [name=front.one max_retries=7]"]
    conf = inspect.conf()["front"]
    assert (conf["office_api_key"], conf["task_ignore_result"]) == ("********", True)
    assert "enable_utc" in inspect.conf(with_defaults=True)["back"]
    assert "software -> celeriac:" in inspect.report()["back"]["ok"]
    assert inspect.stats()["front"]["pool"]["max-concurrency"] == 1
    assert [queue["name"] for queue in inspect.active_queues()["front"]] == ["front"]


def test_workers_can_be_asked_by_name_and_by_pattern(two: tuple[Celeriac, Twin]) -> None:
    inspect = two[0].control.inspect
    assert inspect("back").ping() == {"ok": "pong"}
    assert inspect(["back", "nobody"]).ping() == {"back": {"ok": "pong"}}
    assert inspect(["nobody"]).ping() is None
    assert inspect(pattern="f*").ping() == {"front": {"ok": "pong"}}
    assert inspect().ping("front") == {"ok": "pong"}
    told: list[Any] = []
    inspect(limit=1, callback=told.append).ping()
    assert told == [{"back": {"ok": "pong"}}]


def test_a_card_is_written_when_it_says_something_new_and_only_then(two: tuple[Celeriac, Twin]) -> None:
    app, twin = two
    for _ in range(3):
        begin(twin)
    assert [step for step in twin.steps if step.startswith("post")] == ["post worker#front", "post worker#back"]
    app.task(name="front.more")(lambda: None)
    app.connect(type(twin.services)(twin.broker, twin.backend))
    begin(twin)
    assert app.control.inspect("front").registered() == ["front.more", "front.one"]
    app.connect(type(twin.services)(twin.broker, twin.backend))
    begin(twin)
    assert twin.steps.count("post worker#front") == 2


def test_a_card_is_the_same_text_in_every_process(two: tuple[Celeriac, Twin]) -> None:
    from celeriac.noticeboard import card_of

    app, _ = two
    app.conf.office_hook = (lambda *_: None,)
    assert "0x" not in card_of(app)
    assert json.loads(card_of(app))["tasks"]["front.one"]["max_retries"] == 7


def test_a_worker_whose_card_cannot_be_written_works_all_the_same() -> None:
    office = Office()

    def fault(what: str) -> None:
        if what.startswith("post"):
            raise CeleriacError("throttled")

    with Twin(office.app, fault=fault) as twin:
        result = office.work.delay(1)
        twin.run()
        assert result.get(timeout=0) == 1
