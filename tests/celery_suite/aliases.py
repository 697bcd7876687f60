"""`celery` by another name: importing `celery.canvas` gives what `celeriac.canvas` has, and so for every module.

An alias looks its names up when they are used, so that Celeriac's own modules stay untouched. What Celeriac lacks is a
placeholder, which fails only the test that uses it.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import re
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from tests.celery_suite.placeholders import absent
from tests.celery_suite.stand_ins import STAND_INS, THIRD_PARTY, shared_task

__all__ = ["install"]

ELSEWHERE = {"celery.app.trace": "celeriac.log", "celery.worker.state": "celeriac.tally"}
"""Modules whose counterparts have names of their own."""
REPLACED: dict[str, Any] = {"celery.shared_task": shared_task}
"""What is ours to replace, even though Celeriac has it."""


class Alias(ModuleType):
    """A module of Celery's: the names of its counterpart in Celeriac, then the stand-ins, then placeholders."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.counterpart = _counterpart(name)

    def __getattr__(self, name: str) -> Any:
        full = f"{self.__name__}.{name}"
        if name.startswith("__"):
            raise AttributeError(name)
        if full in REPLACED:
            return REPLACED[full]
        found = getattr(self.counterpart, name, None)
        if isinstance(found, ModuleType) or (found is None and _exists(_ours(full))):
            return importlib.import_module(full)
        if found is None:
            found = STAND_INS.get(full)
        return absent(full) if found is None else found


class Aliases(MetaPathFinder, Loader):
    """Finds `celery` and all that is in it before an installed one is looked for."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        is_ours = fullname.partition(".")[0] == "celery"
        return ModuleSpec(fullname, self, is_package=True) if is_ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return Alias(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """An alias has nothing of its own to execute."""


def install() -> None:
    """From now on, `import celery` imports Celeriac."""
    sys.meta_path.insert(0, Aliases())
    logging.setLogRecordFactory(_Record)
    for name, module in THIRD_PARTY.items():
        if not _exists(name):
            sys.modules[name] = module


class _Record(logging.LogRecord):
    """A record of Celeriac's loggers under the name that Celery's have."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(re.sub(r"^celeriac\b", "celery", name), *args, **kwargs)


def _ours(name: str) -> str:
    return ELSEWHERE.get(name) or name.replace("celery", "celeriac", 1)


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _counterpart(name: str) -> ModuleType | None:
    return importlib.import_module(_ours(name)) if _exists(_ours(name)) else None
