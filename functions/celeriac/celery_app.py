"""The app of a code base that comes from Celery."""

from __future__ import annotations

from celeriac.app import Celeriac

__all__ = ["Celery"]


class Celery(Celeriac):
    """The same for a code base that comes from Celery, whose tasks are all named `module.function` as they were.

    >>> app = Celery("bookshop")  # in bookshop/tasks.py, `pay` is `bookshop.tasks.pay`; of a Celeriac, `bookshop.pay`
    """

    def gen_task_name(self, name: str, module: str) -> str:
        """Celery's `module.function`, in every module; `__main__` is the app's name."""
        return f"{self.main if module == '__main__' else module}.{name}"
