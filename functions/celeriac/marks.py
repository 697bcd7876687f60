"""What people may want of a task that has been sent: a mark on its row, which the task's outcome takes away.

A mark is no outcome. The worker that meets a marked task revokes it, with all that follows from that; a task that runs
already goes on, and notices a stronger mark when it next tells of itself.
"""

from typing import Final

__all__ = ["ABORT", "REVOKE", "REVOKING", "TERMINATE"]

ABORT: Final = "abort"
"""The task may ask for it with `is_aborted`; nothing else heeds it."""
REVOKE: Final = "revoke"
"""Not to be begun."""
TERMINATE: Final = "terminate"
"""Not to be begun, and to be ended at its next `update_state`."""
REVOKING: Final = frozenset({REVOKE, TERMINATE})
"""The marks from weak to strong are in alphabetical order, which is what a condition in DynamoDB can compare."""
