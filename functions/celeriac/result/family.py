"""The tasks that a task sent, and those that they sent: how a row lists them, and the ways through them.

Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html#celery.result.AsyncResult.collect
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from celeriac import limits
from celeriac.exceptions import IncompleteStream
from celeriac.result.graph import DependencyGraph

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.message import Message

__all__ = ["Family", "children_of", "followers", "records_of", "task_ids_in"]


class Family:
    """The part of a handle that knows its children."""

    children: Any

    def ready(self) -> bool:
        """Whether all is finished."""
        raise NotImplementedError

    def iterdeps(self, intermediate: bool = False) -> Iterator[tuple[Any, Any]]:
        """Pairs of a parent (at first None) and its child, this handle the first child, generation by generation.

        Raises IncompleteStream where one is not finished, unless `intermediate`.
        """
        line: deque[tuple[Any, Any]] = deque([(None, self)])
        while line:
            parent, result = line.popleft()
            yield parent, result
            if result.ready():
                line.extend((result, child) for child in result.children or ())
            elif not intermediate:
                raise IncompleteStream

    def collect(self, intermediate: bool = False, **options: Any) -> Iterator[tuple[Any, Any]]:
        """All handles of the family, each with its value; the options are those of `get`."""
        for _, result in self.iterdeps(intermediate=intermediate):
            yield result, result.get(**options)

    def get_leaf(self) -> Any:
        """The value of the last descendant."""
        value = None
        for _, result in self.iterdeps():
            value = result.get()
        return value

    def build_graph(self, intermediate: bool = False, formatter: Any = None) -> DependencyGraph:  # noqa: ARG002 - Celery's
        """The family as a graph; Celery's `formatter` is not needed."""
        graph = DependencyGraph()
        for parent, result in self.iterdeps(intermediate=intermediate):
            graph.add_arc(result)
            if parent is not None:
                graph.add_edge(parent, result)
        return graph

    @property
    def graph(self) -> DependencyGraph:
        """The family as a graph, when all of it is finished."""
        return self.build_graph()


def records_of(results: Iterable[Any], room: int = limits.ROW_CHILDREN) -> list[Any]:
    """Handles as a row lists them: a task's id, or a group's and the list of its members, as far as there is room."""
    records: list[Any] = []
    for result in results:
        if room <= 0:
            break
        members = getattr(result, "results", None)
        records.append(result.id if members is None else [result.id, records_of(members, room - 1)])
        room -= _size(records[-1])
    return records


def followers(parent: Message, messages: Iterable[Message]) -> list[Any]:
    """What follows a task's success, as its row lists it among its children."""
    records: list[Any] = []
    for group_id, members in groupby(messages, key=lambda message: message.group):
        ids = [message.id for message in members]
        records += ids if group_id in {None, parent.group} else [[group_id, ids]]
    return records


def task_ids_in(records: Iterable[Any], group_id: str | None = None) -> Iterator[tuple[str, str | None]]:
    """The ids of all tasks that a row lists among its children, those in groups with the id of their group."""
    for record in records:
        if isinstance(record, str):
            yield record, group_id
        else:
            yield from task_ids_in(record[1], record[0])


def _size(record: Any) -> int:
    return 1 if isinstance(record, str) else 1 + sum(map(_size, record[1]))


def children_of(records: Iterable[Any], app: Celeriac) -> list[Any]:
    """The handles that `records_of` wrote down."""
    return [
        app.AsyncResult(record) if isinstance(record, str) else app.GroupResult(record[0], children_of(record[1], app))
        for record in records
    ]
