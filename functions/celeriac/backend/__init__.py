"""The result table: one row a task, and the conditions that make a redelivery harmless.

`Backend` is what every backend does; `DynamoDBBackend` speaks to AWS; the twin in `celeriac.testing` keeps a
dictionary.
"""

from celeriac.backend.base import RESULT_EXPIRES, Backend
from celeriac.backend.dynamodb import DynamoDBBackend

__all__ = ["RESULT_EXPIRES", "Backend", "DynamoDBBackend"]
