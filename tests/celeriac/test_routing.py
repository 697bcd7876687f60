"""Which queue a call goes to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from celeriac import Celeriac, chain
from celeriac.exceptions import CeleriacError, ImproperlyConfigured, QueueNotFound
from celeriac.message import Message
from celeriac.publish import message_of
from celeriac.routing import MapRoute, prepare
from celeriac.testing import MemoryBroker, MemoryBucket, Twin

LANES = {"feed.bulk": {}, "feed.fast": {"priority": 5}, "feed.urgent": {"priority": 9}, "other.bulk": {}}


class Station:
    """An app with a task, beside another one's queues."""

    def __init__(self) -> None:
        self.app, self.other = Celeriac("feed"), Celeriac("other")
        self.work = self.app.task(name="feed.tasks.work", max_retries=3)(lambda number=0: number)

    def sent(self, name: str = "feed.tasks.work", *args: Any, **options: Any) -> Message:
        return message_of(self.app, name, args, {}, **options)


@pytest.fixture
def station() -> Iterator[Station]:
    station = Station()
    with Twin(station.app, station.other, lanes=LANES):
        yield station


# -- Routes, as in Celery -------------------------------------------------------------------------------------------


def test_a_mapping_goes_by_name_then_by_glob_then_by_pattern_in_their_order() -> None:
    route = MapRoute(
        [
            ("feed.tasks.bar*", {"queue": "c"}),
            ("feed.tasks.*", "a"),
            ("demo.bar.*", {"exchange": "b"}),
            (re.compile(r"(video|image)\.tasks\..*"), {"queue": "media"}),
            ("feed.tasks.barn", "by name"),
        ]
    )
    assert route("feed.tasks.bar") == route("feed.tasks.bar.baz") == {"queue": "c"}
    assert route("feed.tasks.foo") == {"queue": "a"}
    assert route("feed.tasks.barn") == {"queue": "by name"}
    assert route("demo.bar.moo") == {"exchange": "b"}
    assert route("video.tasks.foo") == route("image.tasks.foo") == {"queue": "media"}
    assert route("demo.foo") is None


@pytest.mark.parametrize(
    ("routes", "queue"),
    [
        (None, "feed"),
        ({}, "feed"),
        ({"feed.tasks.work": {"queue": "other"}}, "other"),
        ({"feed.tasks.work": "other"}, "other"),
        ({"feed.*": "other"}, "other"),
        ({re.compile(r"feed\..*"): "other"}, "other"),
        ([{"nobody": "feed"}, {"feed.*": "other"}], "other"),
        ([{"feed.*": "other"}, {"feed.tasks.work": "feed"}], "other"),
        ([[("feed.tasks.*", "other"), ("*", "feed")]], "other"),
        pytest.param(lambda name, args, kwargs, options, task=None, **kw: "other", "other", id="a function"),
        pytest.param(lambda name, args, kwargs, options, task=None, **kw: None, "feed", id="one that does not know"),
        (f"{__name__}.to_the_other", "other"),
        (f"{__name__}:to_the_other", "other"),
        (f"{__name__}.OldRouter", "other"),
        ({"feed.*": {"exchange": "x", "exchange_type": "topic", "routing_key": "y"}}, "feed"),
    ],
    ids=str,
)  # fmt: skip
def test_the_first_router_that_knows_a_task_routes_it(station: Station, routes: Any, queue: str) -> None:
    station.app.conf.task_routes = routes
    assert station.sent().queue == queue


def to_the_other(name: str, *_args: Any, **_options: Any) -> dict[str, str] | None:
    return {"queue": "other"} if name.startswith("feed.") else None


class OldRouter:
    """A router as Celery had them before version 4."""

    def route_for_task(self, task: str, args: Any = None, kwargs: Any = None) -> str:
        return "other"


def test_a_function_is_told_of_the_call_and_of_its_task(station: Station) -> None:
    told: list[Any] = []

    def router(name: str, args: Any, kwargs: Any, options: Any, task: Any = None, **_more: Any) -> None:
        told.append((name, tuple(args), kwargs, options.get("priority"), task))

    station.app.conf.task_routes = router
    station.work.apply_async((2,), priority=3)
    station.app.send_task("other.unknown", kwargs={"x": 1})
    assert told == [
        ("feed.tasks.work", (2,), {}, 3, station.work),
        ("other.unknown", (), {"x": 1}, None, None),
    ]


def test_what_a_router_does_to_the_options_it_is_told_changes_no_call(station: Station) -> None:
    station.app.conf.task_routes = lambda name, args, kwargs, options, **_more: options.update(queue="nowhere")
    assert station.sent().queue == "feed"


def test_a_call_goes_before_its_task_and_a_task_before_its_route(station: Station) -> None:
    station.app.conf.task_routes = {"*": {"queue": "other", "time_limit": 30, "expires": 60}}
    own = station.app.task(name="feed.own", queue="fast", time_limit=20)(lambda: None)
    assert station.sent().queue == "other"
    assert station.sent("feed.own").queue == "feed.fast"
    assert station.sent("feed.own", queue="bulk").queue == "feed.bulk"
    limits = [station.sent(own.name, time_limit=10), station.sent(own.name), station.sent()]
    assert [message.time_limit for message in limits] == [10, 20, 30]
    assert station.sent().expires is not None


def test_a_route_of_later_takes_the_place_of_one_that_was_used(station: Station) -> None:
    station.app.conf.task_routes = {"*": "other"}
    assert station.sent().queue == "other"
    station.app.conf.task_routes = {"*": "bulk"}
    assert station.sent().queue == "feed.bulk"


def test_every_step_of_a_chain_goes_its_own_way(station: Station) -> None:
    ran: list[str] = []
    first = station.app.task(name="feed.first", bind=True)(
        lambda task: ran.append(task.request.delivery_info["routing_key"])
    )
    second = station.app.task(name="feed.second", bind=True)(
        lambda task: ran.append(task.request.delivery_info["routing_key"])
    )
    station.app.conf.task_routes = {"feed.second": "bulk"}
    with Twin(station.app, lanes=LANES) as twin:
        chain(first.si(), second.si()).delay()
        twin.run()
    assert ran == ["feed", "feed.bulk"]


@pytest.mark.parametrize(
    "routes",
    [7, [7], pytest.param(object(), id="object()"), "nowhere.at.all", "re.nothing", "nodots", ":", ""],
    ids=repr,
)
def test_what_is_no_router_is_named(routes: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="task_routes"):
        prepare(routes)


def test_a_route_to_a_queue_that_is_not_there_says_so_when_the_task_is_sent(station: Station) -> None:
    station.app.conf.task_routes = {"*": "feeds"}
    with pytest.raises(QueueNotFound, match="no queue 'feeds' in this deployment"):
        station.work.delay()


@pytest.mark.parametrize(
    ("queue", "advice"),
    [
        ("other", r'add uses = \["other"\] to functions/feed/worker.toml'),
        ("other.bulk", r'add uses = \["other"\] to functions/feed/worker.toml'),
        ("feed.bulk", r"add \[queues.bulk\] to functions/feed/worker.toml"),
    ],
)
def test_a_worker_is_told_the_line_that_gives_it_a_queue(queue: str, advice: str) -> None:
    broker = MemoryBroker(MemoryBucket(), ["feed"], worker="feed")
    with pytest.raises(QueueNotFound, match=advice):
        broker.publish([Message(id="id-1", task="feed.work", queue=queue)])


def test_an_eager_call_needs_no_deployment_for_its_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CELERIAC_DEPLOYMENT", raising=False)
    monkeypatch.delenv("CELERIAC_QUEUES", raising=False)
    app = Celeriac("feed", task_always_eager=True, task_routes={"*": {"queue": "bulk", "priority": 5}})
    work = app.task(name="feed.work")(lambda number: number)
    assert work.delay(3).get() == 3
    app.conf.task_always_eager = False
    with pytest.raises(CeleriacError, match="CELERIAC_DEPLOYMENT"):
        work.delay(3)


# -- Lanes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "asked", "queue"),
    [
        ("feed.tasks.work", "bulk", "feed.bulk"),
        ("feed.tasks.work", "feed.bulk", "feed.bulk"),
        ("feed.tasks.work", "other.bulk", "other.bulk"),
        ("feed.tasks.work", "feed", "feed"),
        ("feed.tasks.work", "other", "other"),
        ("other.work", "bulk", "other.bulk"),
        ("other.work", "fast", "fast"),
    ],
)
def test_a_lane_goes_by_its_short_name_among_its_own_tasks(station: Station, task: str, asked: str, queue: str) -> None:
    assert station.sent(task, queue=asked).queue == queue


def test_a_queue_of_kombu_is_known_by_its_name(station: Station) -> None:
    kombu_queue = type("Queue", (), {"name": "bulk"})()
    assert station.sent(queue=kombu_queue).queue == "feed.bulk"


@pytest.mark.parametrize(
    ("priority", "queue"),
    [(None, "feed"), (0, "feed"), (4, "feed"), (5, "feed.fast"), (8, "feed.fast"), (9, "feed.urgent")],
)
def test_a_priority_chooses_the_lane_with_the_highest_threshold_below_it(
    station: Station, priority: int | None, queue: str
) -> None:
    assert station.sent(priority=priority).queue == queue


def test_a_queue_that_is_asked_for_goes_before_a_priority(station: Station) -> None:
    assert station.sent(priority=9, queue="bulk").queue == "feed.bulk"
    assert station.sent(priority=9, queue="feed").queue == "feed"


def test_a_priority_without_lanes_for_it_changes_nothing(station: Station) -> None:
    assert station.sent("other.work", priority=9).queue == "other"


def test_a_retry_stays_in_its_lane_unless_it_asks_for_another(station: Station) -> None:
    seen: list[str] = []

    def again(task: Any, queue: str | None = None) -> None:
        seen.append(task.request.delivery_info["routing_key"])
        if task.request.retries == 0:
            raise task.retry(countdown=0, **({"queue": queue} if queue else {}))

    task = station.app.task(name="feed.again", bind=True)(again)
    with Twin(station.app, lanes=LANES) as twin:
        task.apply_async(queue="bulk")
        twin.run()
        assert seen == ["feed.bulk", "feed.bulk"]
        task.apply_async(kwargs={"queue": "fast"}, queue="bulk")
        twin.run()
    assert seen[2:] == ["feed.bulk", "feed.fast"]


def test_a_lane_gives_up_after_its_own_number_of_receives(station: Station) -> None:
    def die() -> None:
        raise MemoryError

    for lanes, most in (({"feed.bulk": {"max_receives": 2}}, 2), ({"feed.bulk": {}}, 4)):
        with Twin(station.app, max_receives=4, lanes=lanes) as twin:
            twin.broker.publish([Message(id="id-1", task="feed.tasks.work", queue="feed.bulk")])
            twin.fault = _always_crash
            twin.run()
            assert [letter.receives for letter in twin.dead_letters["feed.bulk"]] == [most]


def _always_crash(step: str) -> None:
    from celeriac.testing import Crash

    if step.startswith("read rows"):
        raise Crash
