"""Which modules a worker imports when it starts: those that are named, and the `tasks` of packages.

Source: https://docs.celeryq.dev/en/stable/reference/celery.html#celery.Celery.autodiscover_tasks
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence

__all__ = ["Discovery"]

Packages = Iterable[str] | Callable[[], Iterable[str]]


class Discovery:
    """What is to be imported, once it is asked for; a module that is missing is an error, a package without one is not.

    `before` is called first: a framework may have to be set up.
    """

    def __init__(self) -> None:
        self.before: list[Callable[[], object]] = []
        self.default_packages: Callable[[], Iterable[str]] = tuple
        self._pending: list[tuple[Packages | None, str | None]] = []

    def add(self, packages: Packages | None, related_name: str | None) -> None:
        """Look into these packages later; without any, into those that a framework knows."""
        self._pending.append((packages, related_name))

    def run(self, modules: Sequence[str] = ()) -> None:
        """Import what is to be imported; what was imported is not looked for again."""
        while self.before:
            self.before.pop(0)()
        for module in modules:
            importlib.import_module(module)
        while self._pending:
            packages, related_name = self._pending.pop(0)
            packages = packages or self.default_packages
            for package in list(packages() if callable(packages) else packages):
                _import_related(package, related_name)


def _import_related(package: str, related_name: str | None) -> None:
    """Import `package.related_name` if there is one; of a class in a package, such as a Django AppConfig, the
    package's."""
    try:
        importlib.import_module(package)
    except ModuleNotFoundError:
        package = package.rpartition(".")[0]
        if not package:
            raise
        importlib.import_module(package)
    if not related_name:
        return
    name = f"{package}.{related_name}"
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
