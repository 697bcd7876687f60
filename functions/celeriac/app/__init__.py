"""The app, and where Celery code bases look for it: `celeriac.app`, `celeriac.app.base`, `celeriac.app.task`."""

from celeriac.app.base import Celeriac, current_app
from celeriac.current import app_or_default
from celeriac.registry import shared_task

__all__ = ["Celeriac", "app_or_default", "current_app", "shared_task"]
