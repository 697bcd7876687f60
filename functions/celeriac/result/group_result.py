"""A handle on a group's results, which has an id and can be kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from celeriac.result.async_result import AsyncResult
from celeriac.result.family import Family
from celeriac.result.result_set import ResultSet

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["GroupResult", "result_from_tuple"]


class GroupResult(ResultSet, Family):
    """The results of a group, with its id; the members' order is the group's.

    Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html#celery.result.GroupResult
    """

    def __init__(
        self,
        id: str | None = None,  # noqa: A002 - Celery's name
        results: Iterable[Any] | None = None,
        parent: Any = None,
        app: Celeriac | None = None,
    ) -> None:
        super().__init__(results or (), app)
        self.id: Any = id
        self.parent = parent

    @property
    def children(self) -> list[Any]:
        """The results."""
        return self.results

    def save(self) -> None:
        """Keep the members' ids, to be found again by the group's."""
        self.app.services.backend.save_group(self.id, self.as_tuple())

    @classmethod
    def restore(cls, id: str, app: Celeriac | None = None) -> GroupResult | None:  # noqa: A002 - Celery's
        """The group that was saved under this id, or None."""
        from celeriac.app import current_app

        app = app or current_app()
        saved = app.services.backend.restore_group(id)
        return None if saved is None else result_from_tuple(saved, app)

    def delete(self) -> None:
        """Forget that the group was saved."""
        self.app.services.backend.delete_group(self.id)

    def as_tuple(self) -> Any:
        """The ids of the group, its parents and its members, which `result_from_tuple` understands."""
        return (self.id, self.parent and self.parent.as_tuple()), [result.as_tuple() for result in self.results]

    def as_list(self) -> list[str]:
        """The id of the group."""
        return [self.id]

    def __bool__(self) -> bool:
        return bool(self.id or self.results)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, GroupResult):
            return (other.id, other.results, other.parent) == (self.id, self.results, self.parent)
        return other == self.id if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.id)

    def __str__(self) -> str:
        return str(self.id)

    def __repr__(self) -> str:
        return f"<GroupResult: {self.id} [{', '.join(result.id for result in self.results)}]>"


def result_from_tuple(value: Any, app: Celeriac | None = None) -> Any:
    """The handle that `as_tuple` wrote down."""
    from celeriac.app import current_app

    app = app or current_app()
    (task_id, parent), members = value
    above = result_from_tuple(parent, app) if parent else None
    if members is None:
        return AsyncResult(task_id, app=app, parent=above)
    return GroupResult(task_id, [result_from_tuple(member, app) for member in members], parent=above, app=app)
