"""A graph of results: which task sent which.

Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html#graphs
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from typing import Any, TextIO

__all__ = ["DependencyGraph"]


class DependencyGraph(dict[Any, list[Any]]):
    """Things, and for each the list of those that it leads to."""

    def add_arc(self, thing: Any) -> None:
        """Add a thing."""
        self.setdefault(thing, [])

    def add_edge(self, source: Any, target: Any) -> None:
        """Say that a thing which is there leads to another."""
        self[source].append(target)

    def update(self, pairs: Iterable[tuple[Any, Iterable[Any]]]) -> None:  # type: ignore[override]  # as in Celery
        """Add things, each with those that it leads to."""
        for thing, targets in pairs:
            self.add_arc(thing)
            self[thing] += targets

    def edges(self) -> Iterator[Any]:
        """The things that lead to others."""
        return (thing for thing, targets in self.items() if targets)

    def topsort(self) -> list[Any]:
        """All things, each after those that it leads to."""
        return list(TopologicalSorter(self).static_order())

    def valency_of(self, thing: Any) -> int:
        """How many ways lead on from a thing."""
        targets = self.get(thing, [])
        return len(targets) + sum(map(self.valency_of, targets))

    def to_dot(self, file: TextIO) -> None:
        """Write the graph in the language of Graphviz."""
        lines = [f'    "{thing}" -> "{target}"' for thing, targets in self.items() for target in targets]
        print("\n".join(["digraph dependencies {", *(f'    "{thing}"' for thing in self), *lines, "}"]), file=file)

    def __repr__(self) -> str:
        return "\n".join(line for thing in self for line in self._lines(thing, 0))

    def _lines(self, thing: Any, level: int) -> Iterator[str]:
        yield "     " * level + f"{thing}({self.valency_of(thing)})"
        for target in self.get(thing, []):
            yield from self._lines(target, level + 1)
