"""Every AWS quota and price threshold that the code obeys, each with its page.

Prices are list prices of us-east-1; `docs/costs.md` shows the sums.
"""

from typing import Final

KIB: Final = 1024

SQS_BATCH_ENTRIES: Final = 10
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""
SQS_BATCH_BYTES: Final = 1024 * KIB
"""One message, and one whole batch, may have 1 MiB:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"""
SQS_DELAY_S: Final = 900
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html"""

SCHEDULE_NAME_CHARS: Final = 64
SCHEDULE_INPUT_BYTES: Final = 256 * KIB
"""https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""
SCHEDULE_BEYOND_S: Final = 3600
"""A later ETA is a schedule of its own, $1/M. A hop of 15 minutes costs $0.20/M where ten go together and $1.50/M where
one goes alone; and ten thousand messages hop in a thousand requests, where CreateSchedule takes one at a time."""

DYNAMODB_BATCH_GET_ITEMS: Final = 100
"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""

EMF_VALUES: Final = 100
"""Values of one metric in one line:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""

METRICS_A_REQUEST: Final = 500
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""

INLINE_MESSAGE_BYTES: Final = 512 * KIB
"""A longer message goes to S3. SQS bills 64 KB chunks of each send and receive ($0.80/M together), S3 a PUT and a GET
($5.40/M) whatever the size: past eight chunks S3 is the cheaper carrier."""
INLINE_RESULT_BYTES: Final = 8 * KIB
"""A longer result goes to S3. DynamoDB writes cost $0.625/M a KiB, an S3 PUT $5/M whatever the size."""
ROW_CHILDREN: Final = 1000
"""The children that a row lists. DynamoDB ends an item at 400 KB: without an end here, a task that sends ten thousand
others could not be recorded."""
TRACEBACK_CHARS: Final = 8 * KIB
"""The end of a traceback that is kept; its last frames are the ones that tell."""
ERROR_CHARS: Final = 4 * KIB
"""What is kept of an exception's message."""

TASK_ID_CHARS: Final = 255
"""Room for any UUID or natural key; DynamoDB would take 2,048 bytes."""
RETRY_COUNTDOWN_S: Final = 366 * 24 * 3600
"""No delay of Celeriac is longer than a year and a day."""
