"""What stands where Celeriac does not have a name of Celery's yet: it can be imported, and to use it fails the test."""

from __future__ import annotations

from typing import Any

__all__ = ["NotYet", "absent"]


class NotYet(AttributeError):
    """Raised when a test uses what Celeriac does not have."""

    def __str__(self) -> str:
        return f"Celeriac has no {self.args[0]}"


class _Absent(type):
    """The type of names that are not there: they may be inherited from, and no more."""

    what: str

    def __call__(cls, *_args: Any, **_kwargs: Any) -> Any:
        raise NotYet(cls.what)

    def __getattr__(cls, name: str) -> Any:
        raise AttributeError(name) if name.startswith("_") else NotYet(f"{cls.what}.{name}")


def absent(what: str) -> type:
    """A name that is not there yet."""
    return _Absent(what.rpartition(".")[2], (), {"what": what})
