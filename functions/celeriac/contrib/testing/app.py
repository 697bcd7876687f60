"""An app for tests: in memory, and the current one only for as long as its test.

Source: https://docs.celeryq.dev/en/stable/userguide/testing.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from celeriac import current
from celeriac.app import Celeriac
from celeriac.testing import Twin

__all__ = ["TestApp", "setup_default_app"]

_IN_MEMORY = ("broker_url", "result_backend")
"""What Celery's tests set to `memory://`; here the twin is both, whatever they say."""


def TestApp(  # noqa: N802 - Celery's name
    name: str | None = None,
    config: Mapping[str, Any] | None = None,
    enable_logging: bool = False,  # noqa: ARG001 - Celery's argument: a test's app never configures logging
    set_as_current: bool = False,
    **parameters: Any,
) -> Celeriac:
    """An app that sends to queues in memory, which no worker reads before `start_worker`."""
    given = {key: value for key, value in {**(config or {}), **parameters}.items() if key not in _IN_MEMORY}
    app = Celeriac(name or "tests", set_as_current=set_as_current, **given)
    app.connect(Twin(app).services)
    return app


class Trap:
    """Stands where the current app would be, for tests that must not use it."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"the test depends on the current app: it asks for its {name}")


@contextmanager
def setup_default_app(app: Celeriac, use_trap: bool = False) -> Iterator[None]:
    """Have the current app be at the end what it was before; with a trap there is none meanwhile."""
    with current.restored():
        if use_trap:
            current.set_current(Trap())
        try:
            yield
        finally:
            app.close()
