"""Celery's place of `UnpickleableExceptionWrapper`, which is in `celeriac.exceptions`."""

from celeriac.exceptions import UnpickleableExceptionWrapper

__all__ = ["UnpickleableExceptionWrapper"]
