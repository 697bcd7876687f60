"""The operations on AWS: SQS, Lambda's event source mappings and functions, CloudWatch's metrics and logs."""

from celeriac.operations.amazon.operations import AmazonOperations

__all__ = ["AmazonOperations"]
