"""Celery's place of `get_task_logger`, which is in `celeriac.log`."""

from celeriac.log import get_task_logger

__all__ = ["get_task_logger"]
