"""The settings of one app: what it was given, what it read, what was added, and Celery's defaults, in this order."""

from __future__ import annotations

import importlib
import threading
import warnings
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import timedelta
from types import FunctionType, ModuleType
from typing import Any

from celeriac.conf.defaults import ALWAYS
from celeriac.conf.elsewhere import REFUSED, reason_of
from celeriac.conf.names import CELERYS, canonical, masked
from celeriac.exceptions import ImproperlyConfigured

__all__ = ["Settings"]

LONGEST_RESULT = timedelta(days=14)
"""Results are kept this long at the most."""
_JSON_ONLY = frozenset({"task_serializer", "result_serializer"})

Layer = dict[str, Any]


class Settings(MutableMapping[str, Any]):
    """The settings of an app, as attributes and as items; names in capitals are Celery's old ones for the same.

    A setting of the application's own is kept; one of Celery's that cannot mean anything here warns with the reason.
    What is to be read is read when a setting is first asked for, as in Celery.
    """

    def __init__(self, **values: Any) -> None:
        own: Layer = {}
        # Who has set no beat_schedule may still add to it.
        celerys = {**CELERYS, "beat_schedule": {}}
        layers: dict[str, Any] = {"_celerys": celerys, "_own": own, "_read": {}, "_added": {}}
        self.__dict__.update(layers, _pending=[], _when_read=[], _is_read=True, _lock=threading.RLock())
        self.update({name: value for name, value in values.items() if value is not None})

    def __getitem__(self, name: str) -> Any:
        return self._layers[canonical(name)]

    def __setitem__(self, name: str, value: Any) -> None:
        self._own[canonical(name)] = _checked(canonical(name), value)

    def __delitem__(self, name: str) -> None:
        del self._own[canonical(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no setting {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __repr__(self) -> str:
        return f"<Settings {self.table()}>"

    @property
    def given(self) -> Mapping[str, Any]:
        """What the app itself was given, without what it reads from elsewhere."""
        own: Layer = self._own
        return own

    @property
    def is_read(self) -> bool:
        """Whether nothing is left to be read."""
        return bool(self._is_read)

    def read_later(self, source: Any, namespace: str | None = None, silent: bool = False) -> None:
        """Take the settings of a module, an object, a mapping or the name of one instead of what was read before."""
        self._pending[:] = [item for item in self._pending if item[0] != self._read_object]
        self._pending.append((self._read_object, (source, namespace, silent)))
        self.__dict__["_is_read"] = False

    def add_later(self, values: Mapping[str, Any] | Callable[[], Mapping[str, Any]]) -> None:
        """Add defaults, which give way to everything but Celery's own."""
        self._pending.append((self._add, (values,)))
        self.__dict__["_is_read"] = False

    def when_read(self, told: Callable[[], Any]) -> None:
        """Call a function once, when the settings have been read."""
        self._when_read.append(told)
        self.__dict__["_is_read"] = False

    def read(self) -> None:
        """Read now what is to be read."""
        if self._is_read:
            return
        with self._lock:  # another thread waits here until all is read
            while self._pending:
                read, arguments = self._pending.pop(0)
                read(*arguments)
            while self._when_read:
                self._when_read.pop(0)()
            self.__dict__["_is_read"] = True

    def table(self, with_defaults: bool = False, censored: bool = True) -> dict[str, Any]:
        """The settings as a dictionary; passwords and keys are masked, unless `censored` is False."""
        chosen = dict(self._layers if with_defaults else ChainMap(*self._layers.maps[:-1]))
        return {name: masked(name, value) if censored else value for name, value in chosen.items()}

    def humanize(self, with_defaults: bool = False, censored: bool = True) -> str:
        """The settings as text, a line each."""
        settings = sorted(self.table(with_defaults, censored).items())
        return "\n".join(f"{name}: {value!r}" for name, value in settings)

    @property
    def _layers(self) -> ChainMap[str, Any]:
        self.read()
        return ChainMap(self._own, self._read, self._added, self._celerys)

    def _read_object(self, source: Any, namespace: str | None, silent: bool) -> None:
        try:
            found = _imported(source) if isinstance(source, str) else source
        except ImportError:
            if not silent:
                raise
            return
        self._read.clear()
        self._read.update(_settings_of(found, f"{namespace}_" if namespace else ""))

    def _add(self, values: Mapping[str, Any] | Callable[[], Mapping[str, Any]]) -> None:
        found = values() if callable(values) else values
        self._added.update(_settings_of(found, ""))


def _settings_of(source: Any, prefix: str) -> Layer:
    """The settings that a mapping or an object has; of an object's other names those that can be settings."""
    is_mapping = isinstance(source, Mapping)
    names = [name for name in (source if is_mapping else dir(source)) if name.startswith(prefix) and name[0] != "_"]
    found = {_short(name, prefix): source[name] if is_mapping else getattr(source, name) for name in names}
    return {name: _checked(name, value) for name, value in found.items() if name in CELERYS or _is_data(value)}


def _short(name: str, prefix: str) -> str:
    """`CELERY_TASK_TIME_LIMIT` in the namespace `CELERY` is `task_time_limit`; the old names are known there, too."""
    short = canonical(name.removeprefix(prefix))
    return short if short in CELERYS or not prefix else (canonical(name) if canonical(name) in CELERYS else short)


def _is_data(value: Any) -> bool:
    return not isinstance(value, ModuleType | FunctionType | type)


def _checked(name: str, value: Any) -> Any:
    if name in _JSON_ONLY and value != "json":
        raise ImproperlyConfigured(f"{name} must be 'json', not {value!r}: what a queue carries must not run code")
    if name == "result_expires":
        return _result_expires(value)
    if value is not None and (reason := reason_of(name, REFUSED)):
        raise ImproperlyConfigured(f"{name} cannot be had: {reason}")
    if name in ALWAYS and not _same(value, ALWAYS[name][0]):
        _warn(f"{name} is {ALWAYS[name][0]!r} here, whatever is set: {ALWAYS[name][1]}")
        return ALWAYS[name][0]
    if (reason := reason_of(name)) and value != CELERYS[name]:
        _warn(f"{name} has no effect here: {reason}")
    return value


def _same(value: Any, always: Any) -> bool:
    return value is None or value == always or (isinstance(value, list | set) and tuple(value) == always)


def _warn(text: str) -> None:
    warnings.warn(text, UserWarning, stacklevel=5)


def _result_expires(value: Any) -> timedelta:
    """Celery's 0 and None, "never", are the longest here: what is in S3 goes after 15 days."""
    length = value if isinstance(value, timedelta) else timedelta(seconds=value or LONGEST_RESULT.total_seconds())
    if not timedelta(0) < length <= LONGEST_RESULT:
        raise ImproperlyConfigured(f"result_expires must be at most {LONGEST_RESULT.days} days, not {value!r}")
    return length


def _imported(name: str) -> Any:
    """A module, or what it holds, by name: `proj.settings`, `django.conf:settings`, `proj.config.Production`."""
    module, _, attribute = name.partition(":")
    try:
        return importlib.import_module(module) if not attribute else getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        parent, _, last = module.rpartition(".")
        if error.name != module or not parent:
            raise
        return _attribute(importlib.import_module(parent), last, error)


def _attribute(module: ModuleType, name: str, missing: ModuleNotFoundError) -> Any:
    if not hasattr(module, name):
        raise missing
    return getattr(module, name)
