"""Which queue a call goes to: `task_routes`, and the lanes of a worker.

A worker has a queue of its own name, and may have lanes beside it: "thumbnail.bulk" is `[queues.bulk]` in
`functions/thumbnail/worker.toml`. In a call or a route, `queue="bulk"` means the lane of the task's own worker.
Source: https://docs.celeryq.dev/en/stable/userguide/routing.html
"""

from __future__ import annotations

import fnmatch
import importlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from celeriac.exceptions import CeleriacError, ImproperlyConfigured

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.lanes import Lane

__all__ = ["MapRoute", "prepare", "resolved", "routed"]

Route = Mapping[str, Any]
Router = Callable[..., Any]

AMQP_ONLY = frozenset({"exchange", "exchange_type", "routing_key"})
"""What a route may say in Celery, too, and what SQS has no room for."""

_prepared: WeakKeyDictionary[Celeriac, tuple[Any, list[Router]]] = WeakKeyDictionary()


class MapRoute:
    """A router of a mapping, or a list of pairs: names first, then globs and compiled patterns in their order."""

    def __init__(self, map: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> None:  # noqa: A002 - Celery's name
        self.map: dict[str, Any] = {}
        self.patterns: dict[re.Pattern[str], Any] = {}
        for key, route in map.items() if isinstance(map, Mapping) else map:
            if isinstance(key, re.Pattern):
                self.patterns[key] = route
            elif "*" in key:
                self.patterns[re.compile(fnmatch.translate(key))] = route
            else:
                self.map[key] = route

    def __call__(self, name: str, *_args: Any, **_kwargs: Any) -> dict[str, Any] | None:
        if name in self.map:
            return _options(self.map[name])
        return next((_options(route) for pattern, route in self.patterns.items() if pattern.match(name)), None)


def prepare(routes: Any) -> list[Router]:
    """The routers that `task_routes` stands for; raises ImproperlyConfigured for what is none."""
    if routes is None:
        return []
    return [_router(route) for route in (routes if isinstance(routes, list | tuple) else [routes])]


def routed(
    app: Celeriac, name: str, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None, settings: dict[str, Any]
) -> dict[str, Any]:
    """The settings of a call with what its route adds to them, and with its queue.

    What the call says goes before what its task says, and both before the route, as in Celery.
    """
    route = _lookup(app, name, args or (), kwargs or {}, settings)
    routed = {**route, **settings}
    return {**routed, "queue": resolved(app, name, routed.get("queue"), routed.get("priority"))}


def resolved(app: Celeriac, name: str, queue: Any, priority: int | None = None) -> str:
    """The queue's full name: a lane of the task's worker, if it has one of that name.

    Where no queue is asked for, the priority chooses the lane with the highest `priority` that is not above it.
    """
    worker = app.queue_of(name)
    if not queue and priority is None:
        return worker
    queues, particular = _known(app)
    if queue:
        asked: str = getattr(queue, "name", queue)  # a kombu.Queue has one; what is no text the message refuses
        return lane if (lane := f"{worker}.{asked}") in queues else asked
    own = {name: lane.priority for name, lane in particular.items() if name.startswith(f"{worker}.")}
    within = [(lowest, name) for name, lowest in own.items() if lowest is not None and lowest <= (priority or 0)]
    return max(within, default=(0, worker))[1]


def _known(app: Celeriac) -> tuple[Mapping[str, str], Mapping[str, Lane]]:
    """The deployment's queues and its particular lanes; none where nothing is deployed, as in an eager test."""
    try:
        broker = app.services.broker
    except CeleriacError:
        return {}, {}  # to send the message will say it
    return broker.queues, broker.lanes


def _lookup(app: Celeriac, name: str, args: Any, kwargs: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """What the first router that knows the task says of it."""
    source = app.conf.task_routes
    if source is None:
        return {}
    seen = _prepared.get(app)
    if seen is None or seen[0] is not source:
        seen = _prepared[app] = (source, prepare(source))
    for router in seen[1]:
        route = _asked(router, name, args, kwargs, dict(settings), app.known(name))
        if route is not None:
            return {key: value for key, value in _options(route).items() if key not in AMQP_ONLY}
    return {}


def _asked(router: Any, name: str, args: Any, kwargs: Any, options: dict[str, Any], task: Any) -> Any:
    old = getattr(router, "route_for_task", None)  # the form that routers had before Celery 4
    return old(name, args, kwargs) if old else router(name, args, kwargs, options, task=task)


def _options(route: Any) -> dict[str, Any]:
    """A route as options: a queue may stand for itself."""
    return dict(route) if isinstance(route, Mapping) else {"queue": route}


def _router(route: Any) -> Router:
    if isinstance(route, Mapping | list | tuple):
        return MapRoute(route)
    if isinstance(route, str):
        return _imported(route)
    if callable(route) or hasattr(route, "route_for_task"):
        router: Router = route
        return router
    raise ImproperlyConfigured(f"task_routes: a router is a mapping, a function or the path of one, not {route!r:.100}")


def _imported(path: str) -> Router:
    """The router at `package.module.name` or `package.module:name`; a class of the old form is made an instance."""
    module, _, attribute = path.rpartition(":" if ":" in path else ".")
    try:
        router = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ImproperlyConfigured(f"task_routes: there is no router {path!r}: {error}") from error
    made: Router = router() if isinstance(router, type) else router
    return made
