"""A task's family: those that led to it, those that are joined with it, and all that they sent, as the table tells."""

from __future__ import annotations

from collections.abc import Iterator

from api.app import app
from api.histories import FamilyMember
from api.outcomes import error_of
from celeriac import states
from celeriac.conclusion import body_of
from celeriac.join import Join, leaves
from celeriac.result.family import task_ids_in
from celeriac.row import Row

__all__ = ["Family"]

MEMBERS = 200
"""More than a graph can show, and at most so many reads."""


class Family:
    """The members, the task itself first and then the nearest; and whether there are more than are told of.

    It takes a request for each generation upwards, and downwards two for each, one for the tasks and one for the joins
    that they are in. A task without a row is known by what lists it.
    """

    def __init__(self, row: Row) -> None:
        self._joins: set[str] = set()
        generation = _line_of(row)
        self._rows = {one.id: one for one in generation}
        self.is_cut = len(generation) == MEMBERS
        while generation:
            generation = self._next(generation)
            self._rows |= {one.id: one for one in generation}

    @property
    def members(self) -> list[FamilyMember]:
        """All of them, as they are told of."""
        return [_member(row.seen) for row in self._rows.values()]

    def _next(self, generation: list[Row]) -> list[Row]:
        """Those that come with these and are not known yet, as far as there is room."""
        listed = {row.id: row for row in self._listed_by(generation) if row.id not in self._rows}
        room = MEMBERS - len(self._rows)
        self.is_cut = self.is_cut or len(listed) > room
        ids = list(listed)[:room]
        rows = app.services.backend.get_many(ids)
        return [_placed(rows.get(task_id, listed[task_id]), listed[task_id]) for task_id in ids]

    def _listed_by(self, generation: list[Row]) -> Iterator[Row]:
        """What is known of tasks without a look at their own rows."""
        for join in self._joins_of(generation):
            yield from (Row(id=member, state=states.PENDING, group_id=join.id) for member in leaves(join.members))
            yield from (Row.of(message, states.PENDING) for message in body_of(app, join))
        for row in generation:
            for task_id, group_id in task_ids_in(row.children):
                yield Row(id=task_id, state=states.PENDING, parent_id=row.id, group_id=group_id)

    def _joins_of(self, generation: list[Row]) -> list[Join]:
        """The joins that wait for these, each once."""
        ids = {row.group_id for row in generation if row.group_id} - self._joins
        self._joins |= ids
        return app.services.backend.find_joins(sorted(ids))


def _line_of(row: Row) -> list[Row]:
    """The row, and those that led to it, the nearest first; past one that has no row, the first of all."""
    line = {row.id: row}
    while len(line) < MEMBERS:
        ids = [task_id for task_id in (row.parent_id, row.root_id) if task_id and task_id not in line]
        rows = app.services.backend.get_many(ids)
        above = next((rows[task_id] for task_id in ids if task_id in rows), None)
        if above is None:
            break
        line[above.id] = row = above
    return list(line.values())


def _placed(row: Row, listed: Row) -> Row:
    """A row with its place in the family, as far as only the one that lists it knows that."""
    return row.replace(parent_id=row.parent_id or listed.parent_id, group_id=row.group_id or listed.group_id)


def _member(row: Row) -> FamilyMember:
    return FamilyMember(
        id=row.id,
        task=row.name,
        state=row.state,
        parent_id=row.parent_id,
        group_id=row.group_id,
        queue=row.queue,
        attempt=row.attempt,
        started_at=row.started_at,
        done_at=row.done_at,
        error=error_of(row),
    )
