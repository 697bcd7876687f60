"""What AWS publishes: the metrics of each namespace with their sets of dimensions, and the page that says so."""

from __future__ import annotations

from typing import Final

__all__ = ["PUBLISHED"]

Sets = tuple[frozenset[str], ...]

_QUEUE: Sets = (frozenset({"QueueName"}),)
_FUNCTION: Sets = (frozenset({"FunctionName"}), frozenset({"FunctionName", "Resource"}), frozenset())
_TABLE: Sets = (frozenset({"TableName"}), frozenset({"TableName", "GlobalSecondaryIndexName"}))
_API: Sets = (frozenset({"ApiName"}), frozenset({"ApiName", "Stage"}))
_SCHEDULES: Sets = (frozenset({"ScheduleGroup"}),)
_LOG: Sets = (frozenset(), frozenset({"LogGroupName"}))

PUBLISHED: Final[dict[str, dict[str, Sets]]] = {
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    "AWS/SQS": dict.fromkeys(
        (
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
            "NumberOfEmptyReceives",
            "NumberOfMessagesDeleted",
            "NumberOfMessagesReceived",
            "NumberOfMessagesSent",
            "SentMessageSize",
        ),
        _QUEUE,
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    "AWS/Lambda": dict.fromkeys(("ConcurrentExecutions", "Duration", "Errors", "Invocations", "Throttles"), _FUNCTION),
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    "AWS/DynamoDB": dict.fromkeys(
        ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"), _TABLE
    ),
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    "AWS/ApiGateway": dict.fromkeys(("4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"), _API),
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
    "AWS/Scheduler": dict.fromkeys(
        (
            "InvocationAttemptCount",
            "InvocationDroppedCount",
            "InvocationThrottleCount",
            "InvocationsFailedToBeSentToDeadLetterCount",
            "InvocationsSentToDeadLetterCount",
            "TargetErrorCount",
            "TargetErrorThrottledCount",
        ),
        _SCHEDULES,
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    "AWS/Logs": dict.fromkeys(("IncomingBytes", "IncomingLogEvents"), _LOG),
}
