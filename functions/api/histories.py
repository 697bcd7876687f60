"""The JSON of a task's history: its story, and what its worker's log says of it. Only for those who may read lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from api.documents import TaskDocument, TaskError

__all__ = ["FamilyMember", "LogLineDocument", "StoryDocument", "TaskLog", "ToldTask"]


class ToldTask(TaskDocument, kw_only=True, frozen=True):
    """A task with what is told to operators only: where it comes from, and where in the code it went wrong."""

    root_id: str | None
    parent_id: str | None
    group_id: str | None
    traceback: str | None


class FamilyMember(Struct, kw_only=True, frozen=True):
    """A task of a family; without a row (it waits, ignores its result, or has expired) only its id is known."""

    id: str
    task: str | None
    state: str
    parent_id: str | None
    group_id: str | None
    queue: str | None
    attempt: int
    started_at: datetime | None
    done_at: datetime | None
    error: TaskError | None


class StoryDocument(Struct, kw_only=True, frozen=True):
    """A task, those that led to it, up to the first, and all that they sent; the nearest first."""

    task: ToldTask
    message: Annotated[
        dict[str, Any] | str | None,
        Meta(
            description="What a failure, or the next attempt of a retry, is sent with (docs/message-format.md); text "
            "is what no worker could read."
        ),
    ]
    message_omitted: Annotated[str | UnsetType, Meta(description="Why `message` is null, if so.")] = UNSET
    family: Annotated[list[FamilyMember], Meta(description="The task itself comes first.")]
    family_is_cut: Annotated[bool, Meta(description="Whether there are more than are listed.")]


class LogLineDocument(Struct, kw_only=True, frozen=True):
    """A line about a task; what a task logs itself has neither `attempt` nor `state`."""

    at: datetime
    worker: str
    level: str | None
    message: str
    attempt: int | None
    state: Annotated[str | None, Meta(description="What became of the attempt, where the line tells of its end.")]
    duration_s: float | None
    receives: Annotated[int | None, Meta(description="How often SQS had delivered the message by then.")]
    traceback: str | None
    fields: Annotated[dict[str, Any], Meta(description="All else that the line says.")]


class TaskLog(Struct, frozen=True):
    """The lines, oldest first; `is_cut` says whether there may be more, after the last one."""

    lines: list[LogLineDocument]
    is_cut: bool
