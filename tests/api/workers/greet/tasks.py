"""The tasks of a worker that only these tests have."""

from __future__ import annotations

from typing import Any

from celeriac import Celeriac, Task

app = Celeriac("greet")


@app.task
def hello(name: str, greeting: str = "Hello") -> str:
    """Greet somebody."""
    return f"{greeting}, {name}"


@app.task
def echo(*args: Any, **kwargs: Any) -> dict[str, Any]:
    """Return the arguments."""
    return {"args": list(args), "kwargs": kwargs}


@app.task
def fail(*reasons: str) -> None:
    """Raise an error."""
    raise ValueError(*reasons)


@app.task(bind=True)
def count(self: Task, most: int) -> int:
    """Tell of progress, then greet."""
    self.update_state(state="PROGRESS", meta={"done": 1, "of": most})
    hello.delay("child")
    return most


@app.task(ignore_result=True)
def forget(name: str) -> str:
    """Do something whose result nobody wants."""
    return name
