"""Handles on results: of one task, of several, of a group.

Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html
"""

from celeriac.result.async_result import AsyncResult, ResultBase
from celeriac.result.backend import ResultBackend
from celeriac.result.eager import EagerResult
from celeriac.result.result_set import GroupResult, ResultSet

__all__ = ["AsyncResult", "EagerResult", "GroupResult", "ResultBackend", "ResultBase", "ResultSet"]
