"""A queue of a worker: the one that every worker has, or a `[queues.NAME]` of its worker.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.toml_table import TomlTable

__all__ = ["BATCH_SIZE", "BATCH_WINDOW_S", "LANE_NAME", "MAX_CONCURRENCY", "MAX_RECEIVES", "Lane"]

# AWS quotas: docs.aws.amazon.com, "Using Lambda with Amazon SQS".
BATCH_SIZE = (1, 10_000)
BATCH_SIZE_WITHOUT_WINDOW = 10
BATCH_WINDOW_S = (0, 300)
MAX_CONCURRENCY = (2, 1_000)
MAX_RECEIVES = (1, 1_000)
PRIORITY = (0, 9)

LANE_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
DEAD = "dead"
# Of SQS's 80 characters a deployment may take 25, "-dead.fifo" and two hyphens the rest.
WORKER_AND_LANE_CHARACTERS = 43


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A queue and how Lambda reads it.

    `name` is "" for the worker's own queue, `max_receives` None for as many as there, `priority` None for a lane that
    is chosen by its name alone.
    """

    name: str = ""
    batch_size: int = 10
    batch_window_s: int = 0
    max_concurrency: int | None = None
    max_receives: int | None = None
    fifo: bool = False
    priority: int | None = None

    @classmethod
    def parse(cls, worker: str, name: str, table: TomlTable, own: Lane) -> Lane:
        """Read the table, noting in it all that is wrong; what it does not say is as in the worker's own queue.

        A FIFO queue hands out one message at a time unless it says otherwise: a message that fails takes those behind
        it in its batch along, and they would use up their receives for its sake.
        """
        fifo = table.boolean("fifo", default=False)
        most = BATCH_SIZE_WITHOUT_WINDOW if fifo else BATCH_SIZE[1]
        lane = cls(
            name=name,
            batch_size=table.integer("batch_size", 1, most, default=1 if fifo else own.batch_size),
            batch_window_s=table.integer("batch_window_s", *BATCH_WINDOW_S, default=0 if fifo else own.batch_window_s),
            max_concurrency=table.integer("max_concurrency", *MAX_CONCURRENCY, default=None),
            max_receives=table.integer("max_receives", *MAX_RECEIVES, default=None),
            fifo=fifo,
            priority=table.integer("priority", *PRIORITY, default=None),
        )
        if (lane.batch_size, lane.batch_window_s) != (own.batch_size, own.batch_window_s):
            lane.check(table)
        if fifo and lane.batch_window_s:
            table.note("batch_window_s", "must be 0, for a FIFO queue has no batch window")
        if name == DEAD:
            table.note("", f"{name!r} is what the queues of dead letters are called")
        if len(worker) + len(name) > WORKER_AND_LANE_CHARACTERS:
            table.note("", f"with the worker's, the name must have at most {WORKER_AND_LANE_CHARACTERS} characters")
        table.finish()
        return lane

    def check(self, table: TomlTable) -> None:
        """Note a batch that Lambda would refuse."""
        if self.batch_size > BATCH_SIZE_WITHOUT_WINDOW and not self.batch_window_s:
            table.note("batch_window_s", f"must be at least 1 when batch_size is above {BATCH_SIZE_WITHOUT_WINDOW}")
