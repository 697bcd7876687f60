"""What a million tasks cost, from AWS's list prices and the requests that `tests/budget` counts.

    python -m benchmarks.costs

prints the table of `docs/costs.md`; a test compares the two. The task's own running time is left out: it costs the same
whatever sends the task. Prices: us-east-1, November 2026, no free tier.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from celeriac import states
from celeriac.operations import prices
from celeriac.operations.figures import queue_metrics, worker_metrics
from celeriac.operations.plan import Plan
from celeriac.operations.prices import PATHS
from celeriac.row import headings

MILLION = 1_000_000
MOST_MILLIONS = 3000
ASKED = {"queues": 5, "failures": 10, "running": 5, "metrics": 60}
"""What the overview asks for, and every how many seconds (`console/page/views/overview.js`)."""
HEADINGS_OF_FAILURES = 2 * len(headings(states.FAILURE, date.min))
"""A query each, where few tasks failed: of any day there are as many, and two days touch the last 24 hours."""
AGES_ASKED = 60 * len(ASKED)
"""How often an hour CloudWatch is asked for ages at the most: each copy of the function asks once a minute, and there
are as many copies as there are questions at a time."""
READ_UNITS_A_QUERY = 0.5
ANSWER_S = 0.2
"""How long an answer takes a function of one GB, about."""


def table() -> Iterator[str]:
    """The rows of the table, as Markdown."""
    yield "| a task | SQS requests | DynamoDB reads | writes | Lambda invocations | a million |"
    yield "|---|---:|---:|---:|---:|---:|"
    for path in PATHS:
        yield (
            f"| {path.name} | {path.sqs:g} | {path.reads:g} | {path.writes:g} "
            f"| {path.invocations:g} | ${path.dollars:.{2 if path.dollars >= 0.1 else 3}f} |"
        )


def crossover(peak: float = 1.0) -> int | None:
    """The millions of CPU-bound 100 ms tasks a month up to which Lambda is the cheaper; None if it always is."""
    for millions in range(1, MOST_MILLIONS):
        plan = Plan(tasks=millions * MILLION, peak=peak)
        if sum(plan.on_lambda().values()) > sum(plan.on_fargate().values()):
            return millions - 1
    return None


def console(queues: int, workers: int) -> dict[str, float]:
    """Dollars an hour for the console's overview while it is open, by what they are for: it asks as `ASKED` says."""
    calls = sum(3600 / every_s for every_s in ASKED.values())
    asked = {path: 3600 / every_s for path, every_s in ASKED.items()}
    figures = queues * len(queue_metrics("", "")) + workers * len(worker_metrics("", ""))
    metrics = min(asked["queues"], AGES_ASKED) * queues + asked["metrics"] * figures
    reads = (asked["failures"] * HEADINGS_OF_FAILURES + asked["running"] * queues) * READ_UNITS_A_QUERY
    each = prices.API_REQUEST + prices.LAMBDA_INVOCATION + ANSWER_S * MILLION * prices.LAMBDA_GB_SECOND["arm64"]
    return {
        "calls of the API": calls / MILLION * each,
        "CloudWatch's figures": metrics / MILLION * prices.METRIC_ASKED,
        "SQS": asked["queues"] * 2 * queues / MILLION * prices.SQS_REQUEST,
        "DynamoDB": reads / MILLION * prices.DYNAMODB_READ,
    }


if __name__ == "__main__":
    print("\n".join(table()))
    print(f"\nFargate is cheaper above {crossover()} million CPU-bound 100 ms tasks a month at a steady rate,")
    print(f"with a busiest hour of 1.5 times the average above {crossover(1.5)}; of twice, above {crossover(2)}.")
    hour = console(queues=3, workers=3)
    print(f"The console's overview costs ${sum(hour.values()):.3f} an hour:")
    print("\n".join(f"  {name}: ${dollars:.4f}" for name, dollars in hour.items()))
