"""Where Celery code bases import a few names from, so that only the package's name changes; nothing else lives here.

`from celery.utils.log import get_task_logger` is in nearly every one of them.
"""

from celeriac.ids import new_id as uuid

__all__ = ["uuid"]
