"""Sums."""

from celeriac import Celeriac

app = Celeriac("sums")


@app.task
def add(numbers: list[int]) -> int:
    """Add numbers, of which there must be some."""
    if not numbers:
        raise ValueError("there is nothing to add")
    return sum(numbers)
