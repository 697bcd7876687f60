"""The app and the task of the moment, for code that is handed neither.

>>> from celeriac import current_app, current_task
>>> current_app.send_task("notify.send_email")  # doctest: +SKIP

Source: https://docs.celeryq.dev/en/stable/userguide/application.html#breaking-the-chain
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from celeriac import context
from celeriac.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = [
    "Proxy",
    "app_named",
    "app_or_default",
    "current_app",
    "current_task",
    "get_current_app",
    "restored",
    "set_current",
]

_current: list[Any] = []
_apps: weakref.WeakSet[Celeriac] = weakref.WeakSet()


def set_current(app: Any) -> None:
    """Make an app the current one, for all threads: a web server's are not those that imported it."""
    _current[:] = [app]


def get_current_app() -> Celeriac:
    """The app of the task that runs here, or else the one that was made or set last; raises ImproperlyConfigured
    before there is one."""
    if running := context.current_worker_task():
        return running[0].app
    if not _current:
        raise ImproperlyConfigured('there is no app yet: app = Celeriac("worker")')
    app: Celeriac = _current[-1]
    return app


def app_or_default(app: Celeriac | None = None) -> Celeriac:
    """The app that is given, or else the current one."""
    return app or get_current_app()


@contextmanager
def restored() -> Iterator[None]:
    """Have the current app be at the end what it is now."""
    before = list(_current)
    try:
        yield
    finally:
        _current[:] = before


def remember(app: Celeriac) -> None:
    """Let an app be found by its name."""
    _apps.add(app)


def app_named(kind: type[Celeriac], main: str, settings: dict[str, Any]) -> Celeriac:
    """The app of that name in this process, which is how apps are pickled; a new one where there is none."""
    found = next((app for app in _apps if app.main == main and type(app) is kind), None)
    return found or kind(main, set_as_current=False, **settings)


class Proxy:
    """Stands for what a function finds when it is used."""

    def __init__(self, find: Callable[[], Any]) -> None:
        object.__setattr__(self, "_get_current_object", find)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._get_current_object(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._get_current_object(), name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._get_current_object()(*args, **kwargs)

    def __bool__(self) -> bool:
        return bool(self._get_current_object())

    def __eq__(self, other: object) -> bool:
        return bool(self._get_current_object() == other)

    def __hash__(self) -> int:
        return hash(self._get_current_object())

    def __repr__(self) -> str:
        return repr(self._get_current_object())


def _get_current_task() -> Any:
    running = context.innermost()
    return running[0] if running else None


current_app: Any = Proxy(get_current_app)
"""The current app."""
current_task: Any = Proxy(_get_current_task)
"""The task whose body runs here; None, and false, outside of one."""
