"""Celery's programming model on AWS: tasks are functions in a folder, and there is nothing left to operate.

>>> from celeriac import Celeriac
>>> app = Celeriac("greet")
>>> @app.task
... def hello(name): return f"Hello, {name}"
"""

from celeriac.app import Celeriac, Celery
from celeriac.canvas import Signature, chain, signature
from celeriac.registry import shared_task
from celeriac.task import Task

__all__ = ["Celeriac", "Celery", "Signature", "Task", "chain", "shared_task", "signature"]
