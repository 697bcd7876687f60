"""What a million tasks cost, from AWS's list prices and the requests that `tests/budget` counts.

    python -m benchmarks.costs

prints the table of `docs/costs.md`; a test compares the two. The task's own running time is left out: it costs the same
whatever sends the task. Prices: us-east-1, November 2026, no free tier.
"""

from __future__ import annotations

from collections.abc import Iterator

from celeriac.operations.prices import PATHS


def table() -> Iterator[str]:
    """The rows of the table, as Markdown."""
    yield "| a task | SQS requests | DynamoDB reads | writes | Lambda invocations | a million |"
    yield "|---|---:|---:|---:|---:|---:|"
    for path in PATHS:
        yield (
            f"| {path.name} | {path.sqs:g} | {path.reads:g} | {path.writes:g} "
            f"| {path.invocations:g} | ${path.dollars:.{2 if path.dollars >= 0.1 else 3}f} |"
        )


if __name__ == "__main__":
    print("\n".join(table()))
