"""Tasks that are sent when the database transaction has been committed.

Source: https://docs.celeryq.dev/en/stable/django/first-steps-with-django.html#trigger-tasks-at-the-end-of-the-database-transaction
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from celeriac.task import Task

__all__ = ["DjangoTask"]


class DjangoTask(Task):
    """A task that can wait for the transaction which is open; outside of one it is sent at once."""

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:
        """As `delay`, once what the task will look for is in the database; what is rolled back sends nothing."""
        _on_commit(functools.partial(self.delay, *args, **kwargs))

    def apply_async_on_commit(self, *args: Any, **kwargs: Any) -> None:
        """As `apply_async`, once the transaction has been committed."""
        _on_commit(functools.partial(self.apply_async, *args, **kwargs))


def _on_commit(send: Callable[[], Any]) -> None:
    from django.db import transaction

    transaction.on_commit(send)
