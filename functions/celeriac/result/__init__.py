"""Handles on results: of one task, of several, of a group.

Source: https://docs.celeryq.dev/en/stable/reference/celery.result.html
"""

from celeriac.result.async_result import AsyncResult
from celeriac.result.backend import ResultBackend
from celeriac.result.base import ResultBase
from celeriac.result.eager import EagerResult
from celeriac.result.graph import DependencyGraph
from celeriac.result.group_result import GroupResult, result_from_tuple
from celeriac.result.result_set import ResultSet
from celeriac.result.waiting import allow_join_result, assert_will_not_block, denied_join_result

__all__ = [
    "AsyncResult",
    "DependencyGraph",
    "EagerResult",
    "GroupResult",
    "ResultBackend",
    "ResultBase",
    "ResultSet",
    "allow_join_result",
    "assert_will_not_block",
    "denied_join_result",
    "result_from_tuple",
]
