"""What Celery's remote control is for: `app.control`. No process answers, but the table and queues."""

from celeriac.control.commands import Control

__all__ = ["Control"]
