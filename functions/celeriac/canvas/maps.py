"""Many calls of one task in few messages: map, starmap and chunks.

Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html#map-starmap
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from celeriac.canvas.group import group
from celeriac.canvas.signature import Signature, maybe_signature

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["chunks", "xmap", "xstarmap"]


class _BaseMap(Signature):
    """Calls of one task, one after the other in a single message."""

    def __init__(self, task: Any, it: Iterable[Any], app: Celeriac | None = None, **options: Any) -> None:
        parts = {"task": maybe_signature(task), "it": list(it)}
        app = app or getattr(parts["task"], "_app", None)
        super().__init__(self.builtin, (), parts, options, subtask_type=self.kind, immutable=True, app=app)

    builtin = kind = ""
    each = "x"

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], app: Celeriac | None = None) -> _BaseMap:
        made = cls(fields["kwargs"]["task"], fields["kwargs"]["it"], app=app)
        made.options = dict(fields.get("options") or {})
        return made

    @property
    def queue(self) -> str:
        """The mapped task's, for there its worker is."""
        return str(self.options.get("queue") or self.app.queue_of(self.kwargs["task"]["task"]))

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:  # noqa: ARG002 - as a task's
        """Send all calls in one message."""
        from celeriac.start import start

        return start(self.app, self, (), {}, options)

    def __repr__(self) -> str:
        return f"[{self.kwargs['task']['task']}({self.each}) for x in {self.kwargs['it']!r}]"


@Signature.register_type("xmap")
class xmap(_BaseMap):  # noqa: N801 - Celery's name
    """`add.map([1, 2])`: the task called with each item, in one message; returns the list of results."""

    builtin, kind = "celery.map", "xmap"


@Signature.register_type("xstarmap")
class xstarmap(_BaseMap):  # noqa: N801 - Celery's name
    """`add.starmap([(1, 2), (3, 4)])`: as `map`, with the arguments unpacked."""

    builtin, kind, each = "celery.starmap", "xstarmap", "*x"


@Signature.register_type("chunks")
class chunks(Signature):  # noqa: N801 - Celery's name
    """`add.chunks(zip(range(1000), range(1000)), 100)`: ten messages of a hundred calls each."""

    def __init__(self, task: Any, it: Iterable[Any], n: int, app: Celeriac | None = None, **options: Any) -> None:
        parts = {"task": maybe_signature(task), "it": list(it), "n": n}
        app = app or getattr(parts["task"], "_app", None)
        super().__init__("celery.chunks", (), parts, options, subtask_type="chunks", immutable=True, app=app)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], app: Celeriac | None = None) -> chunks:
        parts = fields["kwargs"]
        return chunks(parts["task"], parts["it"], parts["n"], app=app, **(fields.get("options") or {}))

    def group(self) -> group:
        """The chunks as a group of `starmap`s."""
        items = iter(self.kwargs["it"])
        parts = iter(lambda: list(islice(items, self.kwargs["n"])), [])
        return group([xstarmap(self.kwargs["task"], part, app=self._app) for part in parts], app=self._app)

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Send the chunks; returns the GroupResult."""
        return self.group().apply_async(args, kwargs, **{**self.options, **options})

    def __call__(self, **options: Any) -> Any:
        return self.apply_async(**options)

    @classmethod
    def apply_chunks(cls, task: Any, it: Iterable[Any], n: int, app: Celeriac | None = None) -> Any:
        """Make and send chunks."""
        return cls(task, it, n, app=app)()
