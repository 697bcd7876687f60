"""An exception as data, and back: what a FAILURE keeps, and what `AsyncResult.get` raises.

The record has Celery's three fields, `exc_type`, `exc_message` (the exception's arguments) and `exc_module`. Reading
one back imports nothing: a class is looked up among the modules that are already loaded, and where it is not there a
class of that name stands in for it, as in Celery.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from typing import Any

from celeriac import limits
from celeriac.exceptions import EncodeError, SecurityError, TaskError
from celeriac.serialization import dumps

__all__ = ["ExceptionInfo", "exception_of", "record_of"]


class ExceptionInfo:
    """What handlers and signals are told of an error, as Celery's `einfo`; as text it is the traceback."""

    def __init__(self, error: BaseException) -> None:
        self.type, self.exception, self.tb = type(error), error, error.__traceback__
        self.traceback = "".join(traceback.format_exception(error))

    def __str__(self) -> str:
        return self.traceback


def record_of(error: BaseException) -> dict[str, Any]:
    """The exception as JSON: its type, module, arguments and the end of its traceback."""
    text = "".join(traceback.format_exception(error))
    return {
        "exc_type": type(error).__qualname__,
        "exc_module": type(error).__module__,
        "exc_message": _arguments(error),
        "traceback": text[-limits.TRACEBACK_CHARS :],
    }


def exception_of(record: Mapping[str, Any]) -> BaseException:
    """The exception that `record_of` wrote down, or one of the same name where its class is not loaded."""
    name, module = str(record.get("exc_type", "Exception")), str(record.get("exc_module", ""))
    arguments = record.get("exc_message", [])
    arguments = arguments if isinstance(arguments, list) else [arguments]
    kind = _exception_class(name, module)
    try:
        return kind(*arguments)
    except Exception:  # noqa: BLE001 - a user's __init__ that wants other arguments than it keeps
        return _stand_in(name, module)(*arguments)


def _arguments(error: BaseException) -> list[Any]:
    try:
        text = dumps(list(error.args))
    except EncodeError:
        text = ""
    return list(error.args) if 0 < len(text) <= limits.ERROR_CHARS else [_text(error)[: limits.ERROR_CHARS]]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a user's __str__
        return "an error without a text"


def _exception_class(name: str, module: str) -> type[BaseException]:
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is None:
        return _stand_in(name, module)
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        raise SecurityError(f"{module}.{name} is not an exception: refusing to call it")
    return found


def _stand_in(name: str, module: str) -> type[BaseException]:
    return type(name.rpartition(".")[2], (TaskError,), {"__module__": module})
