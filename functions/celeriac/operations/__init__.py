"""What operators see and change of queues and workers: `app.operations`. No worker imports it."""

from celeriac.operations.base import Operations
from celeriac.operations.status import LogLine, QueueStatus, SwitchedLately, Usage, WorkerStatus

__all__ = ["LogLine", "Operations", "QueueStatus", "SwitchedLately", "Usage", "WorkerStatus"]
