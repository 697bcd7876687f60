"""What follows from an outcome: the retry, the next link of a chain, the callbacks.

Everything here is derived from the message and its row alone, ids included. A redelivery therefore derives the same
messages again, and sending them twice does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from celeriac import states
from celeriac.canvas import maybe_signature
from celeriac.message import Message
from celeriac.publish import derived_id, message_of
from celeriac.row import Row
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["abandoned", "follow_ups"]


def follow_ups(app: Celeriac, message: Message, row: Row) -> list[Message]:
    """The messages that a recorded outcome asks for."""
    if row.state == states.RETRY and row.message:
        return [Message.loads(row.message)]
    if row.state == states.SUCCESS:
        return list(_after_success(app, message, loads(row.result or "null")))
    if row.state == states.FAILURE:
        return [_call(app, message, sig, message.id, f"link_error/{n}") for n, sig in enumerate(message.link_error)]
    return []


def abandoned(message: Message, row: Row) -> list[Row]:
    """The rows of the chain's other tasks when this one has failed: they fail too, so that nobody waits for them."""
    if row.state not in states.PROPAGATE_STATES:
        return []
    return [
        Row(
            id=step["options"]["task_id"],
            state=states.FAILURE,
            name=step["task"],
            error=row.error,
            root_id=message.root_id,
            parent_id=message.id,
            done_at=row.done_at,
        )
        for step in message.chain
        if step.get("options", {}).get("task_id")
    ]


def _after_success(app: Celeriac, message: Message, result: Any) -> Iterator[Message]:
    if message.chain:
        following, *rest = message.chain
        yield _call(app, message, following, result, "chain", rest)
    for number, callback in enumerate(message.link):
        yield _call(app, message, callback, result, f"link/{number}")


def _call(
    app: Celeriac,
    parent: Message,
    signature: Mapping[str, Any],
    argument: Any,
    place: str,
    rest: list[dict[str, Any]] | None = None,
) -> Message:
    """The message of a signature that is called with its parent's result."""
    if signature.get("subtask_type") == "chain":
        first, *others = map(dict, maybe_signature(signature, app).unchain_tasks())
        return _call(app, parent, first, argument, place, [*others, *(rest or [])])
    before = [] if signature.get("immutable") else [argument]
    options = dict(signature.get("options") or {})
    options.setdefault("task_id", derived_id(parent.id, place))
    lineage = {"root_id": parent.root_id or parent.id, "parent_id": parent.id}
    args = [*before, *signature.get("args", [])]
    return message_of(app, signature["task"], args, signature.get("kwargs"), **options, **lineage, chain=rest or [])
