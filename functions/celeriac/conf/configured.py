"""What an app does with its settings: where it takes them from, and what time it is by them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from celeriac import clock
from celeriac.conf.settings import Settings
from celeriac.exceptions import ImproperlyConfigured
from celeriac.signals import Signal

__all__ = ["Configured"]


class Configured:
    """An app's settings, and the signals that tell of them.

    Source: https://docs.celeryq.dev/en/stable/userguide/application.html#configuration
    """

    def __init__(self, settings: Mapping[str, Any], namespace: str | None = None) -> None:
        self.conf = Settings(**settings)
        self.namespace = namespace
        self.on_configure = Signal("app.on_configure")
        self.on_after_configure = Signal("app.on_after_configure", "source")
        self.conf.when_read(self.configured)

    def configured(self) -> None:
        """Tell that the settings have been read."""
        self.on_configure.send(self)
        self.on_after_configure.send(self, source=self.conf)

    def config_from_object(
        self, obj: Any, silent: bool = False, force: bool = False, namespace: str | None = None
    ) -> None:
        """Take the settings of a module, an object, a mapping or the name of one, as soon as a setting is needed.

        `force` takes them now; `silent` lets a module be missing; of a `namespace`, such as `CELERY`, only those whose
        names begin with it are taken, as from Django's settings.
        Source: https://docs.celeryq.dev/en/stable/userguide/application.html#config-from-object
        """
        self.namespace = namespace or self.namespace
        self.conf.read_later(obj, self.namespace, silent)
        if force:
            self.conf.read()

    def config_from_envvar(self, variable_name: str, silent: bool = False, force: bool = False) -> bool:
        """Take the settings of the module that an environment variable names; says whether it names one.

        Source: https://docs.celeryq.dev/en/stable/reference/celery.html#celery.Celery.config_from_envvar
        """
        module = os.environ.get(variable_name)
        if not module and not silent:
            raise ImproperlyConfigured(f"the environment variable {variable_name} must name a module with settings")
        if module:
            self.config_from_object(module, silent, force)
        return bool(module)

    def add_defaults(self, values: Mapping[str, Any] | Callable[[], Mapping[str, Any]]) -> None:
        """Add settings that give way to what is set or read; a function is called when they are first needed."""
        self.conf.add_later(values)

    @property
    def timezone(self) -> tzinfo:
        """The time zone of `conf.timezone`, which is UTC unless it is set."""
        return UTC if self.conf.timezone in (None, "UTC") else _zone(self.conf.timezone)

    def now(self) -> datetime:
        """The present moment, in the app's time zone."""
        return clock.now().astimezone(self.timezone)


def _zone(name: Any) -> tzinfo:
    if isinstance(name, tzinfo):
        return name
    from zoneinfo import ZoneInfo  # which few apps need

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ImproperlyConfigured(f"timezone must name a time zone such as Europe/Berlin, not {name!r}") from error
