"""A worker of the console's tests whose task has children."""

from __future__ import annotations

from celeriac import Celeriac

app = Celeriac("press", set_as_current=False)


@app.task
def print_all(pages: int) -> list[str]:
    """Have children."""
    return [str(printed.delay(page).id) for page in range(pages)]


@app.task
def printed(page: int) -> str:
    """Be a child."""
    return f"page {page}"
