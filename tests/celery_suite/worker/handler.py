"""The function's entry point: Celery's tasks, which lie beside it, on Celeriac."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

import celeriac.contrib.testing.tasks  # noqa: F401 - the task that every worker of Celery's tests answers
from celeriac import noticeboard
from celeriac.worker import Worker


def _worker() -> Worker:
    """Imported only here: what is beside this file is on the path by now, and `celery` is Celeriac."""
    from tests.celery_suite import aliases

    aliases.install()
    from t.integration import tasks  # type: ignore[import-not-found]  # it is put here when the worker is

    from tests.celery_suite.suite_app import SuiteApp

    app = SuiteApp(os.environ["CELERIAC_WORKER"])
    app.register_task(tasks.ClassBasedAutoRetryTask())
    return Worker(app)


# Celery's tests revoke and send in one breath; a worker that reads its orders with every batch has heard of it by then.
noticeboard.STALE_AFTER = timedelta(0)
sys.path.append(str(Path(__file__).parent))
handler = _worker()
