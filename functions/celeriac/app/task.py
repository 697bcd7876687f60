"""`celery.app.task`, by its name in Celery: the task and its request; both live in modules of their own."""

from celeriac.context import Context
from celeriac.task import Task

__all__ = ["Context", "Task"]
