"""The backend on Amazon DynamoDB: the only place with condition expressions, each one named."""

from celeriac.backend.dynamodb.rows import DynamoDBBackend

__all__ = ["DynamoDBBackend"]
