"""JSON and nothing else: how arguments, results and messages are written.

Beyond plain JSON, the five types that Celery's JSON carries (kombu's registered types) and `bytes` come back as what
they were: `datetime`, `date`, `time`, `Decimal`, `UUID`. Tuples come back as lists, as in Celery; an object with
a method `__json__` is written as what that returns.
Source: https://docs.celeryq.dev/projects/kombu/en/stable/userguide/serialization.html
"""

from __future__ import annotations

import base64
import inspect
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from celeriac.exceptions import DecodeError, EncodeError

__all__ = ["blame", "dumps", "loads", "shown"]

_TYPE, _VALUE = "__type__", "__value__"

_ENCODERS: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (datetime, "datetime", datetime.isoformat),  # before date: a datetime is a date
    (date, "date", date.isoformat),
    (time, "time", time.isoformat),
    (Decimal, "decimal", str),
    (UUID, "uuid", str),
    (bytes, "bytes", lambda value: base64.b64encode(value).decode("ascii")),
)
_DECODERS: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
    "uuid": UUID,
    "bytes": base64.b64decode,
}


def _encode(value: object) -> object:
    if hasattr(value, "as_tuple") and hasattr(value, "maybe_throw"):
        return value.as_tuple()  # a handle on a result: the ids, as in Celery
    if hasattr(value, "__json__"):
        return value.__json__()  # as kombu asks what is to be written
    for kind, name, encode in _ENCODERS:
        if isinstance(value, kind):
            return {_TYPE: name, _VALUE: encode(value)}
    raise TypeError(f"a {type(value).__qualname__}")


def _decode(fields: dict[str, Any]) -> object:
    """The value that an object stands for; one that only looks as if it did is somebody's own, and stays as it is."""
    decode = _DECODERS.get(str(fields.get(_TYPE))) if fields.keys() == {_TYPE, _VALUE} else None
    if decode is None or not isinstance(fields[_VALUE], str):
        return fields
    try:
        return decode(fields[_VALUE])
    except (ValueError, ArithmeticError):
        return fields


def dumps(value: object) -> str:
    """Write a value as compact ASCII JSON; raises EncodeError for what JSON cannot carry."""
    try:
        return json.dumps(value, default=_encode, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise EncodeError(_reason(value, error)) from error


def loads(text: str | bytes) -> Any:
    """Read what `dumps` wrote; raises DecodeError for anything else."""
    try:
        return json.loads(text, object_hook=_decode, parse_float=_finite, parse_constant=_refuse_constant)
    except (TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise DecodeError(f"not the JSON of a Celeriac message or result: {error}") from error


def blame(task: str, run: Callable[..., Any] | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Find the argument of a call that JSON cannot carry; raises EncodeError that names it."""
    for name, value in (*_positional(run, args), *kwargs.items()):
        try:
            dumps(value)
        except EncodeError as error:
            raise EncodeError(
                f"argument {name!r} of {task}: {error}; pass something JSON can carry, such as the id of a record"
            ) from error


def _positional(run: Callable[..., Any] | None, args: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    parameters = inspect.signature(run).parameters.values() if run else ()
    names = [item.name for item in parameters if item.kind in {item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD}]
    names += [f"args[{index}]" for index in range(len(names), len(args))]
    return zip(names, args, strict=False)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    """What is read can be written again: `1e999` would be an infinity, which JSON cannot carry."""
    value = float(digits)
    return value if math.isfinite(value) else _refuse_constant(digits)


def _reason(value: object, error: Exception) -> str:
    path, culprit = _find(value, "value")
    if isinstance(error, RecursionError) or "Circular" in str(error):
        return "JSON cannot carry a value that contains itself, or one nested too deep"
    return f"JSON cannot carry {shown(culprit)} ({type(culprit).__qualname__}) at {path}"


def shown(value: object, chars: int = 100) -> str:
    """The beginning of a value's repr; never an error."""
    try:
        return repr(value)[:chars]
    except Exception:  # noqa: BLE001 - a user's __repr__, or an int of more digits than Python writes
        return "a value without a repr"


def _find(value: Any, path: str, depth: int = 0) -> tuple[str, Any]:
    """The innermost value that cannot be written, and the way to it."""
    if isinstance(value, Mapping):
        children = [(f"{path}[{key!r}]", item) for key, item in value.items()]
    else:
        children = [(f"{path}[{index}]", item) for index, item in enumerate(value)] if _is_array(value) else []
    for child_path, child in children if depth < 50 else ():
        if not _carries(child):
            return _find(child, child_path, depth + 1)
    return path, value


def _is_array(value: object) -> bool:
    return isinstance(value, list | tuple)


def _carries(value: object) -> bool:
    try:
        json.dumps(value, default=_encode, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
