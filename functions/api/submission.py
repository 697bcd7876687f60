"""`POST /tasks`: from JSON to messages. One bad item of a list, and nothing of the list is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from msgspec import Meta

from api.app import app
from api.catalogue import known_tasks, near_matches
from api.documents import Accepted, Fault, TaskCall
from api.idempotency import Idempotency
from api.problems import InvalidRequest
from api.requests import Request
from api.responses import Response
from api.sending import location_of, message_to, send
from api.validation import Misfit, converted
from celeriac import Task
from celeriac.exceptions import EncodeError, ImproperlyConfigured, QueueNotFound
from celeriac.message import Message

__all__ = ["TASKS", "TaskCalls", "post_tasks"]

TASKS = 100
"""As many as one request may bring."""
TaskCalls = TaskCall | Annotated[list[TaskCall], Meta(min_length=1, max_length=TASKS)]


def post_tasks(request: Request) -> Response:
    """Send one task or a list of tasks. One object answers like a list of one.

    The tasks run later, each in its worker; ask for them at their links. If one item of a list cannot be done, the
    answer says which and why, and nothing of the list is sent.
    """
    body = request.json
    items, root = (body, "/{}") if isinstance(body, list) else ([body], "")
    if not 1 <= len(items) <= TASKS:
        raise InvalidRequest(f"A list must have 1 to {TASKS} tasks, not {len(items)}.")
    idempotency = Idempotency.of(request, body)
    messages = _messages(items, root, idempotency.id)
    tasks = send(messages, is_repeat=idempotency.begin().is_repeat)
    return Response(202, Accepted(tasks), location_of(tasks))


def _messages(items: Sequence[Any], root: str, id_of: Callable[[int], str]) -> list[Message]:
    """The messages of all items, or InvalidRequest; `root` formats an item's index as the JSON pointer to it."""
    messages: list[Message] = []
    faults: list[Fault] = []
    for index, item in enumerate(items):
        try:
            messages.append(_message(item, id_of(index)))
        except Misfit as misfit:
            faults.append(Fault(index=index, pointer=root.format(index) + misfit.pointer, detail=str(misfit)))
    if not faults:
        faults = list(_doubles(messages))
    if faults:
        raise InvalidRequest(f"{len(faults)} of {len(items)} tasks cannot be sent, so none was.", faults)
    return messages


def _message(item: Any, task_id: str) -> Message:
    """The message of one item; raises Misfit."""
    call = converted(item, TaskCall)
    task = _task(call.task)
    options = {name: getattr(call, name) for name in _OPTIONS}
    options["task_id"] = call.task_id or task_id
    try:
        task.check_arguments(*call.args, **call.kwargs)
        message = message_to(task, call.args, call.kwargs, **options)
        app.services.broker.require(message.queue)
        message.dumps()
    except (TypeError, ImproperlyConfigured, QueueNotFound, EncodeError) as error:
        raise Misfit(str(error)) from error
    return message


_OPTIONS = frozenset(TaskCall.__struct_fields__) - {"task", "args", "kwargs"}


def _task(name: str) -> Task:
    task = known_tasks().get(name)
    if task is None:
        near = " or ".join(map(repr, near_matches(name)))
        raise Misfit(f"There is no task {name!r:.200}." + (f" Did you mean {near}?" if near else ""), "/task")
    return task


def _doubles(messages: Sequence[Message]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, message in enumerate(messages):
        if first.setdefault(message.id, index) != index:
            detail = f"Item {first[message.id]} has the id {message.id!r}, too."
            yield Fault(index=index, pointer=f"/{index}/task_id", detail=detail)
