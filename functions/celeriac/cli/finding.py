"""Finding the app that `-A` names, as Celery does; without a name, a bare app that sends and looks by names."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from celeriac.app import Celeriac
from celeriac.exceptions import ImproperlyConfigured

__all__ = ["app_named"]

ATTRIBUTES = ("app", "celery", "celeriac")
SUBMODULES = ("tasks", "celery")


def app_named(name: str | None) -> Celeriac:
    """The app of `module`, `module:attribute`, `module.attribute` or of a package with a module "tasks" or "celery".

    Raises ImproperlyConfigured.
    Source: https://docs.celeryq.dev/en/stable/reference/celery.app.utils.html#celery.app.utils.find_app
    """
    if name is None:
        return Celeriac("celeriac", set_as_current=False)
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    module, colon, attribute = name.partition(":")
    found = _attribute(_imported(module), attribute) if colon else _somewhere(module)
    if not isinstance(found, Celeriac):
        raise ImproperlyConfigured(f"-A {name}: there is no app of Celeriac's")
    return found


def _somewhere(name: str) -> Any:
    """The app in a module, in a submodule of its name's, or the attribute that the last part of the name is."""
    try:
        module = _imported(name)
    except ImproperlyConfigured:
        parent, _, attribute = name.rpartition(".")
        if parent not in sys.modules:  # a package has been imported on the way to what is not a module in it
            raise
        return _attribute(sys.modules[parent], attribute)
    if (found := _in(module)) is not None:
        return found
    for submodule in SUBMODULES if hasattr(module, "__path__") else ():
        try:
            return _in(importlib.import_module(f"{name}.{submodule}"))
        except ModuleNotFoundError as error:
            if error.name != f"{name}.{submodule}":
                raise
    return None


def _in(module: ModuleType) -> Any:
    named = [getattr(module, name, None) for name in ATTRIBUTES]
    return next((value for value in [*named, *vars(module).values()] if isinstance(value, Celeriac)), None)


def _attribute(module: ModuleType, name: str) -> Any:
    return getattr(module, name, None)


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (ImportError, ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"-A {name}: {error or 'a module has a name'}") from error
