"""Celery's programming model on AWS: tasks are functions in a folder, and there is nothing left to operate.

>>> from celeriac import Celeriac
>>> app = Celeriac("greet")
>>> @app.task
... def hello(name): return f"Hello, {name}"
"""

from celeriac.app import Celeriac
from celeriac.canvas import Signature, chain, chord, chunks, group, maybe_signature, signature, xmap, xstarmap
from celeriac.celery_app import Celery
from celeriac.current import current_app, current_task
from celeriac.ids import new_id as uuid
from celeriac.registry import shared_task
from celeriac.task import Task

__version__ = "0.1.0"

__all__ = [
    "Celeriac",
    "Celery",
    "Signature",
    "Task",
    "__version__",
    "chain",
    "chord",
    "chunks",
    "current_app",
    "current_task",
    "group",
    "maybe_signature",
    "shared_task",
    "signature",
    "uuid",
    "xmap",
    "xstarmap",
]
