"""What all handles on results have in common."""

from __future__ import annotations

from collections.abc import Callable
from types import GenericAlias
from typing import Any, ClassVar

__all__ = ["ResultBase", "put_under", "top_of"]


class ResultBase:
    """The base of all handles on results."""

    parent: Any = None
    _to_call: tuple[Callable[[Any], Any], ...] = ()

    __class_getitem__: ClassVar[Any] = classmethod(GenericAlias)

    @property
    def is_known_ready(self) -> bool:
        """Whether this handle has seen that all is finished; nothing is read."""
        raise NotImplementedError

    def then(self, callback: Callable[[Any], Any], on_error: Any = None, weak: bool = False) -> Any:  # noqa: ARG002 - Celery's
        """Call back with this handle, as soon as it sees that all is finished; it looks when it is asked for something.

        Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html#celery.result.AsyncResult.then
        """
        self._to_call = (*self._to_call, callback)
        self._call_back()
        return self

    def _call_back(self) -> None:
        if self._to_call and self.is_known_ready:
            waiting, self._to_call = self._to_call, ()
            for callback in waiting:
                callback(self)


def put_under(result: Any, parent: Any) -> Any:
    """Make one handle the first ancestor of another; returns the latter."""
    top_of(result).parent = parent
    return result


def top_of(result: Any) -> Any:
    """The first ancestor of a handle, which may be that itself."""
    while result.parent is not None:
        result = result.parent
    return result
