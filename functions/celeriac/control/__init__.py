"""What Celery's remote control is for: `app.control`. No process answers, but the table and queues."""

from celeriac.control.commands import Control
from celeriac.control.inspection import Inspect

__all__ = ["Control", "Inspect"]
