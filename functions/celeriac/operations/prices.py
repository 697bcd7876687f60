"""AWS's list prices, and what a million tasks cost by the requests that each way of running one makes.

us-east-1, November 2026, no free tier. `tests/budget` counts the requests; `docs/costs.md` shows the sums.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "API_REQUEST",
    "DYNAMODB_READ",
    "DYNAMODB_WRITE",
    "ELASTICACHE_HOUR",
    "FARGATE_GB_HOUR",
    "FARGATE_VCPU_HOUR",
    "LAMBDA_GB_SECOND",
    "LAMBDA_INVOCATION",
    "LOG_GB",
    "PATHS",
    "QUEUE_MONTH",
    "S3_GET",
    "S3_PUT",
    "SQS_REQUEST",
    "Path",
]

SQS_REQUEST = 0.40
"""Dollars a million, for each 64 KiB of a request."""
DYNAMODB_WRITE = 0.625
"""Dollars a million write units of 1 KiB, on demand."""
DYNAMODB_READ = 0.125
"""Dollars a million read units of 4 KiB, on demand; an eventually consistent read takes half of one."""
LAMBDA_INVOCATION = 0.20
LAMBDA_GB_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
"""Dollars for each."""
LOG_GB = 0.50
"""Dollars for each GB that CloudWatch Logs takes."""
METRIC_ASKED = 10.0
"""Dollars a million metrics that GetMetricData is asked for: https://aws.amazon.com/cloudwatch/pricing/"""
S3_PUT = 5.00
S3_GET = 0.40
API_REQUEST = 3.50
"""A REST API's, without a cache."""
QUEUE_MONTH = 0.26
"""Dollars for a queue that nobody uses: Lambda's looking."""
FARGATE_VCPU_HOUR = 0.03238
FARGATE_GB_HOUR = 0.00356
"""Dollars, on arm64: https://aws.amazon.com/fargate/pricing/"""
ELASTICACHE_HOUR = 0.016
"""Dollars for the smallest node, cache.t4g.micro: https://aws.amazon.com/elasticache/pricing/"""


@dataclass(frozen=True)
class Path:
    """One way of running a task, with the requests of each service for one task."""

    name: str
    sqs: float = 0.0
    reads: float = 0.0
    writes: float = 0.0
    invocations: float = 0.0
    puts: float = 0.0
    api: float = 0.0

    @property
    def dollars(self) -> float:
        """The list price of a million such tasks."""
        return (
            self.sqs * SQS_REQUEST
            + self.reads * DYNAMODB_READ
            + self.writes * DYNAMODB_WRITE
            + self.invocations * LAMBDA_INVOCATION
            + self.puts * S3_PUT
            + self.api * API_REQUEST
        )


BATCH = 10
WORK = {"reads": 0.5, "invocations": 1 / BATCH}
"""A worker's share of a full batch: its receive and delete are the mapping's, one each."""

PATHS = (
    Path("sent ten at a time, result ignored", sqs=3 / BATCH, **WORK),
    Path("sent ten at a time, result stored", sqs=3 / BATCH, writes=1, **WORK),
    Path("sent one at a time, result stored", sqs=1 + 2 / BATCH, writes=1, **WORK),
    Path("a link of a chain, result stored", sqs=1 + 2 / BATCH, writes=1, **WORK),
    Path("a link of a chain of quick tasks, result stored", sqs=3 / BATCH, writes=1, **WORK),
    Path("a member of a chord of many", sqs=3 / BATCH, writes=2, reads=1.5, invocations=1 / BATCH),
    Path("packed by the hundred with `chunks`, result ignored", sqs=3 / 1000, reads=0.005, invocations=1 / 1000),
    Path("an attempt that is retried", sqs=1 + 2 / BATCH, writes=1, **WORK),
    Path("result above 8 KiB, sent ten at a time", sqs=3 / BATCH, writes=1, puts=1, **WORK),
    Path("`track_started`, sent ten at a time", sqs=3 / BATCH, writes=4, **WORK),
    Path("`list_tasks`, sent ten at a time", sqs=3 / BATCH, writes=2, **WORK),
    Path("with a `rate_limit`, waiting for its slot", sqs=2.4, reads=1, writes=1.1, invocations=1.1),
    Path("HTTP, a hundred tasks a call", sqs=3 / BATCH, writes=2, api=0.01, reads=0.5, invocations=0.01 + 1 / BATCH),
    Path("HTTP, one task a call", sqs=1 + 2 / BATCH, writes=2, api=1, reads=0.5, invocations=1 + 1 / BATCH),
)
