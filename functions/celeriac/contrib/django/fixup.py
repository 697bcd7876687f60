"""What an app does by itself where `DJANGO_SETTINGS_MODULE` is set.

Its tasks know transactions, a worker sets Django up before it imports tasks, and a database connection that is broken
or too old does not stay from one task to the next.

Source: https://docs.celeryq.dev/en/stable/django/first-steps-with-django.html
"""

from __future__ import annotations

import importlib.util
import warnings
from typing import TYPE_CHECKING, Any

from celeriac import signals
from celeriac.contrib.django.task import DjangoTask
from celeriac.task import Task

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["install"]


def install(app: Celeriac) -> None:
    """Prepare an app for Django; one with a task class of its own keeps it."""
    if importlib.util.find_spec("django") is None:
        warnings.warn("DJANGO_SETTINGS_MODULE is set, but Django is not installed", UserWarning, stacklevel=3)
        return
    if app.task_cls is Task:
        app.task_cls = DjangoTask
    app.discovery.before.append(_set_up)
    app.discovery.default_packages = _packages
    for signal in (signals.task_prerun, signals.task_postrun):
        signal.connect(_close_old_connections, weak=False, dispatch_uid="celeriac.contrib.django")


def _set_up() -> None:
    import django

    django.setup()


def _packages() -> list[str]:
    from django.apps import apps

    return [config.name for config in apps.get_app_configs()]


def _close_old_connections(sender: Any, **_told: Any) -> None:
    """Django does this around a request. An eager task runs inside of one, whose connection it must leave alone."""
    if not sender.request.is_eager:
        from django.db import close_old_connections

        close_old_connections()
