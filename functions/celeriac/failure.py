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
from celeriac.exceptions import EncodeError, SecurityError, TaskError, UnpickleableExceptionWrapper
from celeriac.serialization import dumps

__all__ = ["ExceptionInfo", "exception_of", "record_of"]


class ExceptionInfo:
    """What handlers and signals are told of an error, as Celery's `einfo`; as text it is the traceback."""

    def __init__(self, error: BaseException) -> None:
        self.type, self.exception, self.tb = type(error), error, error.__traceback__
        self.traceback = _traceback(error)

    def __str__(self) -> str:
        return self.traceback


def record_of(error: BaseException) -> dict[str, Any]:
    """The exception as JSON: its type, module, arguments and the end of its traceback.

    Where it has no arguments, or JSON cannot carry them, its text stands for them, in `exc_text` as well.
    """
    record = {
        "exc_type": type(error).__qualname__,
        "exc_module": type(error).__module__,
        "exc_message": _arguments(error),
        "traceback": _traceback(error)[-limits.TRACEBACK_CHARS :],
    }
    text = _text(error)[: limits.ERROR_CHARS]
    if text and not record["exc_message"]:
        record |= {"exc_message": [text], "exc_text": text}
    return record | {"exc_text": text} if isinstance(error, UnpickleableExceptionWrapper) else record


def exception_of(record: Mapping[str, Any]) -> BaseException:
    """The exception that `record_of` wrote down.

    One of the same name stands in for it where its class is not loaded; where it cannot be built again, or would say
    something else, that is an UnpickleableExceptionWrapper.
    """
    name, module = str(record.get("exc_type", "Exception")), str(record.get("exc_module", ""))
    arguments = record.get("exc_message", [])
    arguments = arguments if isinstance(arguments, list) else [arguments]
    kind = _exception_class(name, module)
    try:
        built = kind(*arguments)
        is_same = isinstance(built, BaseException) and record.get("exc_text") in {None, _text(built)}
    except Exception:  # noqa: BLE001 - a user's __init__ that wants other arguments than it keeps
        is_same = False
    return built if is_same else _wrapped(name, module, arguments)


def _arguments(error: BaseException) -> list[Any]:
    """The arguments, unless JSON cannot carry them or they are too long."""
    kept = error.exc_args if isinstance(error, UnpickleableExceptionWrapper) and error.exc_cls_name else error.args
    try:
        return [*kept] if len(dumps(kept)) <= limits.ERROR_CHARS else []
    except (EncodeError, TypeError):  # and a group of exceptions has a list of them
        return []


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a user's __str__
        return "an error without a text"


def _traceback(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except Exception:  # noqa: BLE001 - a user's __str__, or what else is asked of an error on the way
        return "".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__qualname__}: {_text(error)}\n"


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


def _wrapped(name: str, module: str, arguments: list[Any]) -> BaseException:
    short = name.rpartition(".")[2]
    kind = type(short, (UnpickleableExceptionWrapper,), {"__module__": module})
    wrapper: BaseException = kind(module, short, tuple(arguments))
    return wrapper
